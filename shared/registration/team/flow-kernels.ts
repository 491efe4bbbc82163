/** The flow's steps and the vectors of L-BFGS, over a team. */
import { LANES } from '../../kernels/oracles/registration/vector-field.ts';
import type { RegistrationKernels } from '../kernels.ts';
import type { Call } from './batch.ts';
import type { Copies } from './copies.ts';
import { gridBytes, putGrid } from './descriptions.ts';
import { addressOf, slabs, voxelParts } from './parts.ts';
import type { Team } from './team.ts';

type FlowKernels = Pick<RegistrationKernels, 'flowStep' | 'flowStepAdjoint' | 'dot' | 'combine'>;

export function flowKernels(team: Team, copies: Copies): FlowKernels {
  const grid = team.allocate(gridBytes);
  return {
    flowStep(u, v, next, flow, dt) {
      putGrid(team, grid, flow, [0, 0, 0], LANES);
      const fields = [u, v, next].map(addressOf);
      team.run(
        slabs(flow.nz).map(([z0, z1]): Call => {
          return { kernel: 'flowStep', args: [...fields, grid, flow.nx, flow.ny, dt, z0, z1] };
        }),
      );
    },
    flowStepAdjoint(u, v, g, dv, du, flow, dt) {
      putGrid(team, grid, flow, [0, 0, 0], LANES);
      const fields = [u, v, g, dv].map(addressOf);
      const call = (copy: number, z0: number, z1: number): Call => {
        const args = [...fields, copy, grid, flow.nx, flow.ny, dt, z0, z1];
        return { kernel: 'flowStepAdjoint', args };
      };
      copies.run(flow.nz, call, du);
    },
    dot(a, b) {
      const calls = voxelParts(a.length, (at, count): Call => {
        return { kernel: 'dot', args: [addressOf(a) + at, addressOf(b) + at, count] };
      });
      return team.run(calls).reduce((sum, part) => sum + part, 0);
    },
    combine(to, scale, factor, from) {
      team.run(
        voxelParts(to.length, (at, count): Call => {
          const args = [addressOf(to) + at, scale, factor, addressOf(from) + at, count];
          return { kernel: 'combine', args };
        }),
      );
    },
  };
}
