/**
 * A job of 300 empty tasks through the engine over the wire, by eight slots that each take a message as they are free and
 * delete in tens; and what that costs in requests and capacity.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Consumed } from '../../../shared/adapters/aws/dynamodb/items.ts';
import { type OpenDeployment, openDeployment } from '../../../shared/adapters/aws/open-deployment.ts';
import type { SqsRequest } from '../../../shared/adapters/aws/sqs/sqs-client.ts';
import { systemClock } from '../../../shared/adapters/local/system-clock.ts';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import { start } from '../../../shared/engine/commands.ts';
import { type Engine, PLAN_QUEUE, type StepShape } from '../../../shared/engine/engine.ts';
import { handleMessage } from '../../../shared/engine/handle-message.ts';
import { makeJob } from '../../../shared/engine/job.ts';
import type { TaskQueue } from '../../../shared/engine/ports.ts';
import { recentJobs } from '../../../shared/engine/recent-jobs.ts';
import { jobStatus, stepProgress } from '../../../shared/engine/status.ts';
import { createDeployment } from '../../cloud/create-deployment.ts';
import { startDynamoServer } from '../../cloud/servers/dynamodb-server.ts';
import type { RunningServer } from '../../cloud/servers/endpoint.ts';
import { startSqsServer } from '../../cloud/servers/sqs-server.ts';

/** Of the two steps; the first has two groups. */
const COUNTS: Readonly<Record<string, number>> = { 'work.first': 260, 'work.second': 40 };
const TASKS = 300;
const SLOTS = 8;
const STEPS: StepShape[] = [
  { id: 'work.first', service: 'work', waitsFor: [] },
  { id: 'work.second', service: 'work', waitsFor: ['work.first'] },
];
const deployment = { name: 'pipeline', region: 'us-east-1' };

let sqs: RunningServer;
let dynamodb: RunningServer;
let opened: OpenDeployment;
const requests: SqsRequest[] = [];
const units = { read: 0, write: 0 };

beforeAll(async () => {
  [sqs, dynamodb] = await Promise.all([startSqsServer(), startDynamoServer()]);
  const queues = [PLAN_QUEUE, 'work'];
  await createDeployment(deployment, queues, { sqs: sqs.client, dynamodb: dynamodb.client });
  opened = await openDeployment(deployment, {
    queues,
    sqs: sqs.client,
    dynamodb: dynamodb.client,
    onRequest: (request) => void requests.push(request),
    onConsumed: ({ readUnits, writeUnits }: Consumed) => {
      units.read += readUnits;
      units.write += writeUnits;
    },
  });
});
afterAll(async () => {
  opened.close();
  await Promise.all([sqs.stop(), dynamodb.stop()]);
});

/** Handles what is visible until a receive of every slot brings nothing. */
async function drain(queue: TaskQueue, engine: Engine): Promise<number> {
  const done: string[] = [];
  let handled = 0;
  const deleteDone = async (atLeast: number): Promise<void> => {
    while (done.length >= atLeast && done.length > 0) await queue.delete(done.splice(0, 10));
  };
  const slot = async (): Promise<void> => {
    for (;;) {
      const [delivery] = await queue.receive({ max: 1, waitSeconds: 0, leaseSeconds: 300 });
      if (!delivery) return;
      const outcome = await handleMessage(delivery.body, engine, { signal: new AbortController().signal });
      if (outcome.kind !== 'delete') throw new Error(`unexpected release: ${outcome.why}`);
      handled += 1;
      done.push(delivery.handle);
      await deleteDone(10);
    }
  };
  await Promise.all(Array.from({ length: SLOTS }, slot));
  await deleteDone(1);
  return handled;
}

it('300 tasks end done, at no more than 1.5 requests, 3 write and 2 read units a task', {
  timeout: 120_000,
}, async () => {
  const runs = new Map<string, number>();
  const store = memoryStore();
  const engine: Engine = {
    ...opened,
    clock: systemClock,
    recentJobs: recentJobs(),
    steps: STEPS,
    planner: { plan: async (_, step) => ({ count: COUNTS[step] ?? 0, passes: 1 }) },
    runner: {
      run: async (_, { step, index }) => {
        runs.set(`${step} ${index}`, (runs.get(`${step} ${index}`) ?? 0) + 1);
        return { bytesRead: 0, bytesWritten: 0 };
      },
    },
    openOutput: async () => store,
    worker: 'here',
  };
  const job = makeJob({
    input: 's3://in',
    output: 's3://out',
    parameters: {},
    pipelineVersion: '1',
    build: 'test',
    createdAt: 1,
    steps: STEPS.map(({ id }) => id),
  });
  await start(engine, job);
  const queues = [PLAN_QUEUE, 'work'].map((name) => opened.queues.queue(name));
  let handled = 1;
  while (handled > 0) {
    handled = 0;
    for (const queue of queues) handled += await drain(queue, engine);
  }
  const record = await opened.table.getJob(job.jobId);
  expect(jobStatus(record!, STEPS)).toBe('done');
  expect([...runs.values()]).toEqual(Array(TASKS).fill(1));
  expect((await stepProgress(opened.table, record!, 'work.second')).done).toBe(COUNTS['work.second']);
  for (const queue of queues) expect(await queue.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });

  const figures = perTask();
  console.log(`per task: ${JSON.stringify(figures)}`);
  expect(figures.requests).toBeLessThanOrEqual(1.5);
  expect(figures.writeUnits).toBeLessThanOrEqual(3);
  // The group of each task, and a share of what expansions, fan-in and this test's own look read.
  expect(figures.readUnits).toBeLessThanOrEqual(2);
});

/** Empty receives are counted apart: they are the price of waiting, not of tasks. */
function perTask() {
  const count = (kinds: readonly string[]): number =>
    requests.filter(({ kind }) => kinds.includes(kind)).reduce((sum, one) => sum + one.requests, 0);
  const each = (total: number): number => Math.round((total / TASKS) * 1000) / 1000;
  return {
    requests: each(count(['send', 'receive', 'delete', 'release', 'other'])),
    emptyReceives: each(count(['empty receive'])),
    readUnits: each(units.read),
    writeUnits: each(units.write),
  };
}
