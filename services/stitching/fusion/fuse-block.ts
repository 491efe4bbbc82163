/**
 * Fuses one block: reads each plane's tiles once, corrects, blends, evens the light out, and hands the unrounded plane
 * down the mips.
 */
import type { Vec3 } from '../../../shared/geometry/box.ts';
import { boxSize } from '../../../shared/geometry/box.ts';
import { clipCounter } from '../../../shared/illumination/clipped.ts';
import type { IlluminationField } from '../../../shared/illumination/field.ts';
import { lightBuffers, lightTaker } from '../../../shared/illumination/planes.ts';
import type { Pixels } from '../../../shared/kernels/kernels.ts';
import { pyramidBuffers, withBlockPyramid } from '../../../shared/volume/block-pyramid.ts';
import type { BlockTarget } from '../../../shared/volume/block-writer.ts';
import { blendBuffers, type PlaneBlending, planeBlender } from './blend-plane.ts';
import type { PlanePixels } from './read-planes.ts';

export interface BlockFusion extends PlaneBlending {
  /** Taken off the blended plane; the same in every tile, so the order makes no difference. */
  readonly illumination: IlluminationField | undefined;
  readonly voxelSizeUm: Vec3;
  /** Reads into this memory of the kernels. */
  readonly planes: (area: Pixels) => AsyncIterable<PlanePixels>;
  /** Where the block is written; its box is the block's. */
  readonly target: BlockTarget;
}

/** Resolves with how many voxels came out brighter than their type can hold. */
export async function fuseBlock(fusion: BlockFusion): Promise<number> {
  const { block, correction, dataType, illumination, kernels, target, voxelSizeUm } = fusion;
  const [width, height] = boxSize(block);
  const buffers = kernels.layout({
    ...blendBuffers(fusion),
    ...lightBuffers(illumination, [width, height]),
    ...pyramidBuffers(target),
  });
  const blend = planeBlender(fusion, buffers);
  const place = { voxelSizeUm, origin: block.start, size: boxSize(block) };
  const takeLight = lightTaker(illumination, place, kernels, buffers);
  const clipped = clipCounter(dataType, kernels);
  // Without a factor nothing becomes brighter than it was.
  const canClip = correction.flatField !== undefined || illumination !== undefined;
  return withBlockPyramid(target, kernels, buffers, async (push) => {
    for await (const plane of fusion.planes(buffers.raw)) {
      blend(plane);
      takeLight(buffers.fused, plane.z - block.start[2]);
      if (canClip) clipped.add(buffers.fused);
      await push(buffers.fused);
    }
    return clipped.total();
  });
}
