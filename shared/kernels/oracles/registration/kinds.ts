/** Matching tissue, artefact or background: the E-step, voxel by voxel (REGISTRATION section 2). */
import type { Misfit } from './misfit.ts';

/** One of the three kinds: a Gaussian and its share of all voxels. */
export interface Kind {
  readonly share: number;
  readonly mean: number;
  readonly sigma: number;
}

export interface Kinds {
  /** Its mean is the prediction. */
  readonly matching: Omit<Kind, 'mean'>;
  readonly artefact: Kind;
  readonly background: Kind;
}

/** Sums of W0 W_M, W0 W_A, W0 W_B, W0 W_M e^2 and W0. */
export const KIND_SUMS = 5;

/**
 * Writes W0 W_M to the misfit's weights, from <= i < to, and adds to the sums. In logarithms, less the largest of the
 * three: no voxel is too far from all of them.
 */
export function classify(
  { sample, predicted, offset, gain, cubic, weights }: Misfit,
  recorded: Float32Array,
  { matching, artefact, background }: Kinds,
  sums: Float64Array,
  from: number,
  to: number,
): void {
  const logOf = ({ share, sigma }: Omit<Kind, 'mean'>, distance: number): number =>
    Math.log(share / sigma) - distance ** 2 / (2 * sigma ** 2);
  for (let i = from; i < to; i++) {
    const value = sample[i]!;
    const s = predicted[i]!;
    const p = cubic[0]! + s * (cubic[1]! + s * (cubic[2]! + s * cubic[3]!));
    const error = offset[i]! + gain[i]! * p - value;
    const m = logOf(matching, error);
    const a = logOf(artefact, value - artefact.mean);
    const b = logOf(background, value - background.mean);
    const most = Math.max(m, a, b);
    const [em, ea, eb] = [Math.exp(m - most), Math.exp(a - most), Math.exp(b - most)];
    const share = recorded[i]! / (em + ea + eb);
    weights[i] = share * em;
    sums[0]! += share * em;
    sums[1]! += share * ea;
    sums[2]! += share * eb;
    sums[3]! += share * em * error ** 2;
    sums[4]! += recorded[i]!;
  }
}
