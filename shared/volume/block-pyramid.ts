/** A block's planes, unrounded, into every mip that it closes: averaged down, collected, encoded and stored as they come. */
import { boxSize } from '../geometry/box.ts';
import type { Buffers, Kernels } from '../kernels/kernels.ts';
import { type BlockTarget, openBlockWriter, writerBuffers } from './block-writer.ts';
import { halvings } from './blocks.ts';
import { type CascadeShape, cascadeBuffers, makeCascade } from './cascade.ts';

export interface BlockPyramid {
  /** The next plane in z order, in kernel memory; it is not changed. Resolves when the one after it may come. */
  push(plane: Float32Array): Promise<void>;
  /** Resolves when every chunk is stored. */
  finish(): Promise<void>;
}

/** What it needs in kernel memory, to be spread into the task's one call of `layout`. */
export const pyramidBuffers = (target: BlockTarget) => ({
  ...cascadeBuffers(shapeOf(target)),
  ...writerBuffers(target),
});

/** `buffers`: of a layout that included `pyramidBuffers` of the same target. */
export function openBlockPyramid(
  target: BlockTarget,
  kernels: Kernels,
  buffers: Buffers<ReturnType<typeof pyramidBuffers>>,
): BlockPyramid {
  const writer = openBlockWriter(target, kernels, buffers);
  const cascade = makeCascade({ ...shapeOf(target), kernels, buffers, emit: writer.plane });
  return {
    async push(plane) {
      cascade.push(plane);
      await writer.flow();
    },
    finish: writer.finish,
  };
}

function shapeOf({ mips, sourceMip, lastMip, box }: BlockTarget): CascadeShape {
  const [width, height, depth] = boxSize(box);
  return { width, height, depth, factors: halvings(mips, sourceMip, lastMip) };
}
