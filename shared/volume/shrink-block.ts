/** Reads a block of one mip, layer of chunks by layer, and hands its planes down the mips below. */
import { type Box, boxSize } from '../../shared/geometry/box.ts';
import type { Kernels, Pixels, PixelType } from '../../shared/kernels/kernels.ts';
import type { BlockWriter } from '../../shared/volume/block-writer.ts';
import { cascadeBuffers, type Factor, makeCascade } from '../../shared/volume/cascade.ts';
import type { Volume } from '../../shared/volume/open-volume.ts';

export interface BlockShrinking {
  readonly kernels: Kernels;
  readonly volume: Volume;
  readonly sourceMip: number;
  /** Voxels of the source mip. */
  readonly block: Box;
  readonly factors: readonly Factor[];
  readonly dataType: PixelType;
  readonly writer: BlockWriter;
}

export async function shrinkBlock(shrinking: BlockShrinking): Promise<void> {
  const { block, dataType, factors, kernels, writer } = shrinking;
  const [width, height, depth] = boxSize(block);
  const shape = { width, height, depth, factors, dataType };
  const area = width * height;
  const buffers = kernels.layout({
    stored: { type: dataType, length: area },
    plane: { type: 'float32', length: area },
    ...cascadeBuffers(shape),
  });
  const cascade = makeCascade({ ...shape, kernels, buffers, emit: writer.plane });
  for await (const pixels of readLayers(shrinking)) {
    for (let start = 0; start < pixels.length; start += area) {
      buffers.stored.set(pixels.subarray(start, start + area));
      kernels.widen(buffers.stored, buffers.plane);
      cascade.push(buffers.plane);
      await writer.flow();
    }
  }
  await writer.finish();
}

/** One layer of chunks after the other: each chunk is decoded once. */
async function* readLayers({ block, sourceMip, volume }: BlockShrinking): AsyncGenerator<Pixels> {
  const { start, end } = block;
  const layerDepth = volume.mips[sourceMip]!.chunkSize[2];
  for (let z = start[2]; z < end[2]; z += layerDepth) {
    const layer = await volume.read(sourceMip, {
      start: [start[0], start[1], z],
      end: [end[0], end[1], Math.min(z + layerDepth, end[2])],
    });
    yield layer.data as Pixels;
  }
}
