import { describe, expect, it } from 'vitest';
import type { Needs } from '../../../shared/engine/step.ts';
import { startBench, turns } from './bench.ts';

const taking = (seconds: number): Needs => ({ threads: 1, memoryMiB: 100, seconds });
const idle = { visible: 0, inFlight: 0, delayed: 0 };

describe('a consumer that gets a spot notice', () => {
  it('lets end what can, hands back at once what cannot, and receives nothing more', async () => {
    const bench = startBench({ needs: { short: taking(60), long: taking(600) } });
    await bench.send({ short: 2, long: 1 });
    await bench.send({ short: 5 }, 'next');
    expect(bench.running()).toHaveLength(3);
    bench.interruptions.give({ kind: 'spot', at: bench.clock.now() + 118_000 });
    await turns();
    expect(bench.running()).toEqual(['short 0', 'short 1']);
    // Visible now, not at the end of its lease.
    expect(await bench.queue.depth()).toEqual({ visible: 6, inFlight: 2, delayed: 0 });
    expect(bench.events('handed-back')).toEqual([
      expect.objectContaining({ step: 'work.long', subject: 0, delaySeconds: 0 }),
    ]);
    bench.task('short 0').end();
    bench.task('short 1').end();
    await bench.pass(20);
    expect(await bench.ended()).toEqual({
      why: 'the spot machine is reclaimed',
      done: 2,
      failed: 0,
      aborted: 1,
    });
    expect(await bench.queue.depth()).toEqual({ visible: 6, inFlight: 0, delayed: 0 });
    expect(bench.interruptions.timesLeft()).toBe(1);
  });

  it('hands back before the end what took longer than thought', async () => {
    const bench = startBench({ needs: { short: taking(60) } });
    await bench.send({ short: 1 });
    bench.interruptions.give({ kind: 'spot', at: bench.clock.now() + 100_000 });
    await turns();
    await bench.pass(69);
    expect(bench.running()).toEqual(['short 0']);
    await bench.pass(1);
    expect(bench.running()).toEqual([]);
    expect(await bench.queue.depth()).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
    expect(await bench.ended()).toMatchObject({ aborted: 1 });
  });

  it('believes how long tasks took here more than what their step says', async () => {
    const bench = startBench({ capacity: { threads: 1, memoryMiB: 1000 }, needs: { short: taking(600) } });
    await bench.send({ short: 4 });
    for (const name of ['short 0', 'short 1', 'short 2']) {
      await bench.pass(5);
      bench.task(name).end();
      await turns();
    }
    bench.interruptions.give({ kind: 'spot', at: bench.clock.now() + 100_000 });
    await turns();
    expect(bench.running()).toEqual(['short 3']);
    bench.stop();
  });

  it.each([
    ['past', -3_600_000],
    ['far off', 3_600_000],
  ])('counts from now where the time of the notice is %s, as another clock says', async (_, offset) => {
    const bench = startBench({ needs: { short: taking(60) } });
    await bench.send({ short: 1 });
    bench.interruptions.give({ kind: 'spot', at: bench.clock.now() + offset });
    await turns();
    await bench.pass(89);
    expect(bench.running()).toEqual(['short 0']);
    await bench.pass(1);
    expect(bench.running()).toEqual([]);
    await bench.ended();
  });

  it('hands back what its last poll brings', async () => {
    const bench = startBench();
    await bench.pass(5);
    bench.interruptions.give({ kind: 'spot', at: bench.clock.now() + 120_000 });
    // A poll that is cut off may swallow a message.
    expect(await bench.ended()).toBeUndefined();
    await bench.send({ small: 1 });
    expect(bench.running()).toEqual([]);
    expect(bench.events('handed-back')).toHaveLength(1);
    expect(await bench.queue.depth()).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
    expect(await bench.ended()).toBeDefined();
  });

  it('leaves no message that waits for room', async () => {
    const needs = { small: taking(60), large: { ...taking(60), memoryMiB: 950 } };
    const bench = startBench({ needs });
    await bench.send({ small: 1 }, 'first');
    await bench.send({ large: 1 }, 'second');
    expect(await bench.queue.depth()).toMatchObject({ inFlight: 2 });
    bench.interruptions.give({ kind: 'spot', at: bench.clock.now() + 120_000 });
    await turns();
    expect(await bench.queue.depth()).toMatchObject({ visible: 1, inFlight: 1 });
    bench.stop();
  });
});

describe('a consumer whose machine is to go without hurry', () => {
  it.each(['rebalance', 'scale-in'] as const)('lets all end after a notice of %s', async (kind) => {
    const bench = startBench({ needs: { long: taking(600) } });
    await bench.send({ long: 5 });
    bench.interruptions.give({ kind });
    await bench.pass(400);
    expect(bench.running()).toEqual(['long 0', 'long 1', 'long 2']);
    expect(bench.interruptions.timesLeft()).toBe(0);
    for (const name of bench.running()) bench.task(name).end();
    await bench.pass(2);
    expect(await bench.ended()).toMatchObject({ done: 3, aborted: 0 });
    expect(bench.interruptions.timesLeft()).toBe(1);
    expect(await bench.queue.depth()).toEqual({ ...idle, visible: 2 });
  });

  it('hurries when a spot notice follows', async () => {
    const bench = startBench({ needs: { long: taking(600) } });
    await bench.send({ long: 1 });
    bench.interruptions.give({ kind: 'rebalance' });
    await bench.pass(10);
    expect(bench.running()).toEqual(['long 0']);
    bench.interruptions.give({ kind: 'spot', at: bench.clock.now() + 120_000 });
    await turns();
    expect(await bench.queue.depth()).toEqual({ ...idle, visible: 1 });
  });
});

describe('a consumer that is told to end', () => {
  it('finishes what runs, and deletes it without waiting for more', async () => {
    const bench = startBench();
    await bench.send({ small: 4 });
    bench.drain();
    await bench.pass(5);
    expect(bench.running()).toHaveLength(3);
    for (const name of bench.running()) bench.task(name).end();
    expect(await bench.ended()).toEqual({ why: 'it was told to end', done: 3, failed: 0, aborted: 0 });
    expect(await bench.queue.depth()).toEqual({ ...idle, visible: 1 });
  });

  it('hands all back when it is to end at once', async () => {
    const bench = startBench();
    await bench.send({ small: 4 });
    bench.stop();
    expect(await bench.ended()).toMatchObject({ done: 0, aborted: 3 });
    expect(await bench.queue.depth()).toEqual({ ...idle, visible: 4 });
  });
});
