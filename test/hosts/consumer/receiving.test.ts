import { describe, expect, it } from 'vitest';
import type { TaskQueue } from '../../../shared/engine/ports.ts';
import { startBench, turns } from './bench.ts';

const small = { threads: 1, memoryMiB: 100, seconds: 20 };
const large = { threads: 1, memoryMiB: 600, seconds: 20 };

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
