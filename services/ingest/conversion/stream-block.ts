/** A block of a plain image, plane by plane through the kernels: mips from unrounded voxels, as fusion makes them. */
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { boxSize } from '../../../shared/geometry/box.ts';
import type { Pixels } from '../../../shared/kernels/kernels.ts';
import { withTwoKernels } from '../../../shared/kernels/lend-kernels.ts';
import { openBlockWriter } from '../../../shared/volume/block-writer.ts';
import { halvings } from '../../../shared/volume/blocks.ts';
import { cascadeBuffers, makeCascade } from '../../../shared/volume/cascade.ts';
import type { Compression } from '../../../shared/volume/codecs/compression.ts';
import { openVolume } from '../../../shared/volume/open-volume.ts';
import { shrinkBlock } from '../../../shared/volume/shrink-block.ts';
import { eachLayer } from './block-layers.ts';
import { type BlockTask, pixelMips } from './conversion-geometry.ts';
import type { ConversionPlan } from './conversion-plan.ts';

interface Places {
  readonly source: ObjectStore;
  readonly store: ObjectStore;
  readonly compression: Compression;
}

/** Resolves with the number of voxels that were cut to the range of their type. */
export function streamBlock(
  plan: ConversionPlan,
  { blocks: { sourceMip, lastMip }, block }: BlockTask,
  { source, store, compression }: Places,
): Promise<number> {
  const mips = pixelMips(plan);
  const { dataType } = mips[0]!;
  const factors = halvings(mips, sourceMip, lastMip);
  return withTwoKernels(async (kernels, encoder) => {
    const firstMip = sourceMip === 0 ? 0 : sourceMip + 1;
    const target = { store, folder: '', compression, mips, sourceMip, firstMip, lastMip, box: block };
    const writer = openBlockWriter({ kernels: encoder, ...target });
    if (sourceMip > 0) {
      const volume = await openVolume(store);
      return shrinkBlock({ kernels, volume, sourceMip, block, factors, dataType, writer });
    }
    const [width, height, depth] = boxSize(block);
    const shape = { width, height, depth, factors, dataType };
    const area = width * height;
    const buffers = kernels.layout({
      stored: { type: dataType, length: area },
      plane: { type: 'float32', length: area },
      ...cascadeBuffers(shape),
    });
    const cascade = makeCascade({ ...shape, kernels, buffers, emit: writer.plane });
    let cut = 0;
    await eachLayer(plan, block, { source, store }, async (layer) => {
      cut += layer.cut;
      for (let z = 0; z < layer.size[2]; z++) {
        buffers.stored.set((layer.voxels as Pixels).subarray(z * area, (z + 1) * area));
        kernels.widen(buffers.stored, buffers.plane);
        cascade.push(buffers.plane);
        await writer.flow();
      }
    });
    await writer.finish();
    return cut;
  });
}
