/** What the stage gets wrong everywhere alike: rotation of the grid, tilt, a wrong step (STITCHING section 2.7). */
import { median } from '../../../shared/numerics/statistics.ts';
import { axes, type Triple } from '../axes.ts';
import type { Direction, GridTile } from './tile-grid.ts';

/** Voxels to add to the nominal offset of neighbours along x and along y. */
export interface StageCorrection {
  readonly x: Triple;
  readonly y: Triple;
}

const leastReliability = 0.6;
const leastPairs = 3;

export interface StageEvidence {
  readonly axis: Direction;
  readonly nominal: Triple;
  readonly offset: Triple;
  readonly reliability: number;
}

export function stageCorrection(pairs: readonly StageEvidence[]): StageCorrection {
  const along = (direction: Direction): Triple => {
    const evidence = pairs.filter((pair) => pair.axis === direction && pair.reliability > leastReliability);
    if (evidence.length < leastPairs) return [0, 0, 0];
    return axes((i) => median(evidence.map(({ offset, nominal }) => offset[i] - nominal[i])));
  };
  return { x: along('x'), y: along('y') };
}

/** Where the stage puts a tile once it is corrected. */
export const correctedNominal = ({ nominal, row, column }: GridTile, { x, y }: StageCorrection): Triple =>
  axes((i) => nominal[i] + column * x[i] + row * y[i]);
