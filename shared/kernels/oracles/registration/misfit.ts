/** How far the prediction is from the sample, voxel by voxel (REGISTRATION section 3.5). */

/** f_x(s) = offset(x) + gain(x) p(s), p a cubic with the constant first. */
export interface Misfit {
  readonly sample: Float32Array;
  /** W0 W_M: how much a voxel counts, 0..1. */
  readonly weights: Float32Array;
  /** Atlas values at each voxel: s. */
  readonly predicted: Float32Array;
  readonly offset: Float32Array;
  readonly gain: Float32Array;
  readonly cubic: ArrayLike<number>;
}

/** Sum of W (Jhat - J)^2 over voxels from <= i < to. */
export function misfit(of: Misfit, from: number, to: number): number {
  const { sample, weights, predicted, offset, gain, cubic } = of;
  const [c0, c1, c2, c3] = [cubic[0]!, cubic[1]!, cubic[2]!, cubic[3]!];
  let sum = 0;
  for (let i = from; i < to; i++) {
    const s = predicted[i]!;
    const error = offset[i]! + gain[i]! * (c0 + s * (c1 + s * (c2 + s * c3))) - sample[i]!;
    sum += weights[i]! * error * error;
  }
  return sum;
}

/** `pull` = k W (Jhat - J) f'(s) and, where given, `curvature` = k W f'(s)^2. */
export function pullOf(
  of: Misfit,
  k: number,
  pull: Float32Array,
  curvature: Float32Array | undefined,
  from: number,
  to: number,
): void {
  const { sample, weights, predicted, offset, gain, cubic } = of;
  const [c0, c1, c2, c3] = [cubic[0]!, cubic[1]!, cubic[2]!, cubic[3]!];
  for (let i = from; i < to; i++) {
    const s = predicted[i]!;
    const error = offset[i]! + gain[i]! * (c0 + s * (c1 + s * (c2 + s * c3))) - sample[i]!;
    const slope = gain[i]! * (c1 + s * (2 * c2 + s * 3 * c3));
    const weight = k * weights[i]!;
    pull[i] = weight * error * slope;
    if (curvature !== undefined) curvature[i] = weight * slope * slope;
  }
}
