/** How far a neighbour may lie from where the stage says (STITCHING section 2). */
import type { Acquisition } from '../../../shared/acquisition/acquisition.ts';
import type { JobParameters } from '../../parameters.ts';
import { axes, type Triple } from '../axes.ts';

/** Voxels of a camera at its full width. */
const FULL_RANGES: Readonly<Record<number, Triple>> = { 4: [60, 60, 20], 10: [100, 60, 5], 25: [60, 60, 20] };
const FULL_WIDTH = 2048;
const LEAST_RANGE: Triple = [8, 8, 3];

/**
 * Voxels to each side of the nominal offset, per axis. `auto` follows the magnification: CloudReg's ranges, divided by
 * the camera's binning as its voxels are larger by it (at 10x CloudReg does not divide, nor do we along z there: binning
 * leaves the planes' distance as it is). Never so far that less than three quarters of a tile's side, or half its planes,
 * could meet.
 */
export function searchRangeOf(
  { tileSize, magnification }: Pick<Acquisition, 'tileSize' | 'magnification'>,
  { search }: Pick<JobParameters, 'search'>,
): Triple {
  if (search !== 'auto') return search;
  const [width, height, planes] = tileSize;
  const binning = FULL_WIDTH / width;
  const [x, y, z] = FULL_RANGES[magnification] ?? FULL_RANGES[4]!;
  const scaled: Triple = [
    Math.ceil(x / binning),
    Math.ceil(y / binning),
    magnification === 10 ? z : Math.ceil(z / binning),
  ];
  const most: Triple = [Math.floor(width / 4), Math.floor(height / 4), Math.floor(planes / 2)];
  return axes((i) => Math.min(most[i], Math.max(LEAST_RANGE[i], scaled[i])));
}
