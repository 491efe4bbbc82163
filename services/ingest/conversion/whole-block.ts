/** A block of any other volume, held as a whole: labels, several channels, pictures, signed and wide numbers. */
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { type Box, boxAt, boxSize, type Vec3 } from '../../../shared/geometry/box.ts';
import { withTwoKernels } from '../../../shared/kernels/lend-kernels.ts';
import { factorBetween } from '../../../shared/volume/blocks.ts';
import { cellsIn, chunkBox } from '../../../shared/volume/chunk-grid.ts';
import { chunkKey } from '../../../shared/volume/chunk-reader.ts';
import { chunkEncoder } from '../../../shared/volume/codecs/chunk-encoder.ts';
import type { Compression } from '../../../shared/volume/codecs/compression.ts';
import { cutVoxels } from '../../../shared/volume/cut-voxels.ts';
import { copyVoxels, zeroVoxels } from '../../../shared/volume/data-type.ts';
import { openVolume } from '../../../shared/volume/open-volume.ts';
import { averageVoxels, majorityVoxels, type VoxelBlock } from '../../../shared/volume/shrink-voxels.ts';
import { putChunk } from '../../../shared/volume/write-volume.ts';
import { writeBehind } from '../../../shared/write-behind.ts';
import { eachLayer } from './block-layers.ts';
import type { BlockTask } from './conversion-geometry.ts';
import { type ConversionPlan, mipsOf } from './conversion-plan.ts';

interface Places {
  readonly source: ObjectStore;
  readonly store: ObjectStore;
  readonly compression: Compression;
}

const CHUNKS_UNDER_WAY = 8;

/** Resolves with the number of voxels that were cut to the range of their type. */
export async function convertWholeBlock(
  plan: ConversionPlan,
  task: BlockTask,
  places: Places,
): Promise<number> {
  const { sourceMip, lastMip } = task.blocks;
  const mips = mipsOf(plan);
  const read = await (sourceMip === 0 ? inputBlock : storedBlock)(plan, task, places);
  const shrink = plan.type === 'segmentation' ? majorityVoxels : averageVoxels;
  let { voxels } = read;
  for (let number = sourceMip; number <= lastMip; number++) {
    const { factorFromPrevious } = mips[number]!;
    if (number > sourceMip) voxels = shrink(voxels, factorFromPrevious);
    if (number === sourceMip && sourceMip > 0) continue;
    const factor = factorBetween(mips, sourceMip, number);
    const start = task.block.start.map((first, axis) => first / factor[axis]!) as unknown as Vec3;
    await storeChunks(plan, number, boxAt(start, voxels.size), voxels, places);
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
  box: Box,
  block: VoxelBlock,
  { store, compression }: Places,
): Promise<void> {
  const mip = mips[number]!;
  const stores = writeBehind(CHUNKS_UNDER_WAY);
  const corner = moved(box, mip.voxelOffset);
  await withTwoKernels(async (_, encoder) => {
    const encode = chunkEncoder(
      { mip, channels, isSegmentation: type === 'segmentation', compression },
      encoder,
    );
    for (const cell of cellsIn(mip, corner)) {
      const chunk = chunkBox(mip, cell);
      const own = moved(chunk, corner.start.map((first) => -first) as unknown as Vec3);
      const encoded = await encode(cutVoxels(block, own), boxSize(chunk));
      await stores.begin(() => putChunk(store, chunkKey('', mip, cell), encoded));
    }
  });
  await stores.finish();
}

const moved = ({ start, end }: Box, by: Vec3): Box => ({
  start: [start[0] + by[0], start[1] + by[1], start[2] + by[2]],
  end: [end[0] + by[0], end[1] + by[1], end[2] + by[2]],
});
