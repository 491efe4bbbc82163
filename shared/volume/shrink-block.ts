/** Reads a block of one mip, layer of chunks by layer, and hands its planes down the mips below. */
import { boxAt, boxSize, type Vec3 } from '../geometry/box.ts';
import { clipCounter } from '../illumination/clipped.ts';
import type { IlluminationField } from '../illumination/field.ts';
import { lightBuffers, lightTaker } from '../illumination/planes.ts';
import { inParallel } from '../in-parallel.ts';
import type { Kernels, Pixels } from '../kernels/kernels.ts';
import { pyramidBuffers, withBlockPyramid } from './block-pyramid.ts';
import type { BlockTarget } from './block-writer.ts';
import { cellsIn, chunkBox } from './chunk-grid.ts';
import type { Volume } from './open-volume.ts';

export interface BlockShrinking {
  readonly kernels: Kernels;
  readonly volume: Volume;
  /** Its source mip is read; its box: from that mip's corner, whole chunks, cut to the volume. */
  readonly target: BlockTarget;
  /** Taken off the source's voxels first, in float32. */
  readonly illumination?: IlluminationField | undefined;
}

/** Resolves with how many voxels came out brighter than their type can hold: means never do, corrected ones may. */
export async function shrinkBlock(shrinking: BlockShrinking): Promise<number> {
  const { illumination, kernels, target, volume } = shrinking;
  const { box: block, mips, sourceMip } = target;
  const { dataType } = mips[sourceMip]!;
  const [width, height] = boxSize(block);
  const area = width * height;
  const buffers = kernels.layout({
    stored: { type: dataType, length: area },
    chunk: { type: dataType, length: planeOfChunk(shrinking) },
    plane: { type: 'float32', length: area },
    ...lightBuffers(illumination, [width, height]),
    ...pyramidBuffers(target),
  });
  const voxelSizeUm = volume.mips[sourceMip]!.resolutionNm.map((nm) => nm / 1000) as [number, number, number];
  const place = { voxelSizeUm, origin: block.start, size: boxSize(block) };
  const takeLight = lightTaker(illumination, place, kernels, buffers);
  const clipped = clipCounter(dataType, kernels);
  return withBlockPyramid(target, kernels, buffers, async (push) => {
    for await (const z of readPlanes(shrinking, buffers)) {
      kernels.widen(buffers.stored, buffers.plane);
      takeLight(buffers.plane, z);
      if (illumination !== undefined) clipped.add(buffers.plane);
      await push(buffers.plane);
    }
    return clipped.total();
  });
}

/** Chunks that are fetched and decoded at a time. */
const PARALLEL_CHUNKS = 4;

/** Voxels of one plane of a chunk, at most. */
function planeOfChunk({ target, volume }: BlockShrinking): number {
  const [x, y] = volume.mips[target.sourceMip]!.chunkSize;
  return x * y;
}

/** Yields each z of the block once its plane is in `stored`. Chunks are decoded once, a layer of them at a time. */
async function* readPlanes(
  { kernels, target: { box: block, sourceMip }, volume }: BlockShrinking,
  { stored, chunk }: { readonly stored: Pixels; readonly chunk: Pixels },
): AsyncGenerator<number> {
  const mip = volume.mips[sourceMip]!;
  const [width, height, depth] = boxSize(block);
  const start = add(block.start, mip.voxelOffset);
  for (let first = 0; first < depth; first += mip.chunkSize[2]) {
    const planes = Math.min(mip.chunkSize[2], depth - first);
    const layer = boxAt([start[0], start[1], start[2] + first], [width, height, planes]);
    const chunks = await inParallel(cellsIn(mip, layer), PARALLEL_CHUNKS, async (cell) => ({
      box: chunkBox(mip, cell),
      voxels: (await volume.readChunk(sourceMip, cell)).data as Pixels,
    }));
    for (let z = 0; z < planes; z++) {
      for (const { box, voxels } of chunks) {
        const [columns, rows] = boxSize(box);
        chunk.set(voxels.subarray(z * rows * columns, (z + 1) * rows * columns));
        const at = (box.start[1] - start[1]) * width + box.start[0] - start[0];
        kernels.copyRows(chunk, columns, stored.subarray(at), width, columns, rows);
      }
      yield first + z;
    }
  }
}

const add = (a: Vec3, b: Vec3): Vec3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
