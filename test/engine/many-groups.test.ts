/** Step runs with more groups than one item holds: 300,000 empty tasks, 1172 groups in 5 blocks. */
import { describe, expect, it } from 'vitest';
import { handClock } from '../../shared/adapters/memory/clock.ts';
import { memoryQueues } from '../../shared/adapters/memory/queue.ts';
import { memoryStore } from '../../shared/adapters/memory/store.ts';
import { memoryTable } from '../../shared/adapters/memory/table.ts';
import { acceptMissing, resume, retry, start } from '../../shared/engine/commands.ts';
import { type Engine, PLAN_QUEUE, type StepShape } from '../../shared/engine/engine.ts';
import { PermanentError } from '../../shared/engine/errors.ts';
import { handleMessage } from '../../shared/engine/handle-message.ts';
import { makeJob } from '../../shared/engine/job.ts';
import { blocksOf } from '../../shared/engine/records.ts';
import { failuresOf, jobStatus, stepProgress } from '../../shared/engine/status.ts';
import { runsAll } from '../long.ts';

const TASKS = 300_000;
const STEPS: StepShape[] = [
  { id: 'a', service: 'tasks', waitsFor: [] },
  { id: 'b', service: 'tasks', waitsFor: ['a'] },
];
const newJob = makeJob({
  input: 'in',
  output: 'out',
  parameters: {},
  pipelineVersion: '1',
  build: 'test',
  createdAt: 0,
  steps: ['a', 'b'],
});

function makeEngine(fails: (index: number) => boolean) {
  const clock = handClock();
  const queues = memoryQueues(clock);
  const store = memoryStore();
  let runs = 0;
  const engine: Engine = {
    table: memoryTable(),
    queues,
    clock,
    steps: STEPS,
    planner: { plan: async (_, step) => ({ count: step === 'a' ? TASKS : 1, passes: 1 }) },
    runner: {
      run: async (_, { step, index }) => {
        runs += 1;
        if (step === 'a' && fails(index)) throw new PermanentError(`task ${index} is broken`);
        return { bytesRead: 0, bytesWritten: 0 };
      },
    },
    openOutput: async () => store,
    worker: 'worker',
  };
  return { engine, runs: () => runs };
}

async function drain(engine: Engine, limit = Number.POSITIVE_INFINITY): Promise<void> {
  const { signal } = new AbortController();
  for (let handled = 0; handled < limit; ) {
    let received = 0;
    for (const name of [PLAN_QUEUE, 'tasks']) {
      const queue = engine.queues.queue(name);
      const deliveries = await queue.receive({ max: 256, waitSeconds: 0, leaseSeconds: 30 });
      for (const { body, handle } of deliveries) {
        const outcome = await handleMessage(body, engine, { signal });
        if (outcome.kind === 'delete') await queue.delete([handle]);
      }
      received += deliveries.length;
    }
    if (received === 0) return;
    handled += received;
  }
}

const status = async (engine: Engine) => jobStatus((await engine.table.getJob(newJob.jobId))!, STEPS);
const progress = async (engine: Engine) =>
  stepProgress(engine.table, (await engine.table.getJob(newJob.jobId))!, 'a');

describe('a step run with blocks', () => {
  it.runIf(runsAll)('ends done, each task run once', async () => {
    const { engine, runs } = makeEngine(() => false);
    await start(engine, newJob);
    await drain(engine);
    expect(await status(engine)).toBe('done');
    expect(runs()).toBe(TASKS + 1);
    expect(await progress(engine)).toMatchObject({ state: 'done', tasks: TASKS, done: TASKS });
  });

  it('loses nothing by a resume half-way; with failures ends failed, finishes after retry, and with accepted gaps incomplete', async () => {
    expect(blocksOf(TASKS)).toBe(5);
    let broken = (index: number): boolean => index === 7 || index % 70_000 === 69_999;
    const { engine, runs } = makeEngine((index) => broken(index));
    await start(engine, newJob);
    await drain(engine, 150_000);
    const half = await progress(engine);
    expect(half).toMatchObject({ state: 'running', passes: 1, tasks: TASKS, accepted: 0 });
    expect(half.failed).toBeGreaterThan(0);
    expect(half.done + half.failed).toBe(runs());
    for (const name of [PLAN_QUEUE, 'tasks']) await engine.queues.queue(name).purge();
    await resume(engine, newJob.jobId);
    await drain(engine);
    expect(runs()).toBe(TASKS);
    expect(await status(engine)).toBe('failed');
    expect(await progress(engine)).toMatchObject({ state: 'failed', done: TASKS - 5, failed: 5 });
    const job = (await engine.table.getJob(newJob.jobId))!;
    const failures = await failuresOf(engine.table, job, 'a');
    expect(failures.map(({ subject }) => subject)).toEqual([7, 69_999, 139_999, 209_999, 279_999]);
    expect(failures[0]).toMatchObject({
      pass: 0,
      accepted: false,
      lastError: { message: 'task 7 is broken' },
    });

    broken = (index) => index === 7;
    await retry(engine, newJob.jobId);
    await drain(engine);
    expect(runs()).toBe(TASKS + 5);
    expect(await progress(engine)).toMatchObject({ state: 'failed', done: TASKS - 1, failed: 1 });

    await acceptMissing(engine, newJob.jobId);
    await drain(engine);
    expect(await status(engine)).toBe('incomplete');
    expect(await progress(engine)).toMatchObject({
      state: 'incomplete',
      done: TASKS - 1,
      failed: 0,
      accepted: 1,
    });
    const after = (await engine.table.getJob(newJob.jobId))!;
    expect(await failuresOf(engine.table, after, 'a')).toMatchObject([{ subject: 7, accepted: true }]);
  });
});
