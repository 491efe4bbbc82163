/** One semi-Lagrangian step of the inverse flow, and its transpose (REGISTRATION sections 2 and 3.2). */
import { type FieldSize, gradientAt, LANES, splat, valueAt } from './vector-field.ts';

/** A velocity grid; lengths in units of its spacing are `1 / spacing` times those in um. */
export interface FlowGrid extends FieldSize {
  /** Points per um along x, y, z. */
  readonly perUm: readonly [number, number, number];
}

/**
 * next(X) = u(X - dt v(X)) - dt v(X), on planes z0 <= z < z1. Fields in um.
 */
export function flowStep(
  u: Float32Array,
  v: Float32Array,
  next: Float32Array,
  grid: FlowGrid,
  dt: number,
  z0: number,
  z1: number,
): void {
  const { nx, ny, perUm } = grid;
  let at = z0 * ny * nx * LANES;
  for (let z = z0; z < z1; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, at += LANES) {
        const px = x - dt * v[at]! * perUm[0];
        const py = y - dt * v[at + 1]! * perUm[1];
        const pz = z - dt * v[at + 2]! * perUm[2];
        for (let c = 0; c < 3; c++) next[at + c] = valueAt(u, grid, LANES, c, px, py, pz) - dt * v[at + c]!;
      }
    }
  }
}

/**
 * From g = dE/d next: dE/dv to `dv`, and dE/du added to `du`. With p = X - dt v(X) and D = du/dX at p:
 * dE/dv = -dt (g + D^T g), dE/du = g splatted at p.
 */
export function flowStepAdjoint(
  u: Float32Array,
  v: Float32Array,
  g: Float32Array,
  dv: Float32Array,
  du: Float32Array,
  grid: FlowGrid,
  dt: number,
  z0: number,
  z1: number,
): void {
  const { nx, ny, perUm } = grid;
  const slope = new Float64Array(9);
  let at = z0 * ny * nx * LANES;
  for (let z = z0; z < z1; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, at += LANES) {
        const px = x - dt * v[at]! * perUm[0];
        const py = y - dt * v[at + 1]! * perUm[1];
        const pz = z - dt * v[at + 2]! * perUm[2];
        const gx = g[at]!;
        const gy = g[at + 1]!;
        const gz = g[at + 2]!;
        for (let c = 0; c < 3; c++) gradientAt(u, grid, LANES, c, px, py, pz, slope, 3 * c);
        for (let axis = 0; axis < 3; axis++) {
          const back = slope[axis]! * gx + slope[3 + axis]! * gy + slope[6 + axis]! * gz;
          dv[at + axis] = -dt * (g[at + axis]! + back * perUm[axis]!);
        }
        splat(du, grid, px, py, pz, gx, gy, gz);
      }
    }
  }
}
