/**
 * One consumer of a small job of real steps dies at every single port call, before the call and after it; the same
 * command again finishes the job, does again only what was not done, and leaves the same bytes.
 */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { handClock } from '../../shared/adapters/memory/clock.ts';
import { memoryQueues } from '../../shared/adapters/memory/queue.ts';
import { memoryStore } from '../../shared/adapters/memory/store.ts';
import { memoryTable } from '../../shared/adapters/memory/table.ts';
import { start } from '../../shared/engine/commands.ts';
import { type Engine, PLAN_QUEUE, shapeOf } from '../../shared/engine/engine.ts';
import { handleMessage } from '../../shared/engine/handle-message.ts';
import { makeJob } from '../../shared/engine/job.ts';
import { makeInputsCache } from '../../shared/engine/loaded-step.ts';
import { makePlanner } from '../../shared/engine/planner.ts';
import type { ObjectStore } from '../../shared/engine/ports.ts';
import { runTask } from '../../shared/engine/run-task.ts';
import { jobStatus, stepProgress } from '../../shared/engine/status.ts';
import { type Pipeline, type StepFile, stepsWith } from '../../shared/engine/step.ts';
import { type Calls, type Fate, spawn } from './kit/process.ts';

interface Parameters {
  readonly tiles: number;
}
const defineStep = stepsWith<Parameters>();

const listing: StepFile<{ tiles: number[] }> = {
  key: 'scan/listing.json',
  schema: z.object({ tiles: z.array(z.number()) }),
};

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const needs = () => ({ memoryMiB: 1, threads: 1, seconds: 0 });

const scan = defineStep({
  service: 'ingest',
  name: 'scan',
  waitsFor: [],
  reads: {},
  needs,
  plan: () => ({ count: 1, task: () => undefined }),
  run: async (_, { inputs, store }) => {
    const tiles = Array.from({ length: inputs.parameters.tiles }, (_, i) => i * i);
    await store.put(listing.key, text(JSON.stringify({ tiles })));
  },
});

const correct = defineStep({
  service: 'correction',
  name: 'correct',
  waitsFor: ['ingest.scan'],
  reads: { listing },
  needs,
  plan: ({ listing }) => ({ count: listing.tiles.length, task: (index) => listing.tiles[index]! }),
  run: async (tile, { store }) => {
    await store.put(`tiles/${tile}/a`, text(`left of ${tile}`));
    await store.put(`tiles/${tile}/b`, text(`right of ${tile}`));
  },
});

const halve = defineStep({
  service: 'pyramid',
  name: 'halve',
  waitsFor: ['correction.correct'],
  reads: { listing },
  needs,
  passes: () => 2,
  plan: ({ listing }, pass) => ({
    count: Math.ceil(listing.tiles.length / 2 ** (pass + 1)),
    task: (index) => ({ pass, index, tiles: listing.tiles.slice(index * 2, index * 2 + 2) }),
  }),
  run: async ({ pass, index, tiles }, { store }) => {
    const keys =
      pass === 0
        ? tiles.map((tile) => `tiles/${tile}/a`)
        : [2 * index, 2 * index + 1].map((i) => `mip/0/${i}`);
    const parts = await Promise.all(keys.map((key) => store.get(key)));
    const joined = parts.map((part) => new TextDecoder().decode(part?.bytes)).join('+');
    await store.put(`mip/${pass}/${index}`, text(joined));
  },
});

const pipeline: Pipeline<Parameters> = {
  version: '1',
  parameters: z.object({ tiles: z.number() }),
  steps: [scan, correct, halve],
};

const LEASE_SECONDS = 30;

/** What outlives a machine: queues, table, files. */
function makeDurable() {
  const clock = handClock(1_000_000);
  const store = memoryStore();
  return { clock, queues: memoryQueues(clock), table: memoryTable(), store, runs: new Map<string, number>() };
}
type Durable = ReturnType<typeof makeDurable>;

const newJob = makeJob({
  input: 'memory://in',
  output: 'memory://out',
  parameters: { tiles: 5 },
  pipelineVersion: pipeline.version,
  build: 'test',
  createdAt: 1_000_000,
  steps: pipeline.steps.map((step) => shapeOf(step).id),
});

/** Every call of a port's methods, tasks' reads and writes included, is one step of the process. */
function counted<T extends object>(port: T, name: string, calls: Calls): T {
  return new Proxy(port, {
    get: (target, verb) => {
      const method: unknown = Reflect.get(target, verb);
      if (typeof method !== 'function' || verb === 'list') return method;
      return (...parameters: unknown[]) =>
        inTurn(calls, `${name}.${String(verb)}`, () => method.apply(target, parameters));
    },
  });
}

/** A task may read several files at once; the process stops at one call at a time. */
const turns = new WeakMap<Calls, Promise<unknown>>();
function inTurn<T>(calls: Calls, label: string, effect: () => Promise<T>): Promise<T> {
  const turn = (turns.get(calls) ?? Promise.resolve()).then(() => calls.call(label, effect));
  turns.set(
    calls,
    turn.catch(() => undefined),
  );
  return turn;
}

function engineOn({ clock, queues, table, store, runs }: Durable, calls: Calls): Engine {
  const output: ObjectStore = counted(store, 'store', calls);
  const cache = makeInputsCache<Parameters>();
  const openOutput = async () => output;
  return {
    clock,
    queues: { queue: (name) => counted(queues.queue(name), name, calls), dead: queues.dead },
    table: counted(table, 'table', calls),
    steps: pipeline.steps.map((step) => shapeOf(step)),
    planner: makePlanner(pipeline, openOutput, cache),
    runner: {
      run: async (job, task) => {
        const name = `${task.step}/${task.pass}/${task.index}`;
        runs.set(name, (runs.get(name) ?? 0) + 1);
        await runTask(pipeline, job, task, { store: output, source: memoryStore(), cache });
        return { bytesRead: 0, bytesWritten: 0 };
      },
    },
    openOutput,
    worker: 'machine',
  };
}

/** The command of the user: start or go on, and handle messages until there are none. */
async function runAll(durable: Durable, calls: Calls): Promise<void> {
  const engine = engineOn(durable, calls);
  await start(engine, newJob);
  const names = [PLAN_QUEUE, ...new Set(pipeline.steps.map((step) => step.service))];
  for (let idle = 0; idle < names.length; ) {
    for (const name of names) {
      const queue = engine.queues.queue(name);
      const [delivery] = await queue.receive({ max: 1, waitSeconds: 0, leaseSeconds: LEASE_SECONDS });
      idle = delivery ? 0 : idle + 1;
      if (!delivery) continue;
      const outcome = await handleMessage(delivery.body, engine, { signal: new AbortController().signal });
      if (outcome.kind === 'delete') await queue.delete([delivery.handle]);
      else await queue.release(delivery.handle, outcome.delaySeconds);
    }
  }
}

/** Runs until the end, or until a port call (counted from 0) and what befalls it there. */
async function machine(
  durable: Durable,
  dies?: { at: number; how: Fate },
): Promise<{ calls: number; died: boolean }> {
  const process = await spawn('machine', (calls) => runAll(durable, calls));
  let calls = 0;
  for (; process.end() === 'no'; calls++) await process.step(calls === dies?.at ? dies.how : 'works');
  const end = process.end();
  if (end instanceof Error) throw end;
  return { calls, died: end === 'crashed' };
}

async function filesOf(store: ObjectStore): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { key } of store.list('')) {
    const object = await store.get(key);
    files[key] = new TextDecoder().decode(object?.bytes);
  }
  return files;
}

async function doneTasks({ table }: Durable): Promise<number[]> {
  const job = await table.getJob(newJob.jobId);
  const progress = await Promise.all(newJob.steps.map((step) => stepProgress(table, job!, step)));
  return progress.map(({ done }) => done);
}

const sum = (counts: Map<string, number>): number => [...counts.values()].reduce((a, b) => a + b, 0);

describe('a machine that dies', () => {
  it.each(['crash before', 'crash after'] as const)(
    'at any port call (%s it), resumes to the same bytes',
    async (how) => {
      const undisturbed = makeDurable();
      const { calls } = await machine(undisturbed);
      const files = await filesOf(undisturbed.store);
      expect(Object.keys(files)).toHaveLength(1 + 5 * 2 + 3 + 2);
      expect(files['mip/1/0']).toBe('left of 0+left of 1+left of 4+left of 9');
      expect(calls).toBeGreaterThan(150);

      for (let at = 0; at < calls; at++) {
        const durable = makeDurable();
        const first = await machine(durable, { at, how });
        expect(first.died).toBe(true);
        durable.clock.advance((LEASE_SECONDS + 1) * 1000);
        await machine(durable);
        const job = await durable.table.getJob(newJob.jobId);
        expect(
          jobStatus(
            job!,
            pipeline.steps.map((step) => shapeOf(step)),
          ),
        ).toBe('done');
        expect(await filesOf(durable.store)).toEqual(files);
        expect(await doneTasks(durable)).toEqual([1, 5, 5]);
        // Only the task in the machine's hands may run twice.
        expect(sum(durable.runs)).toBeLessThanOrEqual(sum(undisturbed.runs) + 1);
      }
    },
  );
});
