/** What the kernels read besides voxels: grids, geometries, misfits, as `assembly/registration` lays them out. */
import type { FlowGrid, Misfit } from '../kernels.ts';
import type { Team } from './team.ts';

export const gridBytes = 80;
export const misfitBytes = 64;

/** @param lanes floats of a point */
export function putGrid(
  team: Team,
  address: number,
  { nx, ny, nz, perUm }: FlowGrid,
  originUm: readonly [number, number, number],
  lanes: number,
): void {
  const floats = team.view(address, 16);
  floats.set([nx - 1, ny - 1, nz - 1, 0], 0);
  floats.set([nx - 2, ny - 2, nz - 2, 0], 4);
  floats.set([...perUm, 0], 8);
  floats.set([...originUm, 0], 12);
  const bytes = lanes * 4;
  new Int32Array(floats.buffer, address + 64, 3).set([bytes, bytes * nx, bytes * nx * ny]);
}

/** Columns of [M | t], given as its rows. */
export function putGeometry(team: Team, address: number, rows: ArrayLike<number>): void {
  const floats = team.view(address, 16);
  for (let column = 0; column < 4; column++)
    for (let row = 0; row < 3; row++) floats[4 * column + row] = rows[4 * row + column]!;
}

export function putMisfit(
  team: Team,
  address: number,
  { sample, weights, predicted, offset, gain, cubic }: Misfit,
  addressOf: (values: Float32Array) => number,
): void {
  const floats = team.view(address, 9);
  new Uint32Array(floats.buffer, address, 5).set([sample, weights, predicted, offset, gain].map(addressOf));
  floats.set(
    [0, 1, 2, 3].map((power) => cubic[power]!),
    5,
  );
}
