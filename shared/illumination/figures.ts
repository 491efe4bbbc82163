/** How much a log field moves, over the tissue. */
import { mostLogFactor } from './field.ts';

export interface FieldFigures {
  /** Standard deviation of the log field. */
  readonly sd: number;
  /** Share of the voxels that change by more than a tenth. */
  readonly changedShare: number;
  /** Share of the voxels whose factor is cut. */
  readonly cutShare: number;
  /** Share of the volume that is tissue. */
  readonly tissueShare: number;
  /** What was added to N4's field so that the tissue's sum stays as it is. */
  readonly shift: number;
}

/** c such that sum v exp(-(b + c)) = sum v over the mask (ILLUMINATION section 4.4). */
export function keepingSum(values: Float32Array, field: Float32Array, mask: Uint8Array): number {
  let [before, after] = [0, 0];
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] !== 1) continue;
    before += values[i]!;
    after += values[i]! * Math.exp(-field[i]!);
  }
  return before > 0 ? Math.log(after / before) : 0;
}

/** `shift` is added to the field. */
export function fieldFigures(field: Float32Array, shift: number, mask: Uint8Array): FieldFigures {
  let [count, sum, squares, changed, cut] = [0, 0, 0, 0, 0];
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] !== 1) continue;
    const b = field[i]! + shift;
    count++;
    sum += b;
    squares += b * b;
    if (Math.abs(Math.expm1(-b)) > 0.1) changed++;
    if (Math.abs(b) > mostLogFactor) cut++;
  }
  const sd = Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
  return {
    sd,
    changedShare: changed / count,
    cutShare: cut / count,
    tissueShare: count / mask.length,
    shift,
  };
}
