import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HandClock, handClock } from '../../shared/adapters/memory/clock.ts';
import { memoryQueues } from '../../shared/adapters/memory/queue.ts';
import { TaskAborted } from '../../shared/engine/errors.ts';
import type { TaskQueue } from '../../shared/engine/ports.ts';
import { type Heartbeats, startHeartbeats } from '../../shared/hosts/heartbeat.ts';

const LEASE_SECONDS = 60;

/** Lets everything run that waits for nothing but its turn. */
const turns = async () => {
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
};

describe('heartbeats', () => {
  let clock: HandClock;
  let queue: TaskQueue;
  let heartbeats: Heartbeats;
  beforeEach(() => {
    clock = handClock(1_000_000);
    queue = memoryQueues(clock).queue('tasks');
    heartbeats = startHeartbeats(clock, LEASE_SECONDS);
  });
  afterEach(() => heartbeats.end());

  const receive = () => queue.receive({ max: 1, waitSeconds: 0, leaseSeconds: LEASE_SECONDS });

  /** A task that runs until it is told to end. */
  async function hold(stillWanted = async () => true, through = queue) {
    await queue.send([{ body: 'task', group: 'job' }]);
    const [delivery] = await receive();
    let end: (result: string) => void = () => {};
    const ended = new Promise<string>((resolve) => {
      end = resolve;
    });
    let signal: AbortSignal | undefined;
    const lease = { queue: through, handle: delivery?.handle ?? '', stillWanted };
    const kept = heartbeats.keep(lease, (given) => {
      signal = given;
      return ended;
    });
    return { handle: lease.handle, end, kept, reason: (): unknown => signal?.reason };
  }

  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      clock.advance(1000);
      await turns();
    }
  };

  it('keep the lease of what runs for as long as it runs', async () => {
    const task = await hold();
    await pass(10 * LEASE_SECONDS);
    expect(await receive()).toEqual([]);
    expect(task.reason()).toBeUndefined();
    task.end('result');
    expect(await task.kept).toBe('result');
    await pass(LEASE_SECONDS + 1);
    expect(await receive()).toHaveLength(1);
  });

  it('extend each lease at a third of it', async () => {
    const extended: number[] = [];
    const started = clock.now();
    const counting: TaskQueue = {
      ...queue,
      extend: (handle, seconds) => {
        extended.push((clock.now() - started) / 1000);
        return queue.extend(handle, seconds);
      },
    };
    await hold(undefined, counting);
    await pass(65);
    expect(extended).toEqual([20, 40, 60]);
  });

  it('abort what lost its lease', async () => {
    const task = await hold();
    await queue.purge();
    await pass(LEASE_SECONDS / 3);
    expect(task.reason()).toEqual(new TaskAborted('its lease was lost'));
  });

  it('abort what is no longer wanted', async () => {
    let wanted = true;
    const task = await hold(async () => wanted);
    await pass(30);
    expect(task.reason()).toBeUndefined();
    wanted = false;
    await pass(LEASE_SECONDS / 3);
    expect(task.reason()).toBeInstanceOf(TaskAborted);
  });

  it('survive one error of the queue, and abort before the lease can end', async () => {
    let fails = 1;
    const flaky: TaskQueue = {
      ...queue,
      extend: (handle, seconds) => {
        fails -= 1;
        return fails >= 0 ? Promise.reject(new Error('no connection')) : queue.extend(handle, seconds);
      },
    };
    const task = await hold(undefined, flaky);
    await pass(LEASE_SECONDS * 2);
    expect(task.reason()).toBeUndefined();
    fails = 100;
    await pass(LEASE_SECONDS - 1);
    expect(task.reason()).toEqual(new TaskAborted('its lease could not be extended: no connection'));
  });

  it('abort what its queue does not answer for before the lease can end, and keep the others', async () => {
    const silent: TaskQueue = { ...queue, extend: () => new Promise(() => {}) };
    const lost = await hold(undefined, silent);
    const kept = await hold();
    await pass(LEASE_SECONDS - 1);
    expect(lost.reason()).toEqual(
      new TaskAborted('its lease could not be extended: the queue does not answer'),
    );
    await pass(LEASE_SECONDS);
    expect(kept.reason()).toBeUndefined();
  });

  it('abort one by its handle', async () => {
    const [one, other] = [await hold(), await hold()];
    heartbeats.abort(one.handle, 'no time left');
    expect(one.reason()).toEqual(new TaskAborted('no time left'));
    expect(other.reason()).toBeUndefined();
  });

  it('abort all that runs, and what comes later, when the process leaves', async () => {
    const task = await hold();
    heartbeats.abortAll('leaving');
    expect(task.reason()).toEqual(new TaskAborted('leaving'));
    expect((await hold()).reason()).toEqual(new TaskAborted('leaving'));
  });
});
