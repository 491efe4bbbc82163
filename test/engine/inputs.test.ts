/** How steps get their inputs: the planner and the runner of one task. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { memoryStore } from '../../shared/adapters/memory/store.ts';
import { memoryTable } from '../../shared/adapters/memory/table.ts';
import { isPermanent } from '../../shared/engine/errors.ts';
import { writeFile } from '../../shared/engine/files.ts';
import { makeJob } from '../../shared/engine/job.ts';
import { loadStep, makeInputsCache } from '../../shared/engine/loaded-step.ts';
import { makePlanner } from '../../shared/engine/planner.ts';
import type { JobRecord, JsonObject, RunRef } from '../../shared/engine/records.ts';
import { runTask } from '../../shared/engine/run-task.ts';
import { type Pipeline, type StepFile, stepsWith } from '../../shared/engine/step.ts';

interface Parameters {
  readonly factor: number;
}

const sizes: StepFile<number[]> = { key: 'sizes.json', schema: z.array(z.number()) };

const scale = stepsWith<Parameters>()({
  service: 'test',
  name: 'scale',
  waitsFor: [],
  reads: { sizes },
  needs: () => ({ memoryMiB: 1, threads: 1, seconds: 1 }),
  passes: ({ parameters }) => parameters.factor,
  plan: ({ sizes }, pass) => ({ count: sizes.length - pass, task: (index) => sizes[index]! }),
  run: async (size, { inputs, store }) => {
    const { factor } = inputs.parameters;
    await store.put(`scaled/${size}`, new TextEncoder().encode(String(size * factor)));
  },
});

const pipeline: Pipeline<Parameters> = {
  version: '1',
  parameters: z.object({ factor: z.number() }),
  steps: [scale],
};

async function made(parameters: JsonObject = { factor: 2 }) {
  const store = memoryStore();
  let gets = 0;
  const counting = {
    ...store,
    get: (key: string) => {
      gets += 1;
      return store.get(key);
    },
  };
  const newJob = makeJob({
    input: 'in',
    output: 'out',
    parameters,
    pipelineVersion: '1',
    build: 'test',
    createdAt: 0,
    steps: ['test.scale'],
  });
  const job = await memoryTable().createJob(newJob);
  const ref: RunRef = { jobId: job.jobId, step: 'test.scale', generation: 0, pass: 0 };
  const planner = makePlanner(pipeline, async () => counting);
  return { store, counting, job, ref, planner, gets: () => gets };
}

const rejection = async (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => new Error('it did not reject'),
    (error: Error) => error,
  );

describe('the planner', () => {
  it('gives count and passes from the inputs, read once per generation', async () => {
    const { store, job, planner, gets } = await made();
    await writeFile(store, sizes, [3, 5, 7]);
    expect(await planner.plan(job, 'test.scale', 0)).toEqual({ count: 3, passes: 2 });
    expect(await planner.plan(job, 'test.scale', 1)).toEqual({ count: 2, passes: 2 });
    expect(gets()).toBe(1);
    await writeFile(store, sizes, [3]);
    const redone: JobRecord = { ...job, generations: { 'test.scale': 1 } };
    expect(await planner.plan(redone, 'test.scale', 0)).toEqual({ count: 1, passes: 2 });
  });

  it('names the file that is missing or wrong, and reads it again the next time', async () => {
    const { store, job, planner } = await made();
    const missing = await rejection(planner.plan(job, 'test.scale', 0));
    expect(missing.message).toMatch(/^sizes.json: not there/);
    expect(isPermanent(missing)).toBe(true);
    await store.put(sizes.key, new TextEncoder().encode('["three"]'));
    expect((await rejection(planner.plan(job, 'test.scale', 0))).message).toContain('expected number');
    await writeFile(store, sizes, [3]);
    expect(await planner.plan(job, 'test.scale', 0)).toEqual({ count: 1, passes: 2 });
  });

  it('refuses parameters that the pipeline does not take, unknown steps, and impossible shapes', async () => {
    const wrong = await made({ factor: 'two' });
    expect((await rejection(wrong.planner.plan(wrong.job, 'test.scale', 0))).message).toContain('factor');
    const unknown = await rejection(wrong.planner.plan(wrong.job, 'test.other', 0));
    expect(unknown.message).toBe('pipeline 1 has no step test.other; it has test.scale');
    const none = await made({ factor: 0 });
    await writeFile(none.store, sizes, [3]);
    const shape = await rejection(none.planner.plan(none.job, 'test.scale', 0));
    expect(shape.message).toMatch(/0 passes; expected 1 or more/);
    expect([unknown, shape].every(isPermanent)).toBe(true);
  });
});

describe('a task', () => {
  it('runs from its index, with inputs that are read once', async () => {
    const { store, counting, job, ref, gets } = await made();
    await writeFile(store, sizes, [3, 5, 7]);
    const environment = { store: counting, source: memoryStore(), cache: makeInputsCache<Parameters>() };
    for (const index of [0, 2]) await runTask(pipeline, job, { ...ref, index }, environment);
    expect(new TextDecoder().decode((await store.get('scaled/7'))?.bytes)).toBe('14');
    expect(await store.get('scaled/5')).toBeUndefined();
    expect(gets()).toBe(1);
  });

  it.each([3, -1])('beyond the plan is a permanent error: index %i', async (index) => {
    const { store, job, ref } = await made();
    await writeFile(store, sizes, [3, 5, 7]);
    const environment = { store, source: memoryStore(), cache: makeInputsCache<Parameters>() };
    const error = await rejection(runTask(pipeline, job, { ...ref, index }, environment));
    expect(error.message).toContain(`there is no task ${index}; its plan has 3 tasks`);
    expect(isPermanent(error)).toBe(true);
  });
});

it('the cache holds the latest few steps only', async () => {
  const { store, job } = await made();
  await writeFile(store, sizes, [3]);
  const cache = makeInputsCache<Parameters>();
  for (let generation = 0; generation < 50; generation++) {
    await loadStep(pipeline, job, { step: 'test.scale', generation }, store, cache);
  }
  expect(cache.size).toBe(8);
  expect([...cache.keys()].at(-1)).toBe(`${job.jobId}/test.scale@49`);
});
