/** What contrast and mixture are fitted from, over a team. */
import { CONTRAST_MAPS, CUBIC_SUMS } from '../../kernels/oracles/registration/contrast.ts';
import { KIND_SUMS } from '../../kernels/oracles/registration/kinds.ts';
import type { Blocks, Kinds, RegistrationKernels } from '../kernels.ts';
import { type Call, OWN_SCRATCH } from './batch.ts';
import { misfitBytes, putMisfit } from './descriptions.ts';
import { addressOf, openSums, slabs, voxelParts } from './parts.ts';
import { SCRATCH_BYTES, type Team } from './team.ts';

type ContrastKernels = Pick<
  RegistrationKernels,
  'cubicSums' | 'blockSums' | 'blur' | 'gains' | 'refine' | 'classify'
>;

/** Rows of an image that a thread's scratch has room for: five of them. */
const LONGEST_ROW = SCRATCH_BYTES / 4 / (CONTRAST_MAPS + 1);

export function contrastKernels(team: Team): ContrastKernels {
  const [misfit, kindData] = [team.allocate(misfitBytes), team.allocate(32)];
  const cubics = openSums(team, CUBIC_SUMS);
  // The kernel keeps even and odd voxels apart.
  const shares = openSums(team, 2 * KIND_SUMS);
  return {
    cubicSums(sample, predicted, weights) {
      cubics.clear();
      const images = [sample, predicted, weights].map(addressOf);
      const calls = voxelParts(sample.length, (at, count, part): Call => {
        return { kernel: 'cubicSums', args: [...images.map((image) => image + at), count, cubics.at(part)] };
      });
      team.run(calls);
      return cubics.total(calls.length);
    },
    blockSums(of, blocks, maps) {
      checkRow(blocks);
      putMisfit(team, misfit, of, addressOf);
      const share = 1 / blocks.block.reduce((voxels, side) => voxels * side, 1);
      const to = [share, addressOf(maps), mapBytes(maps), OWN_SCRATCH];
      team.run(
        Array.from({ length: blocks.size[2] }, (_, z): Call => {
          return { kernel: 'blockSums', args: [misfit, ...blocks.fine, ...blocks.block, z, ...to] };
        }),
      );
    },
    blur({ size }, taps, maps, to) {
      const [nx, ny, nz] = size;
      const pairs = Array.from({ length: CONTRAST_MAPS }, (_, i) => {
        return { a: addressOf(maps) + i * mapBytes(maps), b: addressOf(to) + i * mapBytes(to) };
      });
      const plane = nx * ny * 4;
      const [x, y, z] = taps.map((axis) => [addressOf(axis), axis.length]) as [number[], number[], number[]];
      const perSlab = (call: (a: number, b: number, z0: number, z1: number) => Call): void => {
        team.run(pairs.flatMap(({ a, b }) => slabs(nz).map(([z0, z1]) => call(a, b, z0, z1))));
      };
      perSlab((a, b, z0, z1) => {
        const args = [a + z0 * plane, b + z0 * plane, (z1 - z0) * ny, nx, ...x, OWN_SCRATCH];
        return { kernel: 'blurX', args };
      });
      perSlab((a, b, z0, z1) => {
        return { kernel: 'blurY', args: [b + z0 * plane, a + z0 * plane, z1 - z0, nx, ny, ...y] };
      });
      perSlab((a, b, z0, z1) => ({ kernel: 'blurAcross', args: [a, b, nx * ny, nz, z0, z1, ...z] }));
    },
    gains(maps, prior, gain, offset) {
      team.run(
        voxelParts(gain.length, (at, count): Call => {
          const to = [addressOf(gain) + at, addressOf(offset) + at, count];
          return { kernel: 'gains', args: [addressOf(maps) + at, mapBytes(maps), prior, ...to] };
        }),
      );
    },
    refine(map, blocks, out) {
      checkRow(blocks);
      const [nx, ny, nz] = blocks.fine;
      const from = [addressOf(map), ...blocks.size, ...blocks.block];
      team.run(
        slabs(nz).map(([z0, z1]): Call => {
          return { kernel: 'refine', args: [...from, addressOf(out), nx, ny, z0, z1, OWN_SCRATCH] };
        }),
      );
    },
    classify(of, recorded, kinds) {
      putMisfit(team, misfit, of, addressOf);
      team.view(kindData, 8).set(constantsOf(kinds));
      shares.clear();
      const calls = voxelParts(of.sample.length, (at, count, part): Call => {
        return {
          kernel: 'classify',
          args: [misfit, addressOf(recorded), kindData, at, count, shares.at(part)],
        };
      });
      team.run(calls);
      const pairs = shares.total(calls.length);
      return Float64Array.from({ length: KIND_SUMS }, (_, i) => pairs[2 * i]! + pairs[2 * i + 1]!);
    },
  };
}

const mapBytes = (maps: Float32Array): number => (maps.length / CONTRAST_MAPS) * 4;

function checkRow({ fine: [nx] }: Blocks): void {
  if (nx > LONGEST_ROW)
    throw new RangeError(
      `rows of ${nx} voxels are too long to register, expected at most ${LONGEST_ROW}: use a coarser resolution`,
    );
}

/** Logarithms of share over sigma, what a squared distance costs, the means that are fixed. */
function constantsOf({ matching, artefact, background }: Kinds): number[] {
  const all = [matching, artefact, background];
  return [
    ...all.map(({ share, sigma }) => Math.log(share / sigma)),
    ...all.map(({ sigma }) => 1 / (2 * sigma ** 2)),
    artefact.mean,
    background.mean,
  ];
}
