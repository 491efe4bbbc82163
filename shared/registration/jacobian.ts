/** By how much a map X + u(X) stretches volumes; below 0 it folds (REGISTRATION section 6.4). */
import type { Vec3 } from '../geometry/box.ts';
import { gradientAt, LANES } from '../kernels/oracles/registration/vector-field.ts';
import { quantile } from '../numerics/statistics.ts';
import type { Grid } from './grid.ts';

/** Of det(I + Du), over points of a grid. */
export interface DeterminantSpread {
  readonly min: number;
  /** Quantiles of 1 %, 50 % and 99 %. */
  readonly low: number;
  readonly median: number;
  readonly high: number;
  readonly max: number;
}

/** det(I + Du) at the nodes of u's grid, by central differences, one-sided at the border. */
export function determinantsAtNodes(u: Float32Array, { size, spacingUm }: Grid): Float32Array {
  const [nx, ny, nz] = size;
  const strides = [LANES, LANES * nx, LANES * nx * ny] as const;
  const out = new Float32Array(nx * ny * nz);
  const slope = new Float64Array(9);
  for (let z = 0, at = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++, at++) {
        const node = [x, y, z];
        for (let axis = 0; axis < 3; axis++) {
          const before = node[axis]! > 0 ? strides[axis]! : 0;
          const after = node[axis]! < size[axis]! - 1 ? strides[axis]! : 0;
          const per = 1 / (((before + after) / strides[axis]!) * spacingUm[axis]!);
          const here = at * LANES;
          for (let c = 0; c < 3; c++)
            slope[3 * c + axis] = (u[here + after + c]! - u[here - before + c]!) * per;
        }
        out[at] = determinant(slope);
      }
  return out;
}

export const leastDeterminant = (u: Float32Array, grid: Grid): number =>
  determinantsAtNodes(u, grid).reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);

/** det(I + Du) of the trilinear field at the points of another grid. */
export function determinantsOn(points: Grid, u: Float32Array, grid: Grid): Float32Array {
  const size = { nx: grid.size[0], ny: grid.size[1], nz: grid.size[2] };
  const place = (axis: 0 | 1 | 2, i: number): number =>
    (points.originUm[axis] + i * points.spacingUm[axis] - grid.originUm[axis]) / grid.spacingUm[axis];
  const out = new Float32Array(points.size[0] * points.size[1] * points.size[2]);
  const slope = new Float64Array(9);
  let at = 0;
  for (let z = 0; z < points.size[2]; z++)
    for (let y = 0; y < points.size[1]; y++)
      for (let x = 0; x < points.size[0]; x++, at++) {
        const position: Vec3 = [place(0, x), place(1, y), place(2, z)];
        for (let c = 0; c < 3; c++) gradientAt(u, size, LANES, c, ...position, slope, 3 * c);
        for (let i = 0; i < 9; i++) slope[i]! /= grid.spacingUm[(i % 3) as 0 | 1 | 2];
        out[at] = determinant(slope);
      }
  return out;
}

export function spreadOf(determinants: Float32Array): DeterminantSpread {
  const at = (q: number): number => quantile(determinants, q);
  return { min: at(0), low: at(0.01), median: at(0.5), high: at(0.99), max: at(1) };
}

/** Of the identity plus nine slopes, rows of components. */
function determinant(s: Float64Array): number {
  const [a, b, c] = [1 + s[0]!, s[1]!, s[2]!];
  const [d, e, f] = [s[3]!, 1 + s[4]!, s[5]!];
  const [g, h, i] = [s[6]!, s[7]!, 1 + s[8]!];
  return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
}
