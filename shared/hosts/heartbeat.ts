/**
 * Keeps the leases of what runs, on the thread that crunches nothing: every third of a lease each one is extended, and
 * what lost its lease or is no longer wanted is aborted.
 */
import { TaskAborted } from '../engine/errors.ts';
import type { Clock, TaskQueue } from '../engine/ports.ts';

/** The message is another consumer's by now, or gone: it is neither released nor deleted. */
export class LeaseLost extends TaskAborted {}

interface Lease {
  readonly queue: TaskQueue;
  readonly handle: string;
  /** By a fresh read: false once the job is cancelled, or the step was redone. */
  readonly stillWanted: () => Promise<boolean>;
}

export interface Heartbeats {
  /** Runs `work` under the lease; its signal aborts with a `TaskAborted` that says why. */
  keep<T>(lease: Lease, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Aborts what runs under this handle, if it still does. */
  abort(handle: string, why: string): void;
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
  /** An extension is under way. */
  isBeating: boolean;
}

export function startHeartbeats(clock: Clock, leaseSeconds: number): Heartbeats {
  const leaseMilliseconds = leaseSeconds * 1000;
  const held = new Set<Held>();
  const ended = new AbortController();
  let leaving: TaskAborted | undefined;

  const beat = async (one: Held): Promise<void> => {
    // A queue that does not answer must not delay the beats of the others, nor let this one run beyond its lease.
    if (one.isBeating) return endInTime(one, 'the queue does not answer');
    one.isBeating = true;
    try {
      const problem = await problemOf(one);
      if (problem !== undefined) one.controller.abort(problem);
    } catch (error) {
      endInTime(one, (error as Error).message);
    } finally {
      one.isBeating = false;
    }
  };
  /** A beat may be missed, but the work must have ended before another consumer can start it. */
  const endInTime = (one: Held, why: string): void => {
    const isLastThird = one.leaseEnds - clock.now() <= leaseMilliseconds / 3;
    if (isLastThird) one.controller.abort(new TaskAborted(`its lease could not be extended: ${why}`));
  };
  const problemOf = async (one: Held): Promise<TaskAborted | undefined> => {
    const { queue, handle, stillWanted } = one.lease;
    const extendedAt = clock.now();
    if (!(await queue.extend(handle, leaseSeconds))) return new LeaseLost('its lease was lost');
    one.leaseEnds = extendedAt + leaseMilliseconds;
    if (await stillWanted()) return undefined;
    return new TaskAborted('its job was cancelled or its step is done again');
  };
  const beatUntilEnd = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await clock.sleep(leaseMilliseconds / 3, ended.signal);
      if (!ended.signal.aborted) for (const one of held) void beat(one);
    }
  };
  void beatUntilEnd();

  return {
    async keep(lease, work) {
      const one: Held = {
        lease,
        controller: new AbortController(),
        leaseEnds: clock.now() + leaseMilliseconds,
        isBeating: false,
      };
      if (leaving) one.controller.abort(leaving);
      held.add(one);
      try {
        return await work(one.controller.signal);
      } finally {
        held.delete(one);
      }
    },
    abort(handle, why) {
      for (const one of held) if (one.lease.handle === handle) one.controller.abort(new TaskAborted(why));
    },
    abortAll(why) {
      leaving = new TaskAborted(why);
      for (const { controller } of held) controller.abort(leaving);
    },
    end: () => ended.abort(),
  };
}
