/** L^-1 by plain Fourier sums along each axis: slow, exact, and for any size (REGISTRATION section 2). */
import { LANES } from './vector-field.ts';

/**
 * One component of a field, filtered by 1 / (1 + sx + sy + sz)^power, in place.
 * @param stiffness per axis, one for every frequency
 */
export function smoothComponent(
  field: Float32Array,
  component: number,
  size: readonly [number, number, number],
  stiffness: readonly [Float64Array, Float64Array, Float64Array],
  power: number,
): void {
  const [nx, ny, nz] = size;
  const re = Float64Array.from({ length: nx * ny * nz }, (_, i) => field[i * LANES + component]!);
  const im = new Float64Array(re.length);
  transformAxes(re, im, size, -1);
  for (let z = 0, at = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++, at++) {
        const factor = (1 + stiffness[0][x]! + stiffness[1][y]! + stiffness[2][z]!) ** -power / re.length;
        re[at]! *= factor;
        im[at]! *= factor;
      }
  transformAxes(re, im, size, 1);
  re.forEach((value, i) => {
    field[i * LANES + component] = value;
  });
}

function transformAxes(
  re: Float64Array,
  im: Float64Array,
  [nx, ny, nz]: readonly [number, number, number],
  sign: 1 | -1,
): void {
  for (let line = 0; line < ny * nz; line++) transformLine(re, im, line * nx, 1, nx, sign);
  for (let z = 0; z < nz; z++)
    for (let x = 0; x < nx; x++) transformLine(re, im, z * nx * ny + x, nx, ny, sign);
  for (let column = 0; column < nx * ny; column++) transformLine(re, im, column, nx * ny, nz, sign);
}

function transformLine(
  re: Float64Array,
  im: Float64Array,
  start: number,
  stride: number,
  count: number,
  sign: 1 | -1,
): void {
  const a = Float64Array.from({ length: count }, (_, i) => re[start + i * stride]!);
  const b = Float64Array.from({ length: count }, (_, i) => im[start + i * stride]!);
  for (let k = 0; k < count; k++) {
    let [sumRe, sumIm] = [0, 0];
    for (let i = 0; i < count; i++) {
      const angle = (sign * 2 * Math.PI * ((i * k) % count)) / count;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      sumRe += a[i]! * cos - b[i]! * sin;
      sumIm += a[i]! * sin + b[i]! * cos;
    }
    re[start + k * stride] = sumRe;
    im[start + k * stride] = sumIm;
  }
}
