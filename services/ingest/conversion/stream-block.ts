/** A block of a plain image, plane by plane through the kernels: mips from unrounded voxels, as fusion makes them. */
import { boxSize } from '../../../shared/geometry/box.ts';
import type { Pixels } from '../../../shared/kernels/kernels.ts';
import { withKernels } from '../../../shared/kernels/lend-kernels.ts';
import { pyramidBuffers, withBlockPyramid } from '../../../shared/volume/block-pyramid.ts';
import type { Compression } from '../../../shared/volume/codecs/compression.ts';
import { openVolume } from '../../../shared/volume/open-volume.ts';
import { shrinkBlock } from '../../../shared/volume/shrink-block.ts';
import { eachLayer, type InputPlaces } from './block-layers.ts';
import { pixelMips } from './conversion-blocks.ts';
import type { BlockTask } from './conversion-geometry.ts';
import type { ConversionPlan } from './conversion-plan.ts';

interface Places extends InputPlaces {
  readonly compression: Compression;
}

/** Resolves with the number of voxels that were cut to the range of their type. */
export function streamBlock(
  plan: ConversionPlan,
  { blocks: { sourceMip, lastMip }, readsInput, block }: BlockTask,
  { compression, ...places }: Places,
): Promise<number> {
  const mips = pixelMips(plan);
  const { dataType } = mips[0]!;
  const { store } = places;
  return withKernels(async (kernels) => {
    const firstMip = readsInput ? sourceMip : sourceMip + 1;
    const target = { store, folder: '', compression, mips, sourceMip, firstMip, lastMip, box: block };
    if (!readsInput) {
      const volume = await openVolume(store);
      return shrinkBlock({ kernels, volume, target });
    }
    const [width, height] = boxSize(block);
    const area = width * height;
    const buffers = kernels.layout({
      stored: { type: dataType, length: area },
      plane: { type: 'float32', length: area },
      ...pyramidBuffers(target),
    });
    let cut = 0;
    await withBlockPyramid(target, kernels, buffers, (push) =>
      eachLayer(plan, block, places, async (layer) => {
        cut += layer.cut;
        for (let z = 0; z < layer.size[2]; z++) {
          buffers.stored.set((layer.voxels as Pixels).subarray(z * area, (z + 1) * area));
          kernels.widen(buffers.stored, buffers.plane);
          await push(buffers.plane);
        }
      }),
    );
    return cut;
  });
}
