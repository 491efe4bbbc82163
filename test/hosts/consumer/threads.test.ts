/** Whole consumers with worker threads, over the memory twins of queues and table. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../shared/adapters/local/system-clock.ts';
import { handInterruptions } from '../../../shared/adapters/memory/interruptions.ts';
import { memoryMetrics } from '../../../shared/adapters/memory/metrics.ts';
import { memoryQueues } from '../../../shared/adapters/memory/queue.ts';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import { memoryTable } from '../../../shared/adapters/memory/table.ts';
import { start } from '../../../shared/engine/commands.ts';
import { type Engine, PLAN_QUEUE, shapeOf } from '../../../shared/engine/engine.ts';
import type { Interruptions, JobTable, Queues } from '../../../shared/engine/ports.ts';
import { jobStatus } from '../../../shared/engine/status.ts';
import { runEc2Consumer } from '../../../shared/hosts/consumer/ec2-consumer.ts';
import type { ConsumerEvent } from '../../../shared/hosts/consumer/events.ts';
import { pipeline } from '../fixtures/pipeline.js';
import { expectedOutput, type NumberJob, numberJob } from '../number-job.ts';

const COUNT = 24;

/** For whoever begins a job: it plans and runs nothing. */
const commandEngine = (table: JobTable, queues: Queues): Engine => ({
  ...{ table, queues, clock: systemClock, steps: pipeline.steps.map(shapeOf), worker: 'command' },
  planner: { plan: () => Promise.reject(new Error('no plan here')) },
  runner: { run: () => Promise.reject(new Error('no task here')) },
  openOutput: async () => memoryStore(),
});

describe('consumers of every queue', () => {
  let job: NumberJob;
  let events: ConsumerEvent[];
  let queues: Queues;
  let table: JobTable;
  let engine: Engine;
  beforeEach(async () => {
    job = await numberJob(COUNT);
    queues = memoryQueues(systemClock);
    table = memoryTable();
    engine = commandEngine(table, queues);
    events = [];
  });
  afterEach(() => job.remove());

  const consume = (queue: string, drain: AbortSignal, interruptions: Interruptions = handInterruptions()) => {
    const { pipelineModule, stop, workers, memoryMiB } = job.options;
    return runEc2Consumer({
      ...{ pipeline, pipelineModule, table, queues, queue, workers, memoryMiB, drain, stop, interruptions },
      metrics: memoryMetrics(),
      worker: `machine-${queue}`,
      log: (event) => void events.push(event),
    });
  };
  /** Runs consumers of every queue until the job is at its end. */
  const consumeAll = async () => {
    const drain = new AbortController();
    const consumers = [PLAN_QUEUE, 'numbers', 'pictures'].map((queue) => consume(queue, drain.signal));
    await waitUntil(async () => (await status()) === 'done');
    drain.abort();
    for (const queue of [PLAN_QUEUE, 'numbers', 'pictures']) await wakePoll(queue);
    return Promise.all(consumers);
  };
  /** Ends a long poll, which a consumer that leaves waits for: its message is handed back at once. */
  const wakePoll = (queue: string) => queues.queue(queue).send([{ body: 'wake up', group: 'test' }]);
  const begin = () => start(engine, job.options.job);
  const status = async () => {
    const record = await table.getJob(job.options.job.jobId);
    return record && jobStatus(record, engine.steps);
  };

  it('do a job to its end, each task once', async () => {
    await begin();
    const results = await consumeAll();
    expect(await job.output()).toEqual(expectedOutput(COUNT));
    expect(results.map(({ done, failed, aborted }) => [done, failed, aborted])).toEqual([
      [0, 0, 0],
      [COUNT + 1, 0, 0],
      [6, 0, 0],
    ]);
    const runs = await job.runs();
    expect(new Set(runs).size).toBe(runs.length);
  });

  it('lose to a spot notice no more than what cannot end in time, and another does that at once', async () => {
    await job.spoil('hang-5');
    await begin();
    const interruptions = handInterruptions();
    const never = new AbortController().signal;
    const reclaimed = consume('numbers', never, interruptions);
    const planned = new AbortController();
    const planning = consume(PLAN_QUEUE, planned.signal);
    // All but the one that hangs.
    const group = { jobId: job.options.job.jobId, step: 'numbers.square', generation: 0, pass: 0, group: 0 };
    await waitUntil(async () => (await table.getGroup(group))?.done.size === COUNT - 1);
    interruptions.give({ kind: 'spot', at: systemClock.now() + 31_000 });
    await wakePoll('numbers');
    planned.abort();
    await wakePoll(PLAN_QUEUE);
    await planning;
    expect(await reclaimed).toMatchObject({ why: 'the spot machine is reclaimed', aborted: 1, failed: 0 });
    expect(events.filter((event) => event.event === 'handed-back' && 'step' in event)).toEqual([
      expect.objectContaining({ step: 'numbers.square', subject: 5, delaySeconds: 0 }),
    ]);
    await job.mend('hang-5');
    await consumeAll();
    expect(await job.output()).toEqual(expectedOutput(COUNT));
    // A step that is planned by two consumers at once may do a task of its own twice.
    const squares = (await job.runs()).filter((run) => run.startsWith('square '));
    expect(squares.filter((run, i) => squares.indexOf(run) !== i)).toEqual(['square 5']);
  });
});

async function waitUntil(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await systemClock.sleep(20);
}
