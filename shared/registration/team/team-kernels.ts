/** Registration's loops in WebAssembly with SIMD, over a team of threads. */
import { LANES } from '../../kernels/oracles/registration/vector-field.ts';
import { type Grid, pointsOf } from '../grid.ts';
import type { RegistrationKernels, Smoothness } from '../kernels.ts';
import { contrastKernels } from './contrast-kernels.ts';
import { openCopies } from './copies.ts';
import { flowKernels } from './flow-kernels.ts';
import { matchingKernels } from './matching-kernels.ts';
import { openSmoother } from './smoother.ts';
import type { Team } from './team.ts';

/** @param grid of the velocities: the fields that are splatted into and smoothed lie on it */
export function teamKernels(team: Team, grid: Grid, smoothness: Smoothness): RegistrationKernels {
  const copies = openCopies(team, pointsOf(grid) * LANES);
  return {
    // Kernels load four floats at once: the last load may reach beyond the last one.
    floats: (count) => team.view(team.allocate(Math.ceil(count / 4) * 16 + 16), count),
    mark: team.mark,
    release: team.release,
    ...flowKernels(team, copies),
    ...matchingKernels(team, copies),
    ...contrastKernels(team),
    smooth: openSmoother(team, grid, smoothness),
  };
}
