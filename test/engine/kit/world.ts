/** A job over the memory twins: scripted steps, consumers and commands whose port calls are driven one by one. */
import { handClock } from '../../../shared/adapters/memory/clock.ts';
import { memoryQueues } from '../../../shared/adapters/memory/queue.ts';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import { memoryTable } from '../../../shared/adapters/memory/table.ts';
import { type Engine, PLAN_QUEUE, type StepShape } from '../../../shared/engine/engine.ts';
import { handleMessage } from '../../../shared/engine/handle-message.ts';
import { makeJob } from '../../../shared/engine/job.ts';
import type { Message } from '../../../shared/engine/messages.ts';
import type { Delivery, OutgoingMessage, TaskQueue } from '../../../shared/engine/ports.ts';
import type { JobRecord, NewJob } from '../../../shared/engine/records.ts';
import { type JobStatus, jobStatus } from '../../../shared/engine/status.ts';
import { newWaiting } from '../../../shared/engine/waiting.ts';
import { gatedQueue, gatedStore, gatedTable } from './gates.ts';
import { messageIn, nameOf } from './message-names.ts';
import { type Calls, type Process, spawn } from './process.ts';
import type { ScriptedStep } from './script.ts';
import { makeTaskFiles } from './task-files.ts';
import { makeWorkers } from './workers.ts';

export interface WorldOptions {
  readonly maxReceives?: number;
  readonly pick?: (count: number) => number;
  /** The job waits so long for its input; absent: not at all. */
  readonly maxWaitSeconds?: number;
}

export interface Consumer extends Process {
  readonly message: Message;
  readonly queue: TaskQueue;
  readonly delivery: Delivery;
  abort(): void;
}

export const LEASE_SECONDS = 30;
export const QUIET_MILLISECONDS = 60_000;

export type World = ReturnType<typeof makeWorld>;

export function makeWorld(steps: readonly ScriptedStep[], options: WorldOptions = {}) {
  const clock = handClock(1_000_000);
  const queues = memoryQueues(clock, options);
  const table = memoryTable();
  const store = memoryStore();
  const taskFiles = makeTaskFiles(steps, store);
  const { maxWaitSeconds } = options;
  const newJob: NewJob = {
    ...jobOf(steps),
    ...(maxWaitSeconds === undefined ? {} : { waiting: newWaiting(maxWaitSeconds, clock.now()) }),
  };
  const { jobId } = newJob;
  const shapes: StepShape[] = steps.map(({ id, waitsFor = [] }) => ({ id, service: id, waitsFor }));
  const queueNames = [PLAN_QUEUE, ...steps.map(({ id }) => id)];
  const everyQueue = queueNames.flatMap((name) => [
    { queue: queues.queue(name), dead: false },
    { queue: queues.dead(name), dead: true },
  ]);
  const sent: Message[] = [];
  let consumers = 0;

  const jobNow = async (): Promise<JobRecord> => {
    const job = await table.getJob(jobId);
    if (!job) throw new Error('the job was not created');
    return job;
  };
  const workers = makeWorkers(steps, taskFiles, jobNow);
  const remember = (messages: readonly OutgoingMessage[]): void => {
    sent.push(...messages.map(({ body }) => messageIn(body)));
  };

  /** The engine as a process sees it: every call goes through `calls`. */
  const engineFor = (calls: Calls): Engine => ({
    table: gatedTable(table, calls),
    queues: { queue: (name) => gatedQueue(queues.queue(name), calls, remember), dead: queues.dead },
    clock,
    steps: shapes,
    planner: workers.planner(calls),
    runner: workers.runner(calls),
    openOutput: async () => gatedStore(store, calls),
    worker: 'worker',
  });

  async function consume(queue: TaskQueue, delivery: Delivery, dead: boolean): Promise<Consumer> {
    const message = messageIn(delivery.body);
    const leaving = new AbortController();
    const process = await spawn(`consumer ${++consumers} of ${nameOf(message)}`, async (calls) => {
      const outcome = await handleMessage(delivery.body, engineFor(calls), {
        signal: leaving.signal,
        receives: delivery.receives,
        ...(dead ? { dead: { reason: 'received too often' } } : {}),
      });
      const { handle } = delivery;
      if (outcome.kind === 'delete') await calls.call('delete', () => queue.delete([handle]));
      else await calls.call(`release ${outcome.why}`, () => queue.release(handle, outcome.delaySeconds));
    });
    return { ...process, message, queue, delivery, abort: () => leaving.abort() };
  }

  return {
    clock,
    queues,
    queueNames,
    /** Every queue and its dead letters. */
    everyQueue,
    table,
    store,
    shapes,
    newJob,
    jobId,
    files: taskFiles.files,
    /** How often each task was started. */
    runs: workers.runs,
    /** How often the input was looked at. */
    looks: workers.looks,
    /** Every message that arrived in a queue, in order. */
    sent,
    /** Tasks that ran too early. */
    violations: workers.violations,
    follow: workers.follow,
    engineFor,
    /** For commands and messages that nothing befalls. */
    engine: engineFor(atOnce),
    jobNow,
    status: async (): Promise<JobStatus> => jobStatus(await jobNow(), shapes),
    wrongFiles: async () => taskFiles.wrong(await jobNow()),
    consumeFrom: async (queue: TaskQueue, dead: boolean): Promise<Consumer | undefined> => {
      const [delivery] = await queue.receive({ max: 1, waitSeconds: 0, leaseSeconds: LEASE_SECONDS });
      return delivery && consume(queue, delivery, dead);
    },
    depths: async (): Promise<{ visible: number; hidden: number }> => {
      let [visible, hidden] = [0, 0];
      for (const { queue } of everyQueue) {
        const depth = await queue.depth();
        visible += depth.visible;
        hidden += depth.inFlight + depth.delayed;
      }
      return { visible, hidden };
    },
  };
}

const atOnce: Calls = {
  call: (_, effect) => effect(),
  die: () => Promise.reject(new Error('nobody to kill')),
};

const jobOf = (steps: readonly ScriptedStep[]): NewJob =>
  makeJob({
    input: 'memory://in',
    output: 'memory://out',
    parameters: {},
    pipelineVersion: '1',
    build: 'test',
    createdAt: 1_000_000,
    steps: steps.map(({ id }) => id),
  });
