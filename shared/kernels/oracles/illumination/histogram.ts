/**
 * Adds every voxel whose `use` is above 0 to a histogram of u = log - field (float32): at t = (u - smallest) x perBin, cut
 * to 0 .. bins - 1, it gives 1 - (t - floor t) to bin floor t and the rest to the next. Four histograms of bins + 1
 * values one behind the other: voxel i goes to number i % 4, so that neighbours need not wait for each other.
 */
export function addToLogHistogram(
  log: Float32Array,
  use: Float32Array,
  field: Float32Array,
  smallest: number,
  perBin: number,
  bins: number,
  histogram: Float64Array,
): void {
  for (let i = 0; i < log.length; i++) {
    if (!(use[i]! > 0)) continue;
    const t = logHistogramPosition(Math.fround(log[i]! - field[i]!), smallest, perBin, bins);
    const bin = Math.floor(t) + (i % 4) * (bins + 1);
    const share = t - Math.floor(t);
    histogram[bin] = histogram[bin]! + (1 - share);
    histogram[bin + 1] = histogram[bin + 1]! + share;
  }
}

/** In bins above the smallest. */
export const logHistogramPosition = (u: number, smallest: number, perBin: number, bins: number): number =>
  Math.max(Math.min((u - smallest) * perBin, bins - 1), 0);
