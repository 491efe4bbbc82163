/** Robust statistics: how far residuals usually are from 0, and how much one that is farther still counts. */
import { median } from './statistics.ts';

/** 1.4826 median |r| over the residuals that are not NaN, at least `smallest`: the sd of normal ones, deaf to outliers. */
export function robustScale(residuals: readonly Float32Array[], smallest: number): number {
  const sizes = withoutNaN(residuals).map(Math.abs);
  return sizes.length === 0 ? smallest : Math.max(smallest, 1.4826 * median(sizes));
}

/** Tukey's biweight of residual over scale: 1 at 0, 0 from 4.685 on. */
export const tukeyWeight = (ratio: number): number => (1 - Math.min(1, Math.abs(ratio) / 4.685) ** 2) ** 2;

/** All values of the arrays that are not NaN, in order. */
export function withoutNaN(arrays: readonly Float32Array[]): Float64Array {
  const values = new Float64Array(arrays.reduce((count, array) => count + array.length, 0));
  let count = 0;
  for (const array of arrays) {
    for (const value of array) if (!Number.isNaN(value)) values[count++] = value;
  }
  return values.subarray(0, count);
}
