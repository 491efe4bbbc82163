/** A block's planes, unrounded, into every mip that it closes: averaged down, collected, encoded and stored as they come. */
import { boxSize } from '../geometry/box.ts';
import type { Buffers, Kernels } from '../kernels/kernels.ts';
import { type BlockTarget, withBlockWriter, writerBuffers } from './block-writer.ts';
import { halvings } from './blocks.ts';
import { type CascadeShape, cascadeBuffers, makeCascade } from './cascade.ts';

/** The next plane in z order, in kernel memory; it is not changed. Resolves when the one after it may come. */
export type PushPlane = (plane: Float32Array) => Promise<void>;

/** What it needs in kernel memory, to be spread into the task's one call of `layout`. */
export const pyramidBuffers = (target: BlockTarget) => ({
  ...cascadeBuffers(shapeOf(target)),
  ...writerBuffers(target),
});

/** Resolves with what `work` does, when every chunk is stored. `buffers`: of a layout that included `pyramidBuffers` of the same target. */
export const withBlockPyramid = <Result>(
  target: BlockTarget,
  kernels: Kernels,
  buffers: Buffers<ReturnType<typeof pyramidBuffers>>,
  work: (push: PushPlane) => Promise<Result>,
): Promise<Result> =>
  withBlockWriter(target, kernels, buffers, (writer) => {
    const cascade = makeCascade({ ...shapeOf(target), kernels, buffers, emit: writer.plane });
    return work(async (plane) => {
      cascade.push(plane);
      await writer.flow();
    });
  });

function shapeOf({ mips, sourceMip, lastMip, box }: BlockTarget): CascadeShape {
  const [width, height, depth] = boxSize(box);
  return { width, height, depth, factors: halvings(mips, sourceMip, lastMip) };
}
