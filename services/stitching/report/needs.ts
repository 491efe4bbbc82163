/** What the report asks of a machine. */
import type { Acquisition } from '../../../shared/acquisition/acquisition.ts';
import type { Placement } from '../../../shared/acquisition/placement.ts';
import type { Needs } from '../../../shared/engine/step.ts';
import { bytesPerVoxel } from '../../../shared/volume/scales.ts';
import { KEPT_BYTES, overlapBytes } from './measure-seams.ts';
import { seamsOf } from './seam.ts';
import { heightCount } from './seam-heights.ts';

interface NeedsInputs {
  readonly acquisition: Acquisition;
  readonly placement: Placement;
}

/** Halves of overlaps that wait for their partners, about a row of tiles; what is kept for pictures; planes being decoded. */
export function reportNeeds({ acquisition, placement }: NeedsInputs): Needs {
  const { tileSize, dataType, channels } = acquisition;
  const seams = seamsOf(acquisition, placement, channels[0]!);
  const bytes = seams.map((seam) => Math.max(overlapBytes(seam, 'before'), overlapBytes(seam, 'after')));
  const all = bytes.reduce((sum, own) => sum + own, 0);
  const { rows, columns } = placement.grid;
  const waiting = Math.min(all, 2 * Math.max(0, ...bytes) * (Math.min(rows, columns) + 2));
  const plane = tileSize[0] * tileSize[1] * (bytesPerVoxel(dataType) + 4) * 2;
  const pixels = (all / 8) * 2 * heightCount(tileSize[2]);
  return {
    memoryMiB: Math.ceil((waiting + Math.min(2 * all, KEPT_BYTES) + 2 * plane) / 2 ** 20) + RUNTIME_MIB,
    threads: 1,
    seconds: 3 + Math.ceil(pixels / PIXELS_A_SECOND),
  };
}

/** Read, corrected and compared. */
const PIXELS_A_SECOND = 2e7;
/** A thread with its JavaScript heap, surveys of the tiles, and the pictures. */
const RUNTIME_MIB = 200;
