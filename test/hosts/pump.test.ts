import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { handClock } from '../../shared/adapters/memory/clock.ts';
import { memoryQueues } from '../../shared/adapters/memory/queue.ts';
import { DELETE, type Outcome, release } from '../../shared/engine/outcome.ts';
import type { Delivery, Queues } from '../../shared/engine/ports.ts';
import { startHeartbeats } from '../../shared/hosts/heartbeat.ts';
import { pump, type Source } from '../../shared/hosts/pump.ts';

const clock = handClock();

describe('the pump', () => {
  let queues: Queues;
  let stop: AbortController;
  let heartbeats: ReturnType<typeof startHeartbeats>;
  beforeEach(() => {
    queues = memoryQueues(clock);
    stop = new AbortController();
    heartbeats = startHeartbeats(clock, 60);
  });
  afterEach(() => heartbeats.end());

  /** Pumps until nothing is left, or nothing more can be received. */
  function pumpSources(...sources: Source[]): Promise<void> {
    return pump({
      sources,
      heartbeats,
      leaseSeconds: 60,
      stop: stop.signal,
      prepare: async () => {},
      idle: async (_, inFlight, signal) => {
        if (inFlight === 0) stop.abort();
        else await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    });
  }

  /** A source of `room` messages at once. */
  function source(
    name: string,
    room: number,
    decide: (delivery: Delivery, signal: AbortSignal) => Promise<Outcome>,
  ) {
    let running = 0;
    const seen = { most: 0, bodies: [] as string[] };
    const it: Source = {
      queue: queues.queue(name),
      room: () => room - running,
      async handle(delivery, signal) {
        running += 1;
        seen.most = Math.max(seen.most, running);
        seen.bodies.push(delivery.body);
        try {
          return await decide(delivery, signal);
        } finally {
          running -= 1;
        }
      },
      stillWanted: async () => true,
    };
    return { ...it, seen };
  }

  const send = (name: string, count: number) =>
    queues
      .queue(name)
      .send(Array.from({ length: count }, (_, i) => ({ body: `${name} ${i}`, group: 'job' })));
  const oneTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

  it('handles every message of every queue, never more than there is room for', async () => {
    await send('a', 20);
    await send('b', 7);
    const decide = async () => {
      await oneTurn();
      return DELETE;
    };
    const [a, b] = [source('a', 3, decide), source('b', 1, decide)];
    await pumpSources(a, b);
    expect([a.seen.bodies.length, b.seen.bodies.length]).toEqual([20, 7]);
    expect([a.seen.most, b.seen.most]).toEqual([3, 1]);
    expect(await queues.queue('a').depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  it('gives back what is released, after its delay', async () => {
    await send('a', 1);
    await pumpSources(source('a', 1, async () => release(100, 'later')));
    expect(await queues.queue('a').depth()).toEqual({ visible: 0, inFlight: 0, delayed: 1 });
  });

  it('receives nothing more once it is stopped, and waits for what runs', async () => {
    await send('a', 5);
    const a = source('a', 2, async () => {
      stop.abort();
      await oneTurn();
      return DELETE;
    });
    await pumpSources(a);
    expect(a.seen.bodies).toHaveLength(2);
    expect(await queues.queue('a').depth()).toEqual({ visible: 3, inFlight: 0, delayed: 0 });
  });

  it('ends with the first error of a port, aborts what runs, and leaves the messages', async () => {
    await send('a', 2);
    const a = source('a', 2, async ({ body }, signal) => {
      if (body === 'a 0') throw new Error('the disk is full');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return release(0, 'aborted');
    });
    await expect(pumpSources(a)).rejects.toThrow('the disk is full');
    expect(await queues.queue('a').depth()).toEqual({ visible: 1, inFlight: 1, delayed: 0 });
  });

  it('waits for what runs also when receiving fails', async () => {
    await send('a', 1);
    let ended = false;
    const a = source('a', 2, async (_, signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      await oneTurn();
      ended = true;
      return release(0, 'aborted');
    });
    let receives = 0;
    const failing: Source = {
      ...a,
      queue: {
        ...a.queue,
        receive: (options) =>
          ++receives === 1 ? a.queue.receive(options) : Promise.reject(new Error('no connection')),
      },
    };
    await expect(pumpSources(failing)).rejects.toThrow('no connection');
    expect(ended).toBe(true);
  });
});
