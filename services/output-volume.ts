/** The volumes a job writes: their folders and resolutions follow from the placement and the job's parameters alone. */
import type { Acquisition } from '../shared/acquisition/acquisition.ts';

export { channelFolder } from '../shared/acquisition/channel-folder.ts';

import type { Placement } from '../shared/acquisition/placement.ts';
import { type Blocks, planBlocks, widenBlocks } from '../shared/volume/blocks.ts';
import { type Mip, planScales } from '../shared/volume/scales.ts';
import { zarrMip } from '../shared/volume/zarr/zarr-layout.ts';
import type { JobParameters } from './parameters.ts';

/** The channels of a job, ascending. */
export function channelsOf(acquisition: Acquisition, { channels }: JobParameters): readonly number[] {
  return channels === 'all' ? acquisition.channels : [...channels].sort((a, b) => a - b);
}

export function outputMips(
  acquisition: Acquisition,
  placement: Placement,
  parameters: JobParameters,
): readonly Mip[] {
  const planned = planScales({
    sizeVoxels: placement.size,
    voxelSizeUm: placement.voxelSizeUm,
    dataType: acquisition.dataType,
    chunkSize: parameters.chunkSize,
    factor: parameters.factor,
    mips: parameters.mips,
  });
  return planned.map((mip, index) => storedAs(mip, index, parameters));
}

/** Chunks hold the same voxels in every format. */
function storedAs(mip: Mip, index: number, { format, encoding, compress }: JobParameters): Mip {
  if (format === 'zarr') return zarrMip(mip, index, compress === 'none' ? 'none' : 'gzip');
  return encoding === 'raw' ? mip : { ...mip, picture: encoding };
}

/** A layer of 512 x 512 x 64: three mips of the default chunks. */
const FUSION_LAYER_VOXELS = 2 ** 24;
/** So many of them in a row make a block, 130 MiB in 16 bits: rows of a tile are cut at fewer places. */
const BLOCKS_IN_A_ROW = 4;
const PYRAMID_LAYER_VOXELS = 2 ** 24;

/** Fusion's blocks where planes can be read row by row; wider ones close the same mips. */
export const fusionBlocks = (mips: readonly Mip[]): Blocks =>
  widenBlocks(planBlocks(mips, 0, FUSION_LAYER_VOXELS), mips, [BLOCKS_IN_A_ROW, 1]);

/** The passes that carry the volume from the last mip that fusion closes to the coarsest. */
export function pyramidPasses(mips: readonly Mip[]): readonly Blocks[] {
  const passes: Blocks[] = [];
  let { lastMip } = fusionBlocks(mips);
  while (lastMip + 1 < mips.length) {
    const pass = planBlocks(mips, lastMip, PYRAMID_LAYER_VOXELS, lastMip + 1);
    passes.push(pass);
    lastMip = pass.lastMip;
  }
  return passes;
}
