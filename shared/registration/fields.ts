/** Sets of vector fields, one for each time step, in one piece of memory: what L-BFGS takes for a single long vector. */
import { LANES } from '../kernels/oracles/registration/vector-field.ts';
import { type Grid, pointsOf } from './grid.ts';
import type { RegistrationKernels } from './kernels.ts';

export interface Fields {
  readonly all: Float32Array;
  readonly steps: readonly Float32Array[];
}

export function newFields(kernels: RegistrationKernels, grid: Grid, count: number): Fields {
  const length = pointsOf(grid) * LANES;
  const all = kernels.floats(count * length);
  return { all, steps: Array.from({ length: count }, (_, t) => all.subarray(t * length, (t + 1) * length)) };
}

/** The length of a set's longest vector. */
export function largest({ all }: Fields): number {
  let most = 0;
  for (let at = 0; at < all.length; at += LANES)
    most = Math.max(most, all[at]! ** 2 + all[at + 1]! ** 2 + all[at + 2]! ** 2);
  return Math.sqrt(most);
}
