/** Every queue of a pipeline as the local host pumps it: plans on this thread, tasks as far as they are admitted. */
import type { QueueName } from '../adapters/local/task-queue.ts';
import { type Engine, PLAN_QUEUE } from '../engine/engine.ts';
import { handleMessage, stillWanted } from '../engine/handle-message.ts';
import { parseMessage } from '../engine/messages.ts';
import { startable } from '../engine/ready.ts';
import type { StepId } from '../engine/records.ts';
import { type Ask, type Capacity, freeSlots, isTooLarge, largestOf } from './admission.ts';
import { handleDeadLetter } from './dead-letters/dead-letters.ts';
import type { Source } from './pump.ts';
import type { ReadNeeds } from './step-needs.ts';

type LocalSource = Source & QueueName;

export interface LocalSources {
  readonly sources: readonly LocalSource[];
  /** Reads what tasks of the steps that may run now ask for: before each round of receives. */
  prepare(): Promise<void>;
}

export interface LocalSourceOptions {
  readonly engine: Engine;
  readonly jobId: string;
  readonly capacity: Capacity;
  readonly readNeeds: ReadNeeds;
  /** Called with what the user should know, once each. */
  readonly note: (text: string) => void;
}

/** Plans and expansions in flight at once: they wait for the state only. */
const PLANS_AT_ONCE = 32;
const DEAD_AT_ONCE = 8;
/** A task put off for so long is something that the user should know. */
const NOTABLE_SECONDS = 60;

export function localSources(options: LocalSourceOptions): LocalSources {
  const { engine, jobId, readNeeds } = options;
  const services = [...new Set(engine.steps.map((step) => step.service))];
  const names = [PLAN_QUEUE, ...services];
  const asks = new Map<StepId, Ask>();
  const running: Ask[] = [];
  return {
    sources: [
      planSource(engine),
      ...services.map((service) => taskSource(options, service, asks, running)),
      ...names.map((name) => deadSource(engine, name)),
    ],
    async prepare() {
      const job = await engine.table.getJob(jobId);
      asks.clear();
      for (const { id } of job ? startable(job, engine.steps) : []) {
        const ask = job && (await readNeeds(job, id));
        if (ask !== undefined) asks.set(id, ask);
      }
    },
  };
}

function planSource(engine: Engine): LocalSource {
  const limit = limited(PLANS_AT_ONCE);
  const inTurn = equalOnesInTurn();
  return {
    name: PLAN_QUEUE,
    dead: false,
    queue: engine.queues.queue(PLAN_QUEUE),
    room: limit.room,
    handle: ({ body, receives }, signal) =>
      limit.run(() => inTurn(body, () => handleMessage(body, engine, { signal, receives }))),
    stillWanted: (body) => stillWanted(engine, body),
  };
}

function deadSource(engine: Engine, name: string): LocalSource {
  const limit = limited(DEAD_AT_ONCE);
  return {
    name,
    dead: true,
    queue: engine.queues.dead(name),
    room: limit.room,
    handle: ({ body }, signal) => limit.run(() => handleDeadLetter(engine, body, signal)),
    stillWanted: (body) => stillWanted(engine, body),
  };
}

/** Tasks of a service, no more than fit beside `running`, which all services share. */
function taskSource(
  { engine, capacity, note }: LocalSourceOptions,
  service: string,
  asks: ReadonlyMap<StepId, Ask>,
  running: Ask[],
): LocalSource {
  const ids = engine.steps.filter((step) => step.service === service).map((step) => step.id);
  const largest = () => largestOf(ids.flatMap((id) => asks.get(id) ?? []));
  const noted = new Set<StepId>();
  const askOf = (body: string): Ask => {
    const parsed = parseMessage(body);
    const step = parsed.kind === 'message' ? parsed.message.step : '';
    const ask = asks.get(step) ?? largest();
    if (isTooLarge(capacity, ask) && !noted.has(step)) {
      noted.add(step);
      note(tooLargeText(step, ask, capacity));
    }
    return ask;
  };
  return {
    name: service,
    dead: false,
    queue: engine.queues.queue(service),
    room: () => freeSlots(capacity, running, largest()),
    async handle({ body, receives }, signal) {
      const ask = askOf(body);
      running.push(ask);
      try {
        const outcome = await handleMessage(body, engine, { signal, receives });
        if (outcome.kind === 'release' && outcome.delaySeconds >= NOTABLE_SECONDS) note(outcome.why);
        return outcome;
      } finally {
        running.splice(running.indexOf(ask), 1);
      }
    },
    stillWanted: (body) => stillWanted(engine, body),
  };
}

const tooLargeText = (step: StepId, ask: Ask, capacity: Capacity): string =>
  `A task of ${step} needs ${Math.ceil(ask.memoryMiB)} MiB; ` +
  `${Math.floor(capacity.memoryMiB)} MiB are allowed: its tasks run one at a time.`;

/**
 * Whoever ends a step sends the plan of every step that may begin and is not expanded yet: two that end in one turn send
 * the same. Handled side by side, both would send its tasks; one after the other, the second finds it expanded.
 */
function equalOnesInTurn() {
  const last = new Map<string, Promise<unknown>>();
  return async <T>(body: string, work: () => Promise<T>): Promise<T> => {
    const before = last.get(body);
    const own = before === undefined ? work() : before.then(work, work);
    last.set(body, own);
    try {
      return await own;
    } finally {
      if (last.get(body) === own) last.delete(body);
    }
  };
}

function limited(most: number) {
  let running = 0;
  return {
    room: () => most - running,
    async run<T>(work: () => Promise<T>): Promise<T> {
      running += 1;
      try {
        return await work();
      } finally {
        running -= 1;
      }
    },
  };
}
