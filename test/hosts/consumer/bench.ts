/** A consumer over the memory twins, with a clock and tasks that are moved by hand. */
import { type HandClock, handClock } from '../../../shared/adapters/memory/clock.ts';
import { type HandInterruptions, handInterruptions } from '../../../shared/adapters/memory/interruptions.ts';
import { memoryMetrics } from '../../../shared/adapters/memory/metrics.ts';
import { memoryQueues } from '../../../shared/adapters/memory/queue.ts';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import { memoryTable } from '../../../shared/adapters/memory/table.ts';
import { start } from '../../../shared/engine/commands.ts';
import { type Engine, PLAN_QUEUE, type Planner } from '../../../shared/engine/engine.ts';
import { TaskAborted } from '../../../shared/engine/errors.ts';
import { handleMessage } from '../../../shared/engine/handle-message.ts';
import { makeJob } from '../../../shared/engine/job.ts';
import type { JobTable, Queues, TaskQueue } from '../../../shared/engine/ports.ts';
import type { NewJob } from '../../../shared/engine/records.ts';
import type { Needs } from '../../../shared/engine/step.ts';
import { newWaiting } from '../../../shared/engine/waiting.ts';
import type { Capacity } from '../../../shared/hosts/admission.ts';
import { type ConsumerResult, runConsumer } from '../../../shared/hosts/consumer/consumer.ts';
import type { ConsumerEvent } from '../../../shared/hosts/consumer/events.ts';

export const QUEUE = 'work';
export const LEASE_SECONDS = 300;
const MAX_RECEIVES = 5;
export const WAIT_SECONDS = 100;

export interface BenchOptions {
  readonly capacity?: Capacity;
  /** Of each step of the queue, by its name; undefined where they cannot be read. The steps wait for nothing. */
  readonly needs?: Readonly<Record<string, Needs | undefined>>;
  readonly queue?: string;
  readonly untilIdleSeconds?: number;
  /** What a look at the input of a job finds; jobs wait for it where it is there. */
  readonly ready?: NonNullable<Planner['ready']>;
  /** How much later it is for the consumer than for the queue. */
  readonly clockAheadMilliseconds?: number;
  readonly spoilQueue?: (queue: TaskQueue) => TaskQueue;
  readonly spoilTable?: (table: JobTable) => JobTable;
}

/** A task that runs until it is told to end. */
interface Running {
  readonly name: string;
  end(): void;
  fail(message: string): void;
}

export interface Bench {
  readonly clock: HandClock;
  readonly queue: TaskQueue;
  readonly queues: Queues;
  readonly table: JobTable;
  readonly interruptions: HandInterruptions;
  readonly metrics: ReturnType<typeof memoryMetrics>;
  readonly log: readonly ConsumerEvent[];
  /** Tasks in work, as `small 3`, in the order in which they began. */
  running(): string[];
  task(name: string): Running;
  /** Starts a job with so many tasks of each step, and plans them unless the consumer does. */
  send(counts: Readonly<Record<string, number>>, name?: string): Promise<NewJob>;
  /** Moves the time on, second by second. */
  pass(seconds: number): Promise<void>;
  events<E extends ConsumerEvent['event']>(event: E): Extract<ConsumerEvent, { event: E }>[];
  drain(): void;
  stop(): void;
  /** How it ended, or undefined while it runs. */
  ended(): Promise<ConsumerResult | Error | undefined>;
}

const SMALL: Needs = { threads: 1, memoryMiB: 100, seconds: 20 };

/** Lets everything run that waits for nothing but its turn. */
export const turns = async () => {
  for (let turn = 0; turn < 30; turn++) await new Promise(setImmediate);
};

/** Starts the consumer; it ends by `drain`, `stop` or as the test says. */
export function startBench(options: BenchOptions = {}): Bench {
  const {
    capacity = { threads: 3, memoryMiB: 1000 },
    needs = { small: SMALL } as NonNullable<BenchOptions['needs']>,
  } = options;
  const queueClock = handClock(1_700_000_000_000);
  const clock = handClock(queueClock.now() + (options.clockAheadMilliseconds ?? 0));
  const queues = memoryQueues(queueClock, { maxReceives: MAX_RECEIVES });
  const table = memoryTable();
  const running: Running[] = [];
  const counts = new Map<string, Readonly<Record<string, number>>>();
  const steps = Object.keys(needs).map((step) => ({ id: `${QUEUE}.${step}`, service: QUEUE, waitsFor: [] }));
  const nameOf = (step: string): string => step.slice(QUEUE.length + 1);
  const engine: Engine = {
    table,
    queues,
    clock,
    steps,
    planner: {
      ...(options.ready ? { ready: options.ready } : {}),
      plan: async ({ jobId }, step) => ({ count: counts.get(jobId)?.[nameOf(step)] ?? 0, passes: 1 }),
    },
    runner: { run: (_, { step, index }, signal) => run(running, `${nameOf(step)} ${index}`, signal) },
    openOutput: async () => memoryStore(),
    worker: 'bench',
  };
  const log: ConsumerEvent[] = [];
  const interruptions = handInterruptions();
  const metrics = memoryMetrics();
  const [drain, stop] = [new AbortController(), new AbortController()];
  const { spoilQueue = (it) => it, spoilTable = (it) => it } = options;
  const spoiled: Queues = { queue: (name) => spoilQueue(queues.queue(name)), dead: queues.dead };
  let ended: ConsumerResult | Error | undefined;
  void runConsumer({
    engine: { ...engine, table: spoilTable(table), queues: spoiled },
    queue: options.queue ?? QUEUE,
    capacity,
    readNeeds: async (_, step) => needs[nameOf(step)],
    interruptions,
    metrics,
    log: (event) => void log.push(event),
    drain: drain.signal,
    stop: stop.signal,
    leaseSeconds: LEASE_SECONDS,
    random: () => 1,
    ...(options.untilIdleSeconds === undefined ? {} : { untilIdleSeconds: options.untilIdleSeconds }),
  }).then(
    (result) => {
      ended = result;
    },
    (error: Error) => {
      ended = error;
    },
  );

  return {
    clock,
    queue: queues.queue(QUEUE),
    queues,
    table,
    interruptions,
    metrics,
    log,
    running: () => running.map(({ name }) => name),
    task(name) {
      const found = running.find((one) => one.name === name);
      if (!found) throw new Error(`${name} does not run; ${running.map((one) => one.name)} do`);
      return found;
    },
    async send(ofSteps, name = 'job') {
      const waiting = options.ready ? { waiting: newWaiting(WAIT_SECONDS, clock.now()) } : {};
      const named = jobNamed(
        name,
        steps.map(({ id }) => id),
      );
      const job = { ...named, ...waiting };
      counts.set(job.jobId, ofSteps);
      await start(engine, job);
      if (options.queue === undefined) await planAll(engine);
      await turns();
      return job;
    },
    async pass(seconds) {
      for (let second = 0; second < seconds; second++) {
        queueClock.advance(1000);
        clock.advance(1000);
        await turns();
      }
    },
    events: (event) => log.filter((one): one is never => one.event === event),
    drain: () => drain.abort(),
    stop: () => stop.abort(),
    async ended() {
      await turns();
      return ended;
    },
  };
}

function run(running: Running[], name: string, signal: AbortSignal) {
  return new Promise<{ bytesRead: number; bytesWritten: number }>((resolve, reject) => {
    const leave = (): void => void running.splice(running.indexOf(one), 1);
    const one: Running = {
      name,
      end() {
        leave();
        resolve({ bytesRead: 10, bytesWritten: 20 });
      },
      fail(message) {
        leave();
        reject(new Error(message));
      },
    };
    running.push(one);
    signal.addEventListener('abort', () => {
      leave();
      reject(signal.reason instanceof TaskAborted ? signal.reason : new Error('no reason'));
    });
  });
}

const jobNamed = (name: string, steps: readonly string[]): NewJob =>
  makeJob({
    input: `memory://${name}`,
    output: `memory://${name}-out`,
    parameters: {},
    pipelineVersion: '1',
    build: 'test',
    createdAt: 0,
    steps,
  });

async function planAll(engine: Engine): Promise<void> {
  const queue = engine.queues.queue(PLAN_QUEUE);
  for (;;) {
    const deliveries = await queue.receive({ max: 10, waitSeconds: 0, leaseSeconds: LEASE_SECONDS });
    if (deliveries.length === 0) return;
    for (const { handle, body } of deliveries) {
      await handleMessage(body, engine, { signal: new AbortController().signal });
      await queue.delete([handle]);
    }
  }
}
