/**
 * A copy of planes in bricks, plain voxels of the output's type: for inputs whose planes are too large to be held by the
 * layer, can be read forwards only, or lie across the output's own planes. Each plane of the input is read once.
 */
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import type { ImageSource } from '../../../shared/formats/image-source/image-source.ts';
import { type Box, boxAt, boxSize } from '../../../shared/geometry/box.ts';
import { cellsIn, chunkBox } from '../../../shared/volume/chunk-grid.ts';
import { withChunkWriter } from '../../../shared/volume/chunk-writer.ts';
import { cutVoxels } from '../../../shared/volume/cut-voxels.ts';
import { bytesOf } from '../../../shared/volume/data-type.ts';
import type { VoxelBlock } from '../../../shared/volume/shrink-voxels.ts';
import { writeVolumeInfo } from '../../../shared/volume/write-volume.ts';
import { BRICKS_FOLDER, brickMip } from './bricks.ts';
import type { BricksTask } from './conversion-geometry.ts';
import type { ConversionPlan } from './conversion-plan.ts';
import { readPlanes } from './read-planes.ts';

/** Resolves with the number of voxels that were cut to the range of their type. */
export async function makeBricks(
  plan: ConversionPlan,
  { start, end }: BricksTask,
  image: ImageSource,
  store: ObjectStore,
): Promise<number> {
  const mip = brickMip(plan);
  if (start === 0) await writeVolumeInfo(store, BRICKS_FOLDER, [mip], { channels: plan.channels });
  const [width, height] = plan.sizeVoxels;
  let cut = 0;
  await withChunkWriter(store, BRICKS_FOLDER, async (bricks) => {
    for (let z = start; z < end; z += plan.brickSize[2]) {
      const planes = Math.min(plan.brickSize[2], end - z);
      const slab = await readPlanes(image, z, z + planes, mip.dataType);
      cut += slab.cut;
      const block: VoxelBlock = {
        voxels: slab.voxels,
        size: [width, height, planes],
        channels: plan.channels,
      };
      for (const cell of cellsIn(mip, boxAt([0, 0, z], block.size))) {
        const voxels = cutVoxels(block, below(chunkBox(mip, cell), z));
        await bricks.put(mip, cell, { bytes: bytesOf(voxels), encoding: undefined });
      }
    }
  });
  return cut;
}

const below = (box: Box, z: number): Box => {
  const [x, y, first] = box.start;
  return boxAt([x, y, first - z], boxSize(box));
};
