/** A clock that jumps to whatever is due next: a thousand sleepers cost no more than the one that wakes. */
import type { Clock } from '../../shared/engine/ports.ts';

export interface EventClock extends Clock {
  /** Moves to the next sleeper's time and wakes all that are due; false where nobody sleeps. */
  next(): boolean;
}

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
  isAwake: boolean;
}

/** Times are rounded up to this, so that what is due together wakes together. */
const TICK_MILLISECONDS = 5;

export function eventClock(): EventClock {
  const heap: Sleeper[] = [];
  let now = 0;
  const wakeNow = (sleeper: Sleeper): void => {
    if (sleeper.isAwake) return;
    sleeper.isAwake = true;
    sleeper.wake();
  };
  return {
    now: () => now,
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (milliseconds <= 0 || signal?.aborted) return resolve();
        const due = Math.ceil((now + milliseconds) / TICK_MILLISECONDS) * TICK_MILLISECONDS;
        const abort = (): void => wakeNow(sleeper);
        const wake = (): void => {
          signal?.removeEventListener('abort', abort);
          resolve();
        };
        const sleeper: Sleeper = { due, wake, isAwake: false };
        signal?.addEventListener('abort', abort);
        push(heap, sleeper);
      }),
    next() {
      while (heap[0]?.isAwake) pop(heap);
      const first = heap[0];
      if (first === undefined) return false;
      now = first.due;
      while (heap[0] !== undefined && heap[0].due <= now) wakeNow(pop(heap));
      return true;
    },
  };
}

function push(heap: Sleeper[], sleeper: Sleeper): void {
  let at = heap.push(sleeper) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (heap[parent]!.due <= sleeper.due) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = sleeper;
}

function pop(heap: Sleeper[]): Sleeper {
  const first = heap[0]!;
  const last = heap.pop()!;
  if (heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1]!.due < heap[child]!.due) child += 1;
    if (heap[child]!.due >= last.due) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return first;
}
