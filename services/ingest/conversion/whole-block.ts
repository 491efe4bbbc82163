/** A block of any other volume, held as a whole: labels, several channels, pictures, signed and wide numbers. */
import { type Box, boxAt, boxSize, type Vec3 } from '../../../shared/geometry/box.ts';
import { withKernels } from '../../../shared/kernels/lend-kernels.ts';
import { factorBetween } from '../../../shared/volume/blocks.ts';
import { cellsIn, chunkBox } from '../../../shared/volume/chunk-grid.ts';
import { withChunkWriter } from '../../../shared/volume/chunk-writer.ts';
import { chunkEncoder } from '../../../shared/volume/codecs/chunk-encoder.ts';
import type { Compression } from '../../../shared/volume/codecs/compression.ts';
import { cutVoxels } from '../../../shared/volume/cut-voxels.ts';
import { copyVoxels, zeroVoxels } from '../../../shared/volume/data-type.ts';
import { openVolume } from '../../../shared/volume/open-volume.ts';
import { averageVoxels, majorityVoxels, type VoxelBlock } from '../../../shared/volume/shrink-voxels.ts';
import { eachLayer, type InputPlaces } from './block-layers.ts';
import type { BlockTask } from './conversion-geometry.ts';
import { type ConversionPlan, mipsOf } from './conversion-plan.ts';

interface Places extends InputPlaces {
  readonly compression: Compression;
}

/** Resolves with the number of voxels that were cut to the range of their type. */
export async function convertWholeBlock(
  plan: ConversionPlan,
  task: BlockTask,
  places: Places,
): Promise<number> {
  const {
    blocks: { sourceMip, lastMip },
    readsInput,
  } = task;
  const mips = mipsOf(plan);
  const read = await (readsInput ? inputBlock : storedBlock)(plan, task, places);
  const shrink = plan.type === 'segmentation' ? majorityVoxels : averageVoxels;
  let { voxels } = read;
  for (let number = sourceMip; number <= lastMip; number++) {
    const { factorFromPrevious } = mips[number]!;
    if (number > sourceMip) voxels = shrink(voxels, factorFromPrevious);
    if (number === sourceMip && !readsInput) continue;
    const factor = factorBetween(mips, sourceMip, number);
    const start = task.block.start.map((first, axis) => first / factor[axis]!) as unknown as Vec3;
    await storeChunks(plan, number, { box: boxAt(start, voxels.size), voxels }, places);
  }
  return read.cut;
}

interface ReadBlock {
  readonly voxels: VoxelBlock;
  readonly cut: number;
}

async function inputBlock(plan: ConversionPlan, { block }: BlockTask, places: Places): Promise<ReadBlock> {
  const size = boxSize(block);
  const area = size[0] * size[1];
  const voxels = zeroVoxels(plan.mips[0]!.dataType, area * size[2] * plan.channels);
  let cut = 0;
  await eachLayer(plan, block, places, async (layer) => {
    cut += layer.cut;
    const length = area * layer.size[2];
    for (let channel = 0; channel < plan.channels; channel++)
      copyVoxels(
        voxels,
        area * (layer.z + size[2] * channel),
        layer.voxels.subarray(channel * length, (channel + 1) * length),
      );
  });
  return { voxels: { voxels, size, channels: plan.channels }, cut };
}

/** Of the last mip that was stored. */
async function storedBlock(
  { channels }: ConversionPlan,
  { blocks: { sourceMip }, block }: BlockTask,
  { store }: Places,
): Promise<ReadBlock> {
  const volume = await openVolume(store);
  const { data } = await volume.read(sourceMip, moved(block, volume.mips[sourceMip]!.voxelOffset));
  return { voxels: { voxels: data, size: boxSize(block), channels }, cut: 0 };
}

async function storeChunks(
  { type, channels, mips }: ConversionPlan,
  number: number,
  { box, voxels }: { readonly box: Box; readonly voxels: VoxelBlock },
  { compression, store }: Places,
): Promise<void> {
  const mip = mips[number]!;
  const corner = moved(box, mip.voxelOffset);
  await withKernels(async (kernels) => {
    const encode = chunkEncoder(
      { mip, channels, isSegmentation: type === 'segmentation', compression },
      kernels,
    );
    await withChunkWriter(store, '', async (chunks) => {
      for (const cell of cellsIn(mip, corner)) {
        const chunk = chunkBox(mip, cell);
        const own = moved(chunk, corner.start.map((first) => -first) as unknown as Vec3);
        await chunks.put(mip, cell, await encode(cutVoxels(voxels, own), boxSize(chunk)));
      }
    });
  });
}

const moved = ({ start, end }: Box, by: Vec3): Box => ({
  start: [start[0] + by[0], start[1] + by[1], start[2] + by[2]],
  end: [end[0] + by[0], end[1] + by[1], end[2] + by[2]],
});
