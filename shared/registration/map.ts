/**
 * The map between a sample and an atlas. What was matched to the data is the way from sample to atlas,
 * z = y + u(y), y = A^-1 x; the way back is solved for, so that the two are each other's inverse (REGISTRATION section 7).
 */
import { type Affine, apply, invert } from '../geometry/affine.ts';
import type { Vec3 } from '../geometry/box.ts';
import { gradientAt, LANES, valueAt } from '../kernels/oracles/registration/vector-field.ts';
import type { Grid } from './grid.ts';

export interface RegistrationMap {
  /** Sample to atlas, centred um. */
  readonly toAtlas: Affine;
  /** Of u. */
  readonly grid: Grid;
  /** Displacement of the backward flow, um, four floats a node. */
  readonly u: Float32Array;
  /** Corner to corner, um: centred positions are corner positions less half of it. */
  readonly sampleExtentUm: Vec3;
  readonly atlasExtentUm: Vec3;
}

/** From the sample's corner to the atlas's corner, um. */
export const toAtlas = (map: RegistrationMap, point: Vec3): Vec3 =>
  more(toAtlasCentred(map, less(point, map.sampleExtentUm)), map.atlasExtentUm);

/** The same between positions about the middles of the volumes. */
export function toAtlasCentred(map: RegistrationMap, point: Vec3): Vec3 {
  const y = apply(map.toAtlas, point);
  return plus(y, displacement(map, y));
}

const ROUNDS = 20;
const NEWTON_ROUNDS = 20;
const RELAXATION = 0.8;
/** um, well below any voxel. */
const CLOSE_ENOUGH = 1e-3;

/** The position of the sample that the first function takes to `point`, to a thousandth of a micrometre. */
export const toSample = (map: RegistrationMap, point: Vec3): Vec3 =>
  more(toSampleCentred(map, less(point, map.atlasExtentUm)), map.sampleExtentUm);

export function toSampleCentred(map: RegistrationMap, a: Vec3): Vec3 {
  let y = a;
  for (let round = 0; round < ROUNDS + NEWTON_ROUNDS; round++) {
    const u = displacement(map, y);
    const rest: Vec3 = [a[0] - y[0] - u[0], a[1] - y[1] - u[1], a[2] - y[2] - u[2]];
    if (Math.hypot(...rest) < CLOSE_ENOUGH) break;
    y = plus(y, round < ROUNDS ? times(rest, RELAXATION) : newtonStep(map, y, rest));
  }
  return apply(invert(map.toAtlas), y);
}

function displacement({ grid, u }: RegistrationMap, [x, y, z]: Vec3): Vec3 {
  const at = positionIn(grid, x, y, z);
  const size = { nx: grid.size[0], ny: grid.size[1], nz: grid.size[2] };
  return [
    valueAt(u, size, LANES, 0, ...at),
    valueAt(u, size, LANES, 1, ...at),
    valueAt(u, size, LANES, 2, ...at),
  ];
}

/** I + Du at y, rows. */
export function jacobianAt({ grid, u }: RegistrationMap, y: Vec3): Affine {
  const at = positionIn(grid, ...y);
  const size = { nx: grid.size[0], ny: grid.size[1], nz: grid.size[2] };
  const slope = new Float64Array(9);
  for (let c = 0; c < 3; c++) gradientAt(u, size, LANES, c, ...at, slope, 3 * c);
  const row = (r: 0 | 1 | 2): [number, number, number, number] => {
    const own = (axis: 0 | 1 | 2): number =>
      slope[3 * r + axis]! / grid.spacingUm[axis] + (axis === r ? 1 : 0);
    return [own(0), own(1), own(2), 0];
  };
  return [row(0), row(1), row(2)];
}

const newtonStep = (map: RegistrationMap, y: Vec3, rest: Vec3): Vec3 =>
  apply(invert(jacobianAt(map, y)), rest);

const positionIn = (
  { originUm, spacingUm }: Grid,
  x: number,
  y: number,
  z: number,
): [number, number, number] => [
  (x - originUm[0]) / spacingUm[0],
  (y - originUm[1]) / spacingUm[1],
  (z - originUm[2]) / spacingUm[2],
];

const plus = (a: Vec3, b: Vec3): Vec3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
const times = (a: Vec3, factor: number): Vec3 => [a[0] * factor, a[1] * factor, a[2] * factor];
const less = (point: Vec3, extent: Vec3): Vec3 => plus(point, times(extent, -0.5));
const more = (point: Vec3, extent: Vec3): Vec3 => plus(point, times(extent, 0.5));
