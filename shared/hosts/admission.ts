/** How many more tasks this machine can take. Pure: what runs is told, nothing is kept. */
import type { Needs } from '../engine/step.ts';

export interface Capacity {
  readonly threads: number;
  readonly memoryMiB: number;
}

export type Ask = Pick<Needs, 'threads' | 'memoryMiB'>;

/** The larger of each, for a queue that carries tasks of several steps. */
export const largestOf = (asks: readonly Ask[]): Ask => ({
  threads: Math.max(1, ...asks.map((ask) => ask.threads)),
  memoryMiB: Math.max(0, ...asks.map((ask) => ask.memoryMiB)),
});

/** True where the task fits beside nothing else: it runs alone, and beyond what was allowed, rather than never. */
export const isTooLarge = (capacity: Capacity, ask: Ask): boolean =>
  ask.memoryMiB > capacity.memoryMiB || ask.threads > capacity.threads;

/** Tasks of this size that may start beside those that run. */
export function freeSlots(capacity: Capacity, running: readonly Ask[], ask: Ask): number {
  if (isTooLarge(capacity, ask)) return running.length === 0 ? 1 : 0;
  const used = running.reduce((sum, task) => addUp(sum, task), { threads: 0, memoryMiB: 0 });
  const byThreads = Math.floor((capacity.threads - used.threads) / Math.max(1, ask.threads));
  const byMemory =
    ask.memoryMiB > 0 ? Math.floor((capacity.memoryMiB - used.memoryMiB) / ask.memoryMiB) : byThreads;
  return Math.max(0, Math.min(byThreads, byMemory));
}

const addUp = (sum: Ask, task: Ask): Ask => ({
  threads: sum.threads + Math.max(1, task.threads),
  memoryMiB: sum.memoryMiB + task.memoryMiB,
});
