import { describe, expect, it, vi } from 'vitest';
import { memoryTable } from '../../shared/adapters/memory/table.ts';
import { cancel, start } from '../../shared/engine/commands.ts';
import type { StepShape } from '../../shared/engine/engine.ts';
import type { JobRecord, RunRef } from '../../shared/engine/records.ts';
import { failuresOf, type JobStatus, jobStatus, stepProgress } from '../../shared/engine/status.ts';
import { consumeNext, drain } from './kit/drive.ts';
import { finish } from './kit/process.ts';
import { makeWorld } from './kit/world.ts';

vi.mock('../../shared/engine/sizes.ts', () => ({ GROUP_SIZE: 2, BLOCK_SIZE: 2, MAX_CHILDREN: 3 }));

const DIAMOND: StepShape[] = [
  { id: 'a', service: 'a', waitsFor: [] },
  { id: 'b', service: 'b', waitsFor: ['a'] },
  { id: 'c', service: 'c', waitsFor: ['a'] },
  { id: 'd', service: 'd', waitsFor: ['b', 'c'] },
];

const job = (parts: Partial<JobRecord>): JobRecord => ({
  jobId: 'job',
  input: 'in',
  output: 'out',
  parameters: {},
  pipelineVersion: '1',
  build: 'test',
  createdAt: 0,
  cancelled: false,
  quietUntil: 0,
  generations: { a: 0, b: 0, c: 0, d: 0 },
  doneSteps: new Set(),
  failedSteps: new Set(),
  incompleteSteps: new Set(),
  ...parts,
});
const all = new Set(['a@0', 'b@0', 'c@0', 'd@0']);

describe('the status of a job', () => {
  const table: [string, Partial<JobRecord>, JobStatus][] = [
    ['nothing happened yet', {}, 'running'],
    ['all steps done', { doneSteps: all }, 'done'],
    ['all done, one with gaps', { doneSteps: all, incompleteSteps: new Set(['b@0']) }, 'incomplete'],
    [
      'all done, gaps of an older generation',
      {
        generations: { a: 1, b: 1, c: 1, d: 1 },
        doneSteps: new Set(['a@1', 'b@1', 'c@1', 'd@1']),
        incompleteSteps: new Set(['b@0']),
      },
      'done',
    ],
    ['all done and cancelled', { doneSteps: all, cancelled: true }, 'cancelled'],
    ['done before a redo', { generations: { a: 0, b: 1, c: 0, d: 1 }, doneSteps: all }, 'running'],
    ['the first step failed', { failedSteps: new Set(['a@0']) }, 'failed'],
    [
      'it failed in an older generation',
      { generations: { a: 1, b: 1, c: 1, d: 1 }, failedSteps: new Set(['a@0']) },
      'running',
    ],
    [
      'one branch failed, the other goes on',
      { doneSteps: new Set(['a@0']), failedSteps: new Set(['b@0']) },
      'running',
    ],
    [
      'one branch failed, the other is done',
      { doneSteps: new Set(['a@0', 'c@0']), failedSteps: new Set(['b@0']) },
      'failed',
    ],
    ['both branches failed', { doneSteps: new Set(['a@0']), failedSteps: new Set(['b@0', 'c@0']) }, 'failed'],
    ['a stale failure of a done step', { doneSteps: all, failedSteps: new Set(['b@0']) }, 'done'],
    [
      'a job of two of the steps',
      { generations: { b: 0, d: 0 }, doneSteps: new Set(['b@0', 'd@0']) },
      'done',
    ],
    ['a step whose predecessor the job does not have', { generations: { b: 0 } }, 'running'],
    ['no step at all', { generations: {} }, 'done'],
  ];
  it.each(table)('%s', (_, parts, status) => {
    expect(jobStatus(job(parts), DIAMOND)).toBe(status);
  });

  it('is waiting until a first plan was handled', () => {
    expect(jobStatus(job({}), DIAMOND, false)).toBe('waiting');
    expect(jobStatus(job({ failedSteps: new Set(['a@0']) }), DIAMOND, false)).toBe('failed');
    expect(jobStatus(job({ cancelled: true }), DIAMOND, false)).toBe('cancelled');
  });
});

describe('the progress of a step', () => {
  it('counts exactly, at every moment', async () => {
    const world = makeWorld([
      { id: 'a', tasks: 9, passes: 2 },
      { id: 'b', tasks: 3, waitsFor: ['a'] },
    ]);
    await start(world.engine, world.newJob);
    const progress = async (step: string) => stepProgress(world.table, await world.jobNow(), step);
    expect(await progress('a')).toEqual({
      step: 'a',
      generation: 0,
      state: 'waiting',
      passes: 0,
      tasks: 0,
      done: 0,
      failed: 0,
      accepted: 0,
    });
    for (;;) {
      const consumer = await consumeNext(world);
      if (!consumer) break;
      await finish(consumer);
      const [a, b] = [await progress('a'), await progress('b')];
      expect(a.done + b.done).toBe(world.files.size);
    }
    expect(await progress('a')).toMatchObject({ state: 'done', passes: 2, tasks: 18, done: 18 });
    expect(await progress('b')).toMatchObject({ state: 'done', passes: 1, tasks: 3, done: 3 });
  });

  it('does not read groups that are wholly done', async () => {
    const table = memoryTable();
    const ref: RunRef = { jobId: 'job', step: 'a', generation: 0, pass: 0 };
    await table.createRun(ref, { count: 6, passes: 1 });
    await table.createGroup({ ...ref, group: 2 }, 2);
    await table.markDone({ ...ref, group: 2 }, 0);
    for (const group of [0, 1]) await table.groupDone(ref, group, false);
    const read: number[] = [];
    const watched = {
      ...table,
      getGroup: (group: RunRef & { group: number }) => {
        read.push(group.group);
        return table.getGroup(group);
      },
    };
    expect(await stepProgress(watched, job({}), 'a')).toMatchObject({ state: 'running', tasks: 6, done: 5 });
    expect(read).toEqual([2]);
  });
});

describe('the failures of a step', () => {
  it('are those that stand in its way, not what failed once and succeeded', async () => {
    const world = makeWorld([{ id: 'a', tasks: 3 }]);
    world.follow({
      plan: (_, __, earlier) => (earlier === 0 ? 'throws' : 'works'),
      task: (name, earlier) => {
        if (name === 'a/0/1') return 'throws';
        return name === 'a/0/2' && earlier === 0 ? 'throws' : 'works';
      },
    });
    await start(world.engine, world.newJob);
    await drain(world);
    const failures = await failuresOf(world.table, await world.jobNow(), 'a');
    expect(failures).toMatchObject([
      {
        subject: 1,
        pass: 0,
        attempts: 3,
        accepted: false,
        lastError: { message: 'a/0/1 fails', worker: 'worker' },
      },
    ]);
  });
});

it('cancel stops a job and keeps what is done', async () => {
  const world = makeWorld([{ id: 'a', tasks: 3 }]);
  await start(world.engine, world.newJob);
  for (let handled = 0; handled < 4; handled++) await finish((await consumeNext(world))!);
  await cancel(world.engine, world.jobId);
  await drain(world);
  expect(await world.status()).toBe('cancelled');
  expect(world.files.size).toBe(1);
  await start(world.engine, world.newJob);
  await drain(world);
  expect(await world.status()).toBe('done');
  expect([...world.runs.values()]).toEqual([1, 1, 1]);
});
