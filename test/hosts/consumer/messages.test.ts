import { describe, expect, it } from 'vitest';
import type { TaskQueue } from '../../../shared/engine/ports.ts';
import { LEASE_SECONDS, startBench, turns, WAIT_SECONDS } from './bench.ts';

const idle = { visible: 0, inFlight: 0, delayed: 0 };

/** A queue that notes what is told to it. */
function noting(told: string[], change: Partial<TaskQueue> = {}) {
  return (queue: TaskQueue): TaskQueue => ({
    ...queue,
    delete: (handles) => {
      told.push('delete');
      return queue.delete(handles);
    },
    release: (handle, delaySeconds) => {
      told.push(`release ${delaySeconds}`);
      return queue.release(handle, delaySeconds);
    },
    ...change,
  });
}

describe('a consumer', () => {
  it('aborts a task whose lease was lost, and tells the queue nothing of it', async () => {
    const told: string[] = [];
    const bench = startBench({ spoilQueue: noting(told, { extend: async () => false }) });
    await bench.send({ small: 1 });
    await bench.pass(LEASE_SECONDS / 3);
    expect(bench.running()).toEqual([]);
    expect(bench.events('lost')).toEqual([expect.objectContaining({ step: 'work.small', subject: 0 })]);
    expect(told).toEqual([]);
    // It runs again when the lease ends.
    await bench.pass((LEASE_SECONDS * 2) / 3 + 1);
    expect(bench.running()).toEqual(['small 0']);
    bench.stop();
  });

  it('keeps the lease of a long task, though its clock is not that of the queue', async () => {
    for (const clockAheadMilliseconds of [3_600_000, -3_600_000]) {
      const bench = startBench({ clockAheadMilliseconds });
      await bench.send({ small: 1 });
      await bench.pass(5 * LEASE_SECONDS);
      expect(bench.running()).toEqual(['small 0']);
      expect(bench.events('handed-back')).toEqual([]);
      bench.task('small 0').end();
      await bench.pass(2);
      expect(await bench.queue.depth()).toEqual(idle);
      bench.stop();
    }
  });

  it('survives a purge: what runs is aborted, what comes after is done', async () => {
    const bench = startBench();
    await bench.send({ small: 5 }, 'purged');
    await bench.queue.purge();
    await bench.pass(LEASE_SECONDS / 3);
    expect(bench.running()).toEqual([]);
    expect(bench.events('lost')).toHaveLength(3);
    await bench.send({ small: 1 }, 'later');
    bench.task('small 0').end();
    await bench.pass(2);
    expect(await bench.queue.depth()).toEqual(idle);
    bench.stop();
  });

  it('aborts the tasks of a job that is cancelled, and drops its messages', async () => {
    const bench = startBench();
    const { jobId } = await bench.send({ small: 5 });
    await bench.table.setCancelled(jobId, true);
    await bench.pass(LEASE_SECONDS / 3 + 2);
    expect(bench.running()).toEqual([]);
    await bench.pass(10);
    expect(await bench.queue.depth()).toEqual(idle);
    expect(bench.log.filter(({ event }) => event === 'failed')).toEqual([]);
    bench.stop();
  });

  it('gives back a message of a newer build after longer and longer times, and says so once', async () => {
    const told: string[] = [];
    const bench = startBench({ spoilQueue: noting(told) });
    await bench.queue.send([{ body: JSON.stringify({ v: 99, kind: 'hologram' }), group: 'job' }]);
    await bench.pass(15 * 60);
    expect(told).toEqual(['release 60', 'release 120', 'release 240', 'release 480']);
    expect(bench.events('handed-back')).toEqual([
      expect.objectContaining({ why: expect.stringContaining('newer build (message version 99)') }),
    ]);
    bench.stop();
  });

  it('lets a body that is no message become a dead letter, slowly', async () => {
    const told: string[] = [];
    const bench = startBench({ spoilQueue: noting(told) });
    await bench.queue.send([{ body: 'good morning', group: 'job' }]);
    await bench.pass(80 * 60);
    expect(told).toEqual(Array(5).fill('release 900'));
    expect(await bench.queues.dead('work').depth()).toMatchObject({ visible: 1 });
    expect(bench.events('handed-back')).toHaveLength(1);
    bench.stop();
  });

  it('tells a task that failed with its error, and tries it again', async () => {
    const bench = startBench();
    const { jobId } = await bench.send({ small: 1 });
    bench.task('small 0').fail('the plane is torn');
    await bench.pass(2);
    expect(bench.events('failed')).toEqual([
      expect.objectContaining({ job: jobId, step: 'work.small', subject: 0, error: 'the plane is torn' }),
    ]);
    expect(bench.running()).toEqual(['small 0']);
    bench.stop();
  });

  it('looks at the input of a job that waits, and says when it gives up', async () => {
    const ready = async () => ({ ready: false, progress: '7 of 9 planes' });
    const bench = startBench({ queue: 'plans', ready });
    const { jobId } = await bench.send({ small: 1 });
    expect(bench.events('handed-back')).toEqual([
      expect.objectContaining({ why: 'waits for its input: 7 of 9 planes', job: jobId }),
    ]);
    await bench.pass(WAIT_SECONDS + 20);
    expect(bench.events('gave-up-waiting')).toEqual([
      { event: 'gave-up-waiting', job: jobId, progress: '7 of 9 planes' },
    ]);
    bench.stop();
  });

  it('publishes its figures once a minute while it has work', async () => {
    const bench = startBench();
    await bench.pass(300);
    expect(bench.metrics.published).toEqual([]);
    await bench.send({ small: 3 });
    await bench.pass(30);
    bench.task('small 0').end();
    bench.task('small 1').fail('torn');
    await turns();
    await bench.pass(30);
    expect(bench.metrics.published).toHaveLength(1);
    expect(bench.metrics.published[0]?.jobs).toMatchObject([{ step: 'work.small', done: 1, failed: 1 }]);
    expect(bench.metrics.published[0]).toMatchObject({
      service: 'work',
      at: bench.clock.now(),
      receives: 3,
      heartbeats: 0,
      deletes: 1,
      steps: [
        {
          step: 'work.small',
          done: 1,
          failed: 1,
          aborted: 0,
          taskSeconds: [30],
          bytesRead: 10,
          bytesWritten: 20,
        },
      ],
    });
    // Three for half a minute; two, with the failed one again after a second, for the rest.
    expect(bench.metrics.published[0]?.busySlots).toBeCloseTo((3 * 30 + 1 + 2 * 29) / 60, 3);
    bench.stop();
    await turns();
    expect(bench.metrics.published[1]?.steps[0]).toMatchObject({ done: 0, aborted: 2, taskSeconds: [] });
  });
});
