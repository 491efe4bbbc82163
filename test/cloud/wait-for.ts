import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MILLISECONDS = 500;

/** Looks until `what` is found; rejects with `why` after that time. */
export async function waitFor<T>(
  what: () => Promise<T | undefined | false>,
  { seconds, why }: { readonly seconds: number; readonly why: string },
): Promise<T> {
  const until = performance.now() + seconds * 1000;
  for (;;) {
    const found = await what();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > until) throw new Error(`after ${seconds} s: ${why}`);
    await sleep(LOOK_MILLISECONDS);
  }
}
