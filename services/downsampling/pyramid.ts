/**
 * downsampling.pyramid: the mips that fusion's blocks were too small to close.
 * Reads the acquisition and the placement for the geometry, and the last mip that was stored; pass after pass, a task
 * is a channel's block of that mip; writes every further mip the block closes, until the top.
 */
import { type Acquisition, acquisitionFile } from '../../shared/acquisition/acquisition.ts';
import { type Placement, placementFile } from '../../shared/acquisition/placement.ts';
import type { Needs } from '../../shared/engine/step.ts';
import { type Box, boxVolume } from '../../shared/geometry/box.ts';
import { withKernels } from '../../shared/kernels/lend-kernels.ts';
import { type Blocks, blockBox, blockCount } from '../../shared/volume/blocks.ts';
import { encoderBytes } from '../../shared/volume/codecs/image-encoder.ts';
import { openVolume } from '../../shared/volume/open-volume.ts';
import { bytesPerVoxel, chunkBytes, type Mip } from '../../shared/volume/scales.ts';
import { shrinkBlock } from '../../shared/volume/shrink-block.ts';
import { channelFolder, channelsOf, outputMips, pyramidPasses } from '../output-volume.ts';
import type { JobParameters } from '../parameters.ts';
import { defineStep } from '../step.ts';

interface PyramidInputs {
  readonly acquisition: Acquisition;
  readonly placement: Placement;
  readonly parameters: JobParameters;
}

interface PyramidTask {
  readonly channel: number;
  readonly blocks: Blocks;
  /** Voxels of the source mip. */
  readonly block: Box;
}

export const pyramid = defineStep({
  service: 'downsampling',
  name: 'pyramid',
  waitsFor: ['stitching.fuse'],
  reads: { acquisition: acquisitionFile, placement: placementFile },
  needs: pyramidNeeds,
  passes: (inputs) => Math.max(1, pyramidPasses(mipsOf(inputs)).length),
  plan: (inputs, pass) => {
    const mips = mipsOf(inputs);
    const channels = channelsOf(inputs.acquisition, inputs.parameters);
    const blocks = pyramidPasses(mips)[pass];
    // Small volumes: fusion closed every mip.
    const perChannel = blocks === undefined ? 0 : blockCount(blocks);
    return {
      count: channels.length * perChannel,
      task: (index): PyramidTask => ({
        channel: channels[Math.floor(index / perChannel)]!,
        blocks: blocks!,
        block: blockBox(blocks!, mips[blocks!.sourceMip]!.sizeVoxels, index % perChannel),
      }),
    };
  },
  voxels: ({ block }) => boxVolume(block),
  run: async ({ channel, blocks, block }, { inputs, store }) => {
    const folder = channelFolder(channel);
    const { sourceMip, lastMip } = blocks;
    const mips = mipsOf(inputs);
    const volume = await openVolume(store, folder);
    const { compress: compression } = inputs.parameters;
    const firstMip = sourceMip + 1;
    const target = { store, folder, compression, mips, sourceMip, firstMip, lastMip, box: block };
    await withKernels((kernels) => shrinkBlock({ kernels, volume, target }));
  },
});

const mipsOf = ({ acquisition, placement, parameters }: PyramidInputs): readonly Mip[] =>
  outputMips(acquisition, placement, parameters);

/** The largest pass: a layer of source chunks, float planes, layers of the mips below (a third as much), and chunks on their way. */
function pyramidNeeds(inputs: PyramidInputs): Needs {
  const mips = mipsOf(inputs);
  const bytes = bytesPerVoxel(inputs.acquisition.dataType);
  const passes = pyramidPasses(mips).map(({ sourceMip, blockSize: [x, y, z] }) => {
    const layer = x * y * Math.min(z, mips[sourceMip]!.chunkSize[2]) * bytes;
    return { bytes: layer * 1.5 + x * y * 12 + encoderBytes(chunkBytes(mips[0]!)), voxels: x * y * z };
  });
  return {
    memoryMiB: Math.ceil(Math.max(0, ...passes.map((pass) => pass.bytes)) / 2 ** 20) + RUNTIME_MIB,
    threads: 1,
    // 60 million voxels a second and thread: most of the time goes into decoding.
    seconds: Math.ceil(Math.max(0, ...passes.map((pass) => pass.voxels)) / 60e6),
  };
}

/** A thread with its JavaScript heap. */
const RUNTIME_MIB = 96;
