/**
 * A copy of planes in bricks, plain voxels of the output's type: for inputs whose planes are too large to be held by the
 * layer, can be read forwards only, or lie across the output's own planes. Each plane of the input is read once.
 */
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { ImageSource } from '../../../shared/formats/image-source/image-source.ts';
import { type Box, boxAt, boxSize, type Vec3 } from '../../../shared/geometry/box.ts';
import { cellsIn, chunkBox } from '../../../shared/volume/chunk-grid.ts';
import { chunkKey } from '../../../shared/volume/chunk-reader.ts';
import { cutVoxels } from '../../../shared/volume/cut-voxels.ts';
import { bytesOf, type DataType, type VoxelArray } from '../../../shared/volume/data-type.ts';
import type { Mip } from '../../../shared/volume/scales.ts';
import type { VoxelBlock } from '../../../shared/volume/shrink-voxels.ts';
import { putChunk, writeVolumeInfo } from '../../../shared/volume/write-volume.ts';
import { writeBehind } from '../../../shared/write-behind.ts';
import type { BricksTask } from './conversion-geometry.ts';
import type { ConversionPlan } from './conversion-plan.ts';
import { readPlanes } from './read-planes.ts';

/** A volume of its own: read as any other is. */
export const BRICKS_FOLDER = '.cloudreg/ingest/bricks';

const WRITES_UNDER_WAY = 8;

/** Resolves with the number of voxels that were cut to the range of their type. */
export async function makeBricks(
  plan: ConversionPlan,
  { start, end }: BricksTask,
  image: ImageSource,
  store: ObjectStore,
): Promise<number> {
  const mip = brickMip(plan);
  if (start === 0) await writeVolumeInfo(store, BRICKS_FOLDER, [mip], { channels: plan.channels });
  const stores = writeBehind(WRITES_UNDER_WAY);
  const [width, height] = plan.sizeVoxels;
  let cut = 0;
  for (let z = start; z < end; z += plan.brickSize[2]) {
    const planes = Math.min(plan.brickSize[2], end - z);
    const slab = await readPlanes(image, z, z + planes, mip.dataType);
    cut += slab.cut;
    const block: VoxelBlock = { voxels: slab.voxels, size: [width, height, planes], channels: plan.channels };
    for (const cell of cellsIn(mip, boxAt([0, 0, z], block.size))) {
      const voxels = cutVoxels(block, below(chunkBox(mip, cell), z));
      await stores.begin(() => putBrick(store, mip, cell, voxels));
    }
  }
  await stores.finish();
  return cut;
}

const putBrick = (store: ObjectStore, mip: Mip<DataType>, cell: Vec3, voxels: VoxelArray): Promise<void> =>
  putChunk(store, chunkKey(BRICKS_FOLDER, mip, cell), { bytes: bytesOf(voxels), encoding: undefined });

function brickMip({ mips, sizeVoxels, brickSize }: ConversionPlan): Mip<DataType> {
  return {
    key: 'voxels',
    sizeVoxels,
    chunkSize: brickSize,
    resolutionNm: [1, 1, 1],
    factorFromPrevious: [1, 1, 1],
    dataType: mips[0]!.dataType,
  };
}

const below = (box: Box, z: number): Box => {
  const [x, y, first] = box.start;
  return boxAt([x, y, first - z], boxSize(box));
};
