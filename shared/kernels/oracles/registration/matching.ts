/**
 * The atlas as the sample would show it, and how an error there pulls at the map (REGISTRATION section 3.2).
 *
 * For a sample voxel at x: y = A^-1 x, z = y + u(y), and the atlas's value at z.
 */
import { type FieldSize, gradientAt, LANES, splat, valueAt } from './vector-field.ts';

/** A grid of points in space, um. */
export interface Frame extends FieldSize {
  readonly perUm: readonly [number, number, number];
  /** Position of the first point. */
  readonly originUm: readonly [number, number, number];
}

export interface MatchingGeometry {
  /** Sample voxels along x and y; z comes with the slab. */
  readonly sampleSize: readonly [number, number];
  /** Rows of [M | t]: voxel index of the sample -> y, in um. */
  readonly voxelToY: ArrayLike<number>;
  readonly field: Frame;
  readonly atlas: Frame;
}

/**
 * For each voxel of planes z0 <= z < z1: the atlas's value at z to `out` and, where asked for, its derivative there per um
 * to `rise`, four floats a voxel.
 */
export function predict(
  geometry: MatchingGeometry,
  u: Float32Array,
  atlas: Float32Array,
  out: Float32Array,
  rise: Float32Array | undefined,
  z0: number,
  z1: number,
): void {
  const { field, atlas: grid } = geometry;
  const slope = new Float64Array(3);
  forEachVoxel(geometry, z0, z1, (at, y) => {
    const index = indexIn(grid, displaced(u, field, y, indexIn(field, y)));
    out[at] = valueAt(atlas, grid, 1, 0, ...index);
    if (rise === undefined) return;
    gradientAt(atlas, grid, 1, 0, ...index, slope, 0);
    for (let axis = 0; axis < 3; axis++) rise[at * LANES + axis] = slope[axis]! * grid.perUm[axis]!;
  });
}

/** `pull` (dE/d atlas value) times the atlas's rise, splatted at y and added to `g`: dE/du. */
export function splatPull(
  geometry: MatchingGeometry,
  pull: Float32Array,
  rise: Float32Array,
  g: Float32Array,
  z0: number,
  z1: number,
): void {
  forEachVoxel(geometry, z0, z1, (at, y) => {
    const r = pull[at]!;
    const from = at * LANES;
    const f = indexIn(geometry.field, y);
    splat(g, geometry.field, ...f, r * rise[from]!, r * rise[from + 1]!, r * rise[from + 2]!);
  });
}

/** Twelve sums of the gradient with respect to A^-1 (rows of [M | t]), then the 12 x 12 of Gauss and Newton. */
export const AFFINE_SUMS = 12 + 144;

/**
 * Adds to `sums`: pull s_i [x; 1]_j, then the lower triangle of curvature (s (x) [x; 1])^2, with s = G + Du^T G.
 * @param sampleToUm rows of [M | t]: voxel index of the sample -> x, in um
 */
export function affineSums(
  geometry: MatchingGeometry,
  sampleToUm: ArrayLike<number>,
  u: Float32Array,
  pull: Float32Array,
  curvature: Float32Array,
  rise: Float32Array,
  sums: Float64Array,
  z0: number,
  z1: number,
): void {
  const { field } = geometry;
  const slope = new Float64Array(9);
  const jacobian = new Float64Array(12);
  forEachVoxel(geometry, z0, z1, (at, y, i, j, k) => {
    const f = indexIn(field, y);
    const [gx, gy, gz] = [rise[at * LANES]!, rise[at * LANES + 1]!, rise[at * LANES + 2]!];
    for (let c = 0; c < 3; c++) gradientAt(u, field, LANES, c, f[0], f[1], f[2], slope, 3 * c);
    for (let axis = 0; axis < 3; axis++) {
      const back = slope[axis]! * gx + slope[3 + axis]! * gy + slope[6 + axis]! * gz;
      const s = rise[at * LANES + axis]! + back * field.perUm[axis]!;
      const x = turn(sampleToUm, i, j, k);
      for (let column = 0; column < 4; column++) jacobian[4 * axis + column] = s * (x[column] ?? 1);
    }
    for (let p = 0; p < 12; p++) {
      sums[p]! += pull[at]! * jacobian[p]!;
      for (let q = 0; q <= p; q++) sums[12 + 12 * p + q]! += curvature[at]! * jacobian[p]! * jacobian[q]!;
    }
  });
}

type Vec = readonly [number, number, number];

const turn = (m: ArrayLike<number>, i: number, j: number, k: number): Vec => [
  m[0]! * i + m[1]! * j + m[2]! * k + m[3]!,
  m[4]! * i + m[5]! * j + m[6]! * k + m[7]!,
  m[8]! * i + m[9]! * j + m[10]! * k + m[11]!,
];

const indexIn = ({ originUm, perUm }: Frame, um: Vec): Vec => [
  (um[0] - originUm[0]) * perUm[0],
  (um[1] - originUm[1]) * perUm[1],
  (um[2] - originUm[2]) * perUm[2],
];

const displaced = (u: Float32Array, field: Frame, y: Vec, f: Vec): Vec => [
  y[0] + valueAt(u, field, LANES, 0, f[0], f[1], f[2]),
  y[1] + valueAt(u, field, LANES, 1, f[0], f[1], f[2]),
  y[2] + valueAt(u, field, LANES, 2, f[0], f[1], f[2]),
];

function forEachVoxel(
  { sampleSize: [nx, ny], voxelToY }: MatchingGeometry,
  z0: number,
  z1: number,
  visit: (at: number, y: Vec, i: number, j: number, k: number) => void,
): void {
  let at = z0 * ny * nx;
  for (let k = z0; k < z1; k++)
    for (let j = 0; j < ny; j++)
      for (let i = 0; i < nx; i++, at++) visit(at, turn(voxelToY, i, j, k), i, j, k);
}
