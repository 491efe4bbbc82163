/** The shifts that the coarse stage searches. */
import { axes, type Triple } from '../axes.ts';

/** Whole-voxel shifts from `least` to `most`, both included. */
export interface ShiftRange {
  readonly least: Triple;
  readonly most: Triple;
}

export const extentOf = (range: ShiftRange): Triple => axes((i) => range.most[i] - range.least[i] + 1);
