/** Instances of the kernels that a thread keeps from task to task. */
import { type Kernels, loadKernels } from './kernels.ts';

/** Of this thread, and nobody works with them now. */
const idle: (readonly [Kernels, Kernels])[] = [];

/**
 * Lends two instances for the time of `work`: one to compute with, one that holds a block and encodes it. WebAssembly
 * memory never shrinks and is collected late, so instances of each task's own would leave the blocks of past tasks in
 * memory beside the present one; the thread's next task takes the same ones, each for the same use.
 */
export async function withTwoKernels<Result>(
  work: (kernels: Kernels, encoder: Kernels) => Promise<Result>,
): Promise<Result> {
  const [kernels, encoder] = idle.pop() ?? [loadKernels(), loadKernels()];
  try {
    return await work(kernels, encoder);
  } finally {
    idle.push([kernels, encoder]);
  }
}
