import type { Clock } from '../../engine/ports.ts';

/** A clock that stands still until it is moved by hand. */
export interface HandClock extends Clock {
  /** Moves the time on and wakes whoever sleeps until then. */
  advance(milliseconds: number): void;
}

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

export function handClock(startMilliseconds = 0): HandClock {
  let now = startMilliseconds;
  const sleepers = new Set<Sleeper>();

  const sleep = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (milliseconds <= 0 || signal?.aborted) return resolve();
      const wake = (): void => {
        sleepers.delete(sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper: Sleeper = { due: now + milliseconds, wake };
      sleepers.add(sleeper);
      signal?.addEventListener('abort', wake);
    });

  const advance = (milliseconds: number): void => {
    now += milliseconds;
    const due = [...sleepers].filter((sleeper) => sleeper.due <= now).sort((a, b) => a.due - b.due);
    for (const sleeper of due) sleeper.wake();
  };

  return { now: () => now, sleep, advance };
}
