/** Deletes in tens, or once a second: each request is billed. A crash before one only brings settled messages back. */
import type { Clock, TaskQueue } from '../../engine/ports.ts';
import type { Insist } from './patience.ts';

const BATCH = 10;
const LONGEST_WAIT_MILLISECONDS = 1000;

export interface Deletes {
  add(handle: string): void;
  /** Resolves when nothing waits. */
  flush(): Promise<void>;
}

export function batchDeletes(queue: TaskQueue, clock: Clock, insist: Insist): Deletes {
  let waiting: string[] = [];
  let batchSent = new AbortController();
  const sending = new Set<Promise<void>>();

  const send = (): void => {
    batchSent.abort('sent');
    batchSent = new AbortController();
    const handles = waiting;
    waiting = [];
    if (handles.length === 0) return;
    // What cannot be deleted comes back when its lease ends, is found settled, and is deleted then. `insist` told it.
    const sent = insist('delete', () => queue.delete(handles)).catch(() => undefined);
    sending.add(sent);
    void sent.finally(() => sending.delete(sent));
  };
  const sendInTime = async (sentBefore: AbortSignal): Promise<void> => {
    await clock.sleep(LONGEST_WAIT_MILLISECONDS, sentBefore);
    if (!sentBefore.aborted) send();
  };
  return {
    add(handle) {
      waiting.push(handle);
      if (waiting.length >= BATCH) send();
      else if (waiting.length === 1) void sendInTime(batchSent.signal);
    },
    async flush() {
      send();
      await Promise.all(sending);
    },
  };
}
