/**
 * N4's measure of a round (ILLUMINATION sections 1 and 1.5): the coefficient of variation of q = exp(b - b') over the
 * used voxels. A round whose measure is not above the threshold ends its level.
 */
export type StopRule = 'float64' | 'itk-float32';

export interface Convergence {
  /** Takes b - b' of one used voxel, in raster order. */
  add(change: number): void;
  /** sd(q) / mean(q), with N - 1; NaN for fewer than two voxels, which ends the level. */
  coefficientOfVariation(): number;
}

export const createConvergence = (rule: StopRule): Convergence =>
  rule === 'float64' ? exactConvergence() : referenceConvergence();

/** Moments of q - 1, which is small: no digits are lost. */
function exactConvergence(): Convergence {
  let [count, sum, squares] = [0, 0, 0];
  return {
    add: (change) => {
      // Exact to 1e-9 below 0.008, and several times faster than the exponential.
      const small = Math.abs(change) < 0.008;
      const grown = small ? change * (1 + change * (1 / 2 + change / 6)) : Math.exp(change) - 1;
      count++;
      sum += grown;
      squares += grown * grown;
    },
    coefficientOfVariation: () => {
      const variance = (squares - (sum * sum) / count) / (count - 1);
      return Math.sqrt(Math.max(0, variance)) / (1 + sum / count);
    },
  };
}

/** The reference's running mean and variance, all in float32: reads too high on large images, and so do we here. */
function referenceConvergence(): Convergence {
  let [count, mean, sigma] = [0, 0, 0];
  return {
    add: (change) => {
      const q = Math.fround(Math.exp(Math.fround(change)));
      count++;
      if (count > 1) {
        const gap = Math.fround(q - mean);
        sigma = Math.fround(sigma + (Math.fround(gap * gap) * (count - 1)) / count);
      }
      mean = Math.fround(mean * (1 - 1 / count) + Math.fround(q / count));
    },
    coefficientOfVariation: () => Math.fround(Math.sqrt(sigma / (count - 1))) / mean,
  };
}
