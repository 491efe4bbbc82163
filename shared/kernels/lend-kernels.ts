/** Instances of the kernels that a thread keeps from task to task. */
import { type Kernels, loadKernels } from './kernels.ts';

/** Of this thread, and nobody works with them now. */
const idle: Kernels[] = [];

/**
 * Lends an instance for the time of `work`. WebAssembly memory never shrinks and is collected late, so an instance of each
 * task's own would leave the blocks of past tasks in memory beside the present one; the thread's next task takes the same.
 */
export async function withKernels<Result>(work: (kernels: Kernels) => Promise<Result>): Promise<Result> {
  const kernels = idle.pop() ?? loadKernels();
  try {
    return await work(kernels);
  } finally {
    idle.push(kernels);
  }
}
