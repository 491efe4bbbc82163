/** Symmetric 3 x 3 matrices: covariances and the normal equations of offsets. */
import type { Triple } from './axes.ts';

export type Matrix3 = readonly [Triple, Triple, Triple];

/** Undefined where the matrix is not positive definite. */
export function inverseOf(m: Matrix3): Matrix3 | undefined {
  const [[xx, xy, xz], [, yy, yz], [, , zz]] = m;
  const minorX = yy * zz - yz * yz;
  const minorXy = xz * yz - xy * zz;
  const minorXz = xy * yz - xz * yy;
  const determinant = xx * minorX + xy * minorXy + xz * minorXz;
  if (!(xx > 0 && xx * yy - xy * xy > 0 && determinant > 0)) return undefined;
  const minorYz = xy * xz - xx * yz;
  return [
    [minorX / determinant, minorXy / determinant, minorXz / determinant],
    [minorXy / determinant, (xx * zz - xz * xz) / determinant, minorYz / determinant],
    [minorXz / determinant, minorYz / determinant, (xx * yy - xy * xy) / determinant],
  ];
}

export const timesVector = (m: Matrix3, v: Triple): Triple => [
  m[0][0] * v[0] + m[0][1] * v[1] + m[0][2] * v[2],
  m[1][0] * v[0] + m[1][1] * v[1] + m[1][2] * v[2],
  m[2][0] * v[0] + m[2][1] * v[1] + m[2][2] * v[2],
];

/** Entry (i, j) of the result is `entry(m[i][j], i, j)`. */
export const mapMatrix = (m: Matrix3, entry: (value: number, i: number, j: number) => number): Matrix3 =>
  m.map((row, i) => row.map((value, j) => entry(value, i, j))) as unknown as Matrix3;

/** Square roots of the diagonal. */
export const deviations = (covariance: Matrix3): Triple => [
  Math.sqrt(covariance[0][0]),
  Math.sqrt(covariance[1][1]),
  Math.sqrt(covariance[2][2]),
];
