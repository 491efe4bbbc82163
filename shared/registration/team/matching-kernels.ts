/** Prediction, its pull on the flow and on the affine map, over a team. */
import { AFFINE_SUMS } from '../../kernels/oracles/registration/matching.ts';
import { LANES } from '../../kernels/oracles/registration/vector-field.ts';
import type { MatchingGeometry, RegistrationKernels } from '../kernels.ts';
import { type Call, OWN_SCRATCH } from './batch.ts';
import type { Copies } from './copies.ts';
import { gridBytes, misfitBytes, putGeometry, putGrid, putMisfit } from './descriptions.ts';
import { addressOf, openSums, slabs, voxelParts } from './parts.ts';
import type { Team } from './team.ts';

type MatchingKernels = Pick<RegistrationKernels, 'predict' | 'splatPull' | 'affineSums' | 'misfit' | 'pull'>;

export function matchingKernels(team: Team, copies: Copies): MatchingKernels {
  const [fieldGrid, atlasGrid] = [team.allocate(gridBytes), team.allocate(gridBytes)];
  const [geometry, toUm, misfit] = [team.allocate(64), team.allocate(64), team.allocate(misfitBytes)];
  const sums = openSums(team, AFFINE_SUMS);
  const describe = (of: MatchingGeometry): void => {
    putGrid(team, fieldGrid, of.field, of.field.originUm, LANES);
    putGrid(team, atlasGrid, of.atlas, of.atlas.originUm, 1);
    putGeometry(team, geometry, of.voxelToY);
  };
  return {
    predict(of, [nx, ny, nz], u, atlas, out, rise) {
      describe(of);
      const images = [addressOf(u), addressOf(atlas), addressOf(out), rise ? addressOf(rise) : 0];
      team.run(
        slabs(nz).map(([z0, z1]): Call => {
          const args = [geometry, fieldGrid, atlasGrid, nx, ny, ...images, z0, z1];
          return { kernel: 'predict', args };
        }),
      );
    },
    splatPull(of, [nx, ny, nz], pull, rise, g) {
      describe(of);
      const call = (copy: number, z0: number, z1: number): Call => {
        const args = [geometry, fieldGrid, nx, ny, addressOf(pull), addressOf(rise), copy, z0, z1];
        return { kernel: 'splatPull', args };
      };
      copies.run(nz, call, g);
    },
    affineSums(of, [nx, ny, nz], sampleToUm, u, pull, curvature, rise) {
      describe(of);
      putGeometry(team, toUm, sampleToUm);
      sums.clear();
      const parts = slabs(nz);
      const images = [u, pull, curvature, rise].map(addressOf);
      team.run(
        parts.map(([z0, z1], part): Call => {
          const args = [geometry, toUm, fieldGrid, nx, ny, ...images, sums.at(part), OWN_SCRATCH, z0, z1];
          return { kernel: 'affineSums', args };
        }),
      );
      return sums.total(parts.length);
    },
    misfit(of) {
      putMisfit(team, misfit, of, addressOf);
      const calls = voxelParts(of.sample.length, (at, count): Call => {
        return { kernel: 'misfit', args: [misfit, at, count] };
      });
      return team.run(calls).reduce((sum, part) => sum + part, 0);
    },
    pull(of, k, pull, curvature) {
      putMisfit(team, misfit, of, addressOf);
      const to = [addressOf(pull), curvature === undefined ? 0 : addressOf(curvature)];
      team.run(
        voxelParts(of.sample.length, (at, count): Call => {
          return { kernel: 'pull', args: [misfit, k, ...to, at, count] };
        }),
      );
    },
  };
}
