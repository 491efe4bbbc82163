import { exponentialOfEightfold } from './exponential.ts';

const { fround } = Math;

/** One plane of a log field, ready for the rows of one block. */
export interface FieldPlane {
  /** Of the block's columns, span s has starts[s] .. starts[s + 1] - 1. */
  readonly starts: Int32Array;
  /** How far each column is into its span, 0 to 1. */
  readonly t: Float32Array;
  /** First of the four lines of cubics that a row leans on, and the weights of the four. */
  readonly firstY: Int32Array;
  readonly weightsY: Float32Array;
  /** Lines of one cubic a span: a0, a1, a2, a3 of b = a0 + a1 t + a2 t^2 + a3 t^3. */
  readonly cubics: Float32Array;
}

/**
 * values *= exp(-b), |b| cut to `limit`; `rows` rows of as many columns as there are t. A row's cubics are the weighted
 * sums of four lines of cubics. All float32, rounded at each step; a voxel's factor does not depend on the block around it.
 */
export function scaleByField(
  values: Float32Array,
  rows: number,
  { starts, t, firstY, weightsY, cubics }: FieldPlane,
  limit: number,
): void {
  const spans = starts.length - 1;
  const most = fround(limit) / 8;
  for (let y = 0; y < rows; y++) {
    for (let span = 0; span < spans; span++) {
      const coefficient = (power: number): number => {
        const term = (tap: number) =>
          fround(weightsY[4 * y + tap]! * cubics[((firstY[y]! + tap) * spans + span) * 4 + power]!);
        return fround(fround(fround(term(0) + term(1)) + term(2)) + term(3));
      };
      const [a0, a1, a2, a3] = [coefficient(0), coefficient(1), coefficient(2), coefficient(3)];
      for (let x = starts[span]!; x < starts[span + 1]!; x++) {
        const bend = fround(fround(fround(fround(fround(a3 * t[x]!) + a2) * t[x]!) + a1) * t[x]!);
        const eighth = Math.max(Math.min(-fround(bend + a0) / 8, most), -most);
        const i = y * t.length + x;
        values[i] = values[i]! * exponentialOfEightfold(eighth);
      }
    }
  }
}
