import type { Interruptions, Notice } from '../../engine/ports.ts';

/** Notices that come when a test gives them. */
export interface HandInterruptions extends Interruptions {
  give(notice: Notice): void;
  /** How often `left` was called. */
  timesLeft(): number;
}

export function handInterruptions(): HandInterruptions {
  const given: Notice[] = [];
  let wake = (): void => {};
  let left = 0;
  return {
    next: (signal) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (given.length > 0 || signal.aborted) resolve(given.shift());
        };
        wake = look;
        signal.addEventListener('abort', look, { once: true });
        look();
      }),
    async left() {
      left += 1;
    },
    give(notice) {
      given.push(notice);
      wake();
    },
    timesLeft: () => left,
  };
}
