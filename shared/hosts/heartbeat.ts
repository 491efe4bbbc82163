/**
 * Keeps the leases of what runs, on the thread that crunches nothing: every third of a lease each one is extended, and
 * what lost its lease or is no longer wanted is aborted.
 */
import { TaskAborted } from '../engine/errors.ts';
import type { Clock, TaskQueue } from '../engine/ports.ts';

interface Lease {
  readonly queue: TaskQueue;
  readonly handle: string;
  /** By a fresh read: false once the job is cancelled, or the step was redone. */
  readonly stillWanted: () => Promise<boolean>;
}

export interface Heartbeats {
  /** Runs `work` under the lease; its signal aborts with a `TaskAborted` that says why. */
  keep<T>(lease: Lease, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Aborts all that runs, and whatever comes later. */
  abortAll(why: string): void;
  /** Ends the beat. */
  end(): void;
}

interface Held {
  readonly lease: Lease;
  readonly controller: AbortController;
  /** Milliseconds; after it another consumer may have the message. */
  leaseEnds: number;
}

export function startHeartbeats(clock: Clock, leaseSeconds: number): Heartbeats {
  const leaseMilliseconds = leaseSeconds * 1000;
  const held = new Set<Held>();
  const ended = new AbortController();
  let leaving: TaskAborted | undefined;

  const beat = async (one: Held): Promise<void> => {
    const reason = await problemOf(one).catch((error: Error) => {
      // A beat may be missed, but the work must have ended before another consumer can start it.
      const isLastThird = one.leaseEnds - clock.now() <= leaseMilliseconds / 3;
      return isLastThird ? `its lease could not be extended: ${error.message}` : undefined;
    });
    if (reason !== undefined) one.controller.abort(new TaskAborted(reason));
  };
  const problemOf = async (one: Held): Promise<string | undefined> => {
    const { queue, handle, stillWanted } = one.lease;
    const extendedAt = clock.now();
    if (!(await queue.extend(handle, leaseSeconds))) return 'its lease was lost';
    one.leaseEnds = extendedAt + leaseMilliseconds;
    return (await stillWanted()) ? undefined : 'its job was cancelled or its step is done again';
  };
  const beatUntilEnd = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await clock.sleep(leaseMilliseconds / 3, ended.signal);
      if (!ended.signal.aborted) await Promise.all([...held].map(beat));
    }
  };
  void beatUntilEnd();

  return {
    async keep(lease, work) {
      const one: Held = {
        lease,
        controller: new AbortController(),
        leaseEnds: clock.now() + leaseMilliseconds,
      };
      if (leaving) one.controller.abort(leaving);
      held.add(one);
      try {
        return await work(one.controller.signal);
      } finally {
        held.delete(one);
      }
    },
    abortAll(why) {
      leaving = new TaskAborted(why);
      for (const { controller } of held) controller.abort(leaving);
    },
    end: () => ended.abort(),
  };
}
