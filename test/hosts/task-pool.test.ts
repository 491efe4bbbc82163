import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isPermanent, TaskAborted } from '../../shared/engine/errors.ts';
import type { JobRecord } from '../../shared/engine/records.ts';
import { startTaskPool, type TaskPool } from '../../shared/hosts/task-pool.ts';
import { type NumberJob, numberJob } from './number-job.ts';

describe('worker threads', () => {
  let job: NumberJob;
  let pool: TaskPool;
  beforeEach(async () => {
    job = await numberJob(100);
    pool = startTaskPool(2, { pipelineModule: job.options.pipelineModule }, { heapMiB: 64 });
  });
  afterEach(async () => {
    await pool.close();
    await job.remove();
  });

  const never = new AbortController().signal;
  const run = (index: number, signal = never) => {
    const { jobId } = job.options.job;
    const record = { ...job.options.job, generations: { 'numbers.square': 0 } } as unknown as JobRecord;
    return pool.run(record, { jobId, step: 'numbers.square', generation: 0, pass: 0, index }, signal);
  };

  it('run a task and say what it moved', async () => {
    expect(await run(10)).toEqual({ bytesRead: 1, bytesWritten: '300'.length });
    expect(await job.output()).toEqual({ 'squares/10.txt': '300' });
  });

  it('tell a task how many of them there are', async () => {
    await job.spoil('threads-10');
    await run(10);
    expect(await job.output()).toEqual({ 'squares/10.txt': '2' });
  });

  it('keep name, message, stack and permanence of an error', async () => {
    await job.spoil('fail-1');
    const error = await run(1).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'MissingSquare', message: 'square 1 is not there' });
    expect((error as Error).stack).toMatch(/pipeline\.js/);
    expect(isPermanent(error)).toBe(true);
  });

  it('end when their task is aborted, and others take their place', async () => {
    await job.spoil('hang-2');
    const controller = new AbortController();
    const hanging = run(2, controller.signal);
    await run(3);
    controller.abort(new TaskAborted('its lease was lost'));
    await expect(hanging).rejects.toThrow(new TaskAborted('its lease was lost'));
    expect(await run(4)).toBeDefined();
  });

  it('start no task that is aborted already', async () => {
    await expect(run(5, AbortSignal.abort(new TaskAborted('leaving')))).rejects.toThrow(TaskAborted);
    expect(await job.runs()).toEqual([]);
  });

  it('that are ended by their task fail it alone', async () => {
    await job.spoil('kill-thread-6');
    await expect(run(6)).rejects.toThrow(/the thread of this task died: .*ended the thread/);
    expect(await run(7)).toBeDefined();
  });

  it('that run out of memory fail their task alone, and say what to do', async () => {
    await job.spoil('exhaust-8');
    const error = await run(8).catch((caught: unknown) => caught);
    expect((error as Error).message).toMatch(/the thread of this task died: .*memory.*--workers/);
    expect(isPermanent(error)).toBe(false);
    expect(await run(9)).toBeDefined();
  });

  it('report a pipeline that cannot be loaded through the tasks', async () => {
    const broken = startTaskPool(1, { pipelineModule: 'file:///nowhere/pipeline.js' });
    const { jobId } = job.options.job;
    const ref = { jobId, step: 'numbers.square', generation: 0, pass: 0, index: 0 };
    await expect(broken.run({} as JobRecord, ref, never)).rejects.toThrow(/nowhere\/pipeline\.js/);
    await broken.close();
  });
});
