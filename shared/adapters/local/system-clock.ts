import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../engine/ports.ts';

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds, signal) => {
    // Only the signal rejects, and a sleep that is cut short is no error.
    await delay(Math.max(0, milliseconds), undefined, { signal }).catch(() => undefined);
  },
};
