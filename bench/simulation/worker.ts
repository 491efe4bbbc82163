/** One worker of a fleet: the consumer of a deployment's machines, whose ports and clock fall silent when it dies. */
import { handInterruptions } from '../../shared/adapters/memory/interruptions.ts';
import type { Engine, TaskRunner } from '../../shared/engine/engine.ts';
import type { Clock, Queues, TaskQueue } from '../../shared/engine/ports.ts';
import { recentJobs } from '../../shared/engine/recent-jobs.ts';
import type { Capacity } from '../../shared/hosts/admission.ts';
import { runConsumer } from '../../shared/hosts/consumer/consumer.ts';
import type { ConsumerEvent } from '../../shared/hosts/consumer/events.ts';
import type { ReadNeeds } from '../../shared/hosts/step-needs.ts';

export interface Worker {
  /** Two minutes ahead. */
  noticeSpot(): void;
  /** Asked to leave once its work is done. */
  askToLeave(): void;
  /** At once and without a word. */
  die(): void;
  /** Resolves when it left or died. */
  readonly gone: Promise<void>;
}

export interface WorkerOptions {
  readonly engine: Omit<Engine, 'recentJobs' | 'worker' | 'runner'>;
  readonly runnerOn: (clock: Clock) => TaskRunner;
  readonly queue: string;
  readonly name: string;
  readonly capacity: Capacity;
  readonly readNeeds: ReadNeeds;
  readonly random: () => number;
  readonly onEvent: (event: ConsumerEvent) => void;
}

const NOTICE_MILLISECONDS = 120_000;

export function startWorker(options: WorkerOptions): Worker {
  const { engine, runnerOn, queue, name, capacity, readNeeds, random, onEvent } = options;
  const interruptions = handInterruptions();
  let isDead = false;
  let end = (): void => {};
  const gone = new Promise<void>((resolve) => {
    end = resolve;
  });
  const silence = <T>(value: T): Promise<T> | T => (isDead ? new Promise<T>(() => {}) : value);
  const never = new AbortController().signal;
  const mortal = mortalEngine(engine, silence);
  void runConsumer({
    engine: { ...mortal, runner: runnerOn(mortal.clock), recentJobs: recentJobs(), worker: name },
    ...{ queue, capacity, readNeeds, interruptions, random },
    metrics: { publish: () => {} },
    log: onEvent,
    drain: never,
    stop: never,
  }).then(end);
  return {
    noticeSpot: () => interruptions.give({ kind: 'spot', at: engine.clock.now() + NOTICE_MILLISECONDS }),
    askToLeave: () => interruptions.give({ kind: 'scale-in' }),
    die() {
      isDead = true;
      end();
    },
    gone,
  };
}

type Silence = <T>(value: T) => Promise<T> | T;

function mortalEngine(engine: WorkerOptions['engine'], silence: Silence): WorkerOptions['engine'] {
  const clock: Clock = {
    now: engine.clock.now,
    sleep: async (milliseconds, signal) => silence(await engine.clock.sleep(milliseconds, signal)),
  };
  const queues: Queues = {
    queue: (name) => mortalPort<TaskQueue>(engine.queues.queue(name), silence),
    dead: engine.queues.dead,
  };
  return {
    ...engine,
    clock,
    queues,
    table: mortalPort(engine.table, silence),
  };
}

/** Of the dead, calls take no effect and never answer; an answer that is on its way is heard by nobody. */
function mortalPort<Port extends object>(port: Port, silence: Silence): Port {
  type Verb = (...args: unknown[]) => Promise<unknown>;
  const verbs = Object.entries(port as Record<string, Verb>).map(([verb, call]) => [
    verb,
    async (...args: unknown[]) => {
      await silence(undefined);
      return silence(await call(...args));
    },
  ]);
  return Object.fromEntries(verbs) as Port;
}
