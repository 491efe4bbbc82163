/** How far a neighbour may lie from where the stage says (STITCHING section 2). */
import type { Acquisition } from '../../../shared/acquisition/acquisition.ts';
import type { JobParameters } from '../../parameters.ts';
import { axes, type Triple } from '../axes.ts';

export interface SearchRange {
  /** Voxels to each side of the nominal offset. */
  readonly search: Triple;
  /** By so much the strips that are read exceed the nominal overlap; farther offsets find all but the excess in them. */
  readonly margin: Triple;
}

/** CloudReg's ranges, for a camera at its full width. */
const FULL_RANGES: Readonly<Record<number, Triple>> = { 4: [60, 60, 20], 10: [100, 60, 5], 25: [60, 60, 20] };
const FULL_WIDTH = 2048;
const LEAST_RANGE: Triple = [8, 8, 5];
/** Of the nominal overlap: a false peak is told best where the true one is in sight, and looking so far costs no reading. */
const OVERLAP_SEARCHED = 0.6;

/**
 * `auto` follows the magnification: CloudReg's ranges, divided by the camera's binning, as its voxels are larger by it (at
 * 10x CloudReg does not divide; along z nor do we there), and in x and y at least most of the overlap. Never so far that
 * less than three quarters of a tile's side, or half its planes, could meet.
 */
export function searchRangeOf(
  { tileSize, nominalStep, magnification }: Pick<Acquisition, 'tileSize' | 'nominalStep' | 'magnification'>,
  { search }: Pick<JobParameters, 'search'>,
): SearchRange {
  if (search !== 'auto') return { search, margin: search };
  const [width, height, planes] = tileSize;
  const binning = FULL_WIDTH / width;
  const [x, y, z] = FULL_RANGES[magnification] ?? FULL_RANGES[4]!;
  const ofStage: Triple = [
    Math.ceil(x / binning),
    Math.ceil(y / binning),
    magnification === 10 ? z : Math.ceil(z / binning),
  ];
  const ofOverlap: Triple = [
    Math.floor(OVERLAP_SEARCHED * (width - nominalStep.x)),
    Math.floor(OVERLAP_SEARCHED * (height - nominalStep.y)),
    0,
  ];
  const most: Triple = [Math.floor(width / 4), Math.floor(height / 4), Math.floor(planes / 2)];
  const margin = axes((i) => Math.min(most[i], Math.max(LEAST_RANGE[i], ofStage[i])));
  return { search: axes((i) => Math.min(most[i], Math.max(margin[i], ofOverlap[i]))), margin };
}
