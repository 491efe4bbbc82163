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
export const isTooLarge = (capacity: Capacity, ask: Ask): boolean => ask.memoryMiB > capacity.memoryMiB;

/** Threads are a wish: a task that would like more than there are takes all. */
const threadsFor = (capacity: Capacity, ask: Ask): number =>
  Math.min(Math.max(1, ask.threads), capacity.threads);

/** Tasks of this size that may start beside those that run. */
export function freeSlots(capacity: Capacity, running: readonly Ask[], ask: Ask): number {
  if (isTooLarge(capacity, ask)) return running.length === 0 ? 1 : 0;
  const usedThreads = running.reduce((sum, task) => sum + threadsFor(capacity, task), 0);
  const usedMiB = running.reduce((sum, task) => sum + task.memoryMiB, 0);
  const byThreads = Math.floor((capacity.threads - usedThreads) / threadsFor(capacity, ask));
  const byMemory = ask.memoryMiB > 0 ? Math.floor((capacity.memoryMiB - usedMiB) / ask.memoryMiB) : byThreads;
  return Math.max(0, Math.min(byThreads, byMemory));
}
