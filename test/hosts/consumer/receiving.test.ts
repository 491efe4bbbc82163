import { describe, expect, it } from 'vitest';
import type { TaskQueue } from '../../../shared/engine/ports.ts';
import { type Bench, startBench, turns } from './bench.ts';

const small = { threads: 1, memoryMiB: 100, seconds: 20 };
const large = { threads: 1, memoryMiB: 600, seconds: 20 };

/** The one task that runs, after so many milliseconds. */
async function endAfter(bench: Bench, milliseconds: number): Promise<void> {
  bench.clock.advance(milliseconds);
  bench.task(bench.running()[0] ?? '').end();
  await turns();
}

describe('a consumer', () => {
  it('holds no more messages than it has slots, and takes the next when one is settled', async () => {
    const bench = startBench();
    await bench.send({ small: 10 });
    expect(bench.running()).toEqual(['small 0', 'small 1', 'small 2']);
    expect(await bench.queue.depth()).toEqual({ visible: 7, inFlight: 3, delayed: 0 });
    bench.task('small 1').end();
    await turns();
    expect(bench.running()).toEqual(['small 0', 'small 2', 'small 3']);
    await bench.pass(2);
    expect(await bench.queue.depth()).toEqual({ visible: 6, inFlight: 3, delayed: 0 });
    bench.stop();
  });

  it('receives short tasks ahead, as many as start within a second, and starts the next at once', async () => {
    const bench = startBench({ capacity: { threads: 1, memoryMiB: 1000 } });
    await bench.send({ small: 40 });
    // Three are enough to know that they take a tenth of a second each.
    for (let task = 0; task < 6; task++) await endAfter(bench, 100);
    await bench.pass(2);
    expect(bench.running()).toEqual(['small 6']);
    const { inFlight } = await bench.queue.depth();
    expect(inFlight).toBeGreaterThan(5);
    expect(inFlight).toBeLessThanOrEqual(11);
    bench.drain();
    await turns();
    // What only waits is everybody's again; what runs is not.
    expect(bench.running()).toEqual(['small 6']);
    expect(await bench.queue.depth()).toEqual({ visible: 33, inFlight: 1, delayed: 0 });
    bench.stop();
  });

  it('receives nothing ahead where tasks take seconds', async () => {
    const bench = startBench({ capacity: { threads: 1, memoryMiB: 1000 } });
    await bench.send({ small: 20 });
    for (let task = 0; task < 6; task++) await endAfter(bench, 2000);
    await bench.pass(2);
    expect(await bench.queue.depth()).toMatchObject({ visible: 13, inFlight: 1 });
    bench.stop();
  });

  it('hands back what waits for a task that takes long', async () => {
    const bench = startBench({
      capacity: { threads: 1, memoryMiB: 1000 },
      needs: { long: { ...small, seconds: 700 }, small },
    });
    await bench.send({ small: 5 }, 'first');
    for (let task = 0; task < 4; task++) await endAfter(bench, 100);
    await bench.send({ long: 1, small: 5 }, 'second');
    await endAfter(bench, 100);
    expect(bench.running()).toEqual(['long 0']);
    expect(bench.events('handed-back').length).toBeGreaterThan(0);
    await bench.pass(100);
    expect(bench.running()).toEqual(['long 0']);
    expect(await bench.queue.depth()).toEqual({ visible: 5, inFlight: 1, delayed: 0 });
    bench.stop();
  });

  it('starts the next task while the end of the last one is recorded', async () => {
    let record = (): void => {};
    const bench = startBench({
      capacity: { threads: 1, memoryMiB: 1000 },
      spoilTable: (table) => ({
        ...table,
        async markDone(...args) {
          await new Promise<void>((resolve) => {
            record = resolve;
          });
          return table.markDone(...args);
        },
      }),
    });
    await bench.send({ small: 2 });
    bench.task('small 0').end();
    await turns();
    expect(bench.running()).toEqual(['small 1']);
    expect(await bench.queue.depth()).toMatchObject({ inFlight: 2 });
    record();
    await bench.pass(2);
    expect(await bench.queue.depth()).toMatchObject({ inFlight: 1 });
    bench.stop();
  });

  it('counts the memory of the largest step that it saw lately', async () => {
    const bench = startBench({ needs: { large } });
    await bench.send({ large: 3 });
    expect(bench.running()).toEqual(['large 0']);
    expect(await bench.queue.depth()).toMatchObject({ visible: 2, inFlight: 1 });
    bench.stop();
  });

  it('lets one message that is larger than expected wait for its room, receives nothing meanwhile, and hands back others', async () => {
    const bench = startBench({ needs: { small, large: { ...large, memoryMiB: 950 } } });
    await bench.send({ small: 1 }, 'first');
    expect(bench.running()).toEqual(['small 0']);
    await bench.send({ large: 2 }, 'second');
    // Two came for the two free slots: one waits, the other is everybody's again.
    expect(bench.running()).toEqual(['small 0']);
    expect(bench.events('handed-back').map(({ delaySeconds, why }) => [delaySeconds, why])).toEqual([
      [0, 'larger than the room there is here'],
    ]);
    await bench.pass(600);
    expect(await bench.queue.depth()).toMatchObject({ visible: 1, inFlight: 2 });
    expect(bench.events('handed-back')).toHaveLength(1);
    bench.task('small 0').end();
    await turns();
    expect(bench.running()).toHaveLength(1);
    expect(bench.running()[0]).toMatch(/^large/);
    bench.stop();
  });

  it('runs a task that no machine of its size should get alone, and says so once', async () => {
    const bench = startBench({ needs: { small, large: { ...large, memoryMiB: 5000 } } });
    await bench.send({ large: 3 });
    expect(bench.running()).toHaveLength(1);
    bench.task(bench.running()[0] ?? '').end();
    await turns();
    expect(bench.running()).toHaveLength(1);
    expect(bench.events('too-large')).toEqual([
      expect.objectContaining({ step: 'work.large', text: expect.stringContaining('needs 5000 MiB') }),
    ]);
    bench.stop();
  });

  it('runs a task alone whose needs cannot be read, and lets no other pass by it', async () => {
    const bench = startBench({ needs: { small, dark: undefined } });
    await bench.send({ small: 2 }, 'first');
    await bench.send({ dark: 1 }, 'second');
    await bench.send({ small: 5 }, 'third');
    expect(bench.running()).toEqual(['small 0', 'small 1']);
    bench.task('small 0').end();
    await turns();
    expect(bench.running()).toEqual(['small 1']);
    bench.task('small 1').end();
    await turns();
    expect(bench.running()).toEqual(['dark 0']);
    bench.stop();
  });

  it('forgets a large step that sends nothing any more', async () => {
    const bench = startBench({ needs: { small, large: { ...large, memoryMiB: 950 } } });
    await bench.send({ large: 1 }, 'first');
    bench.task('large 0').end();
    await bench.pass(15 * 60);
    await bench.send({ small: 3 }, 'second');
    expect(bench.running()).toHaveLength(3);
    bench.stop();
  });

  it('deletes ten at once, and the rest after a second', async () => {
    const deleted: number[] = [];
    const counting = (queue: TaskQueue): TaskQueue => ({
      ...queue,
      delete: (handles) => {
        deleted.push(handles.length);
        return queue.delete(handles);
      },
    });
    const bench = startBench({ capacity: { threads: 12, memoryMiB: 5000 }, spoilQueue: counting });
    await bench.send({ small: 12 });
    for (const name of bench.running()) bench.task(name).end();
    await turns();
    expect(deleted).toEqual([10]);
    await bench.pass(1);
    expect(deleted).toEqual([10, 2]);
    expect(await bench.queue.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    bench.stop();
  });

  it('asks once in 20 s while nothing comes', async () => {
    let receives = 0;
    const counting = (queue: TaskQueue): TaskQueue => ({
      ...queue,
      receive: (options) => {
        receives += 1;
        return queue.receive(options);
      },
    });
    const bench = startBench({ spoilQueue: counting });
    await bench.pass(600);
    expect(receives).toBe(31);
    bench.stop();
  });

  it('ends when it had nothing to do for as long as it was told', async () => {
    const bench = startBench({ untilIdleSeconds: 30 });
    await bench.send({ small: 1 });
    await bench.pass(100);
    expect(await bench.ended()).toBeUndefined();
    bench.task('small 0').end();
    await bench.pass(29);
    expect(await bench.ended()).toBeUndefined();
    await bench.pass(30);
    expect(await bench.ended()).toEqual({ why: 'there was nothing to do', done: 1, failed: 0, aborted: 0 });
    expect(await bench.queue.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  it('plans on its own thread, and needs no room for tasks', async () => {
    const bench = startBench({ queue: 'plans', capacity: { threads: 1, memoryMiB: 0 } });
    await bench.send({ small: 600 });
    await bench.pass(2);
    expect(await bench.queue.depth()).toMatchObject({ visible: 600 });
    expect(await bench.queues.queue('plans').depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    bench.stop();
  });
});
