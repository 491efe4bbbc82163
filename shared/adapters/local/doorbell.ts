/** Waiting for a time, or for someone of this process to say that something changed. */
import type { Clock } from '../../engine/ports.ts';

export interface Doorbell {
  ring(): void;
  /** Until the next ring, the time (ms, infinity for none) or the signal, whichever is first. */
  wait(until: number, signal: AbortSignal): Promise<void>;
}

/** The longest delay that a timer of Node keeps; longer ones fire at once. */
const LONGEST_SLEEP = 2 ** 31 - 1;

export function doorbell(clock: Clock): Doorbell {
  const waiting = new Set<() => void>();
  return {
    ring() {
      for (const wake of [...waiting]) wake();
    },
    wait: (until, signal) =>
      new Promise((resolve) => {
        const timer = new AbortController();
        const wake = () => {
          waiting.delete(wake);
          signal.removeEventListener('abort', wake);
          timer.abort('woken');
          resolve();
        };
        if (signal.aborted) return resolve();
        waiting.add(wake);
        signal.addEventListener('abort', wake);
        if (until === Number.POSITIVE_INFINITY) return;
        void clock.sleep(Math.min(until - clock.now(), LONGEST_SLEEP), timer.signal).then(wake);
      }),
  };
}
