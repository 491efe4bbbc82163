/**
 * N4's measure of a round (ILLUMINATION sections 1 and 1.5): the coefficient of variation of q = exp(b - b') over the
 * used voxels. A round whose measure is not above the threshold ends its level.
 */
export type StopRule = 'float64' | 'itk-float32';

/**
 * sd(q) / mean(q), with N - 1, from the sums of q - 1 and of its squares: small numbers, so no digits are lost.
 * NaN for fewer than two voxels, which ends the level.
 */
export function exactMeasure(count: number, sum: number, squares: number): number {
  const variance = (squares - (sum * sum) / count) / (count - 1);
  return Math.sqrt(Math.max(0, variance)) / (1 + sum / count);
}

/**
 * The reference's running mean and variance, all in float32 and in raster order: it reads too high on large images, and
 * so do we here.
 */
export function referenceMeasure(before: Float32Array, after: Float32Array, use: Float32Array): number {
  let [count, mean, sigma] = [0, 0, 0];
  for (let voxel = 0; voxel < use.length; voxel++) {
    if (!(use[voxel]! > 0)) continue;
    const q = Math.fround(Math.exp(Math.fround(before[voxel]! - after[voxel]!)));
    count++;
    if (count > 1) {
      const gap = Math.fround(q - mean);
      sigma = Math.fround(sigma + (Math.fround(gap * gap) * (count - 1)) / count);
    }
    mean = Math.fround(mean * (1 - 1 / count) + Math.fround(q / count));
  }
  return Math.fround(Math.sqrt(sigma / (count - 1))) / mean;
}
