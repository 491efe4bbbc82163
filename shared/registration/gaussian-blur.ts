/** Gaussian blur of a map on a grid, in place; beyond the border there is nothing. Three box blurs stand for wide ones. */
import type { Grid } from './grid.ts';

const BOXES = 3;

/** @param sdUm standard deviation along every axis */
export function blurGaussian(map: Float64Array, { size, spacingUm }: Grid, sdUm: number): void {
  const [nx, ny, nz] = size;
  const half = ([0, 1, 2] as const).map((axis) => boxHalf(sdUm / spacingUm[axis]));
  for (let pass = 0; pass < BOXES; pass++) {
    for (let line = 0; line < ny * nz; line++) boxLine(map, line * nx, 1, nx, half[0]!);
    for (let z = 0; z < nz; z++) for (let x = 0; x < nx; x++) boxLine(map, z * nx * ny + x, nx, ny, half[1]!);
    for (let column = 0; column < nx * ny; column++) boxLine(map, column, nx * ny, nz, half[2]!);
  }
}

/** A box of 2 h + 1 has variance h (h + 1) / 3. */
const boxHalf = (sd: number): number => (-1 + Math.sqrt(1 + (12 * sd ** 2) / BOXES)) / 2;

/** A box of fractional width: whole voxels, and a share of those at its two ends. */
function boxLine(map: Float64Array, start: number, stride: number, count: number, half: number): void {
  if (count === 1) return;
  const whole = Math.floor(half);
  const part = half - whole;
  const sums = new Float64Array(count + 1);
  for (let i = 0; i < count; i++) sums[i + 1] = sums[i]! + map[start + i * stride]!;
  const line = Float64Array.from({ length: count }, (_, i) => map[start + i * stride]!);
  for (let i = 0; i < count; i++) {
    const [first, last] = [Math.max(0, i - whole), Math.min(count - 1, i + whole)];
    const ends = (line[i - whole - 1] ?? 0) + (line[i + whole + 1] ?? 0);
    map[start + i * stride] = (sums[last + 1]! - sums[first]! + part * ends) / (2 * half + 1);
  }
}
