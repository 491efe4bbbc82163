/** Affine maps of space: x' = M x + t, as three rows of [M | t]. */
import type { Vec3 } from './box.ts';

type Row = readonly [number, number, number, number];
export type Affine = readonly [Row, Row, Row];

export const IDENTITY: Affine = [
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [0, 0, 1, 0],
];

export const apply = (affine: Affine, [x, y, z]: Vec3): Vec3 => [
  dot(affine[0], x, y, z),
  dot(affine[1], x, y, z),
  dot(affine[2], x, y, z),
];

const dot = (row: Row, x: number, y: number, z: number): number =>
  row[0] * x + row[1] * y + row[2] * z + row[3];

/** First `inner`, then `outer`. */
export function compose(outer: Affine, inner: Affine): Affine {
  const row = (r: Row): Row => [
    r[0] * inner[0][0] + r[1] * inner[1][0] + r[2] * inner[2][0],
    r[0] * inner[0][1] + r[1] * inner[1][1] + r[2] * inner[2][1],
    r[0] * inner[0][2] + r[1] * inner[1][2] + r[2] * inner[2][2],
    dot(r, inner[0][3], inner[1][3], inner[2][3]),
  ];
  return [row(outer[0]), row(outer[1]), row(outer[2])];
}

export const translation = ([x, y, z]: Vec3): Affine => [
  [1, 0, 0, x],
  [0, 1, 0, y],
  [0, 0, 1, z],
];

export const scaling = ([x, y, z]: Vec3): Affine => [
  [x, 0, 0, 0],
  [0, y, 0, 0],
  [0, 0, z, 0],
];

export const linear = ([x, y, z]: readonly [Vec3, Vec3, Vec3]): Affine => [
  [...x, 0],
  [...y, 0],
  [...z, 0],
];

/** Degrees about the fixed x, then y, then z axis, right-handed (CLOUDREG section 7.2). */
export function rotation([a, b, c]: Vec3): Affine {
  const [sa, ca, sb, cb, sc, cc] = [a, b, c].flatMap((degrees) => {
    const radians = (degrees * Math.PI) / 180;
    return [Math.sin(radians), Math.cos(radians)];
  }) as [number, number, number, number, number, number];
  return [
    [cc * cb, cc * sb * sa - sc * ca, cc * sb * ca + sc * sa, 0],
    [sc * cb, sc * sb * sa + cc * ca, sc * sb * ca - cc * sa, 0],
    [-sb, cb * sa, cb * ca, 0],
  ];
}

/** Of the linear part: the factor by which volumes grow. */
export const determinant = ([x, y, z]: Affine): number =>
  x[0] * (y[1] * z[2] - y[2] * z[1]) -
  x[1] * (y[0] * z[2] - y[2] * z[0]) +
  x[2] * (y[0] * z[1] - y[1] * z[0]);

/** Throws RangeError where the map is flat. */
export function invert(affine: Affine): Affine {
  const [x, y, z] = affine;
  const det = determinant(affine);
  if (!(Math.abs(det) > Number.EPSILON)) {
    throw new RangeError(`This affine map has no inverse: its determinant is ${det}`);
  }
  const cofactor = (p: Row, q: Row, i: number, j: number): number => (p[i]! * q[j]! - p[j]! * q[i]!) / det;
  const inverse = linear([
    [cofactor(y, z, 1, 2), cofactor(z, x, 1, 2), cofactor(x, y, 1, 2)],
    [cofactor(y, z, 2, 0), cofactor(z, x, 2, 0), cofactor(x, y, 2, 0)],
    [cofactor(y, z, 0, 1), cofactor(z, x, 0, 1), cofactor(x, y, 0, 1)],
  ]);
  return compose(inverse, translation([-x[3], -y[3], -z[3]]));
}
