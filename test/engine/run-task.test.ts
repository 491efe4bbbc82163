import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { memoryStore } from '../../shared/adapters/memory/store.ts';
import { makeInputsCache } from '../../shared/engine/loaded-step.ts';
import type { JobRecord } from '../../shared/engine/records.ts';
import { runTask } from '../../shared/engine/run-task.ts';
import { type AnyStep, stepsWith } from '../../shared/engine/step.ts';

type Parameters = { readonly depth: number };
const defineStep = stepsWith<Parameters>();
const shared = {
  service: 'a',
  waitsFor: [],
  reads: {},
  needs: () => ({ memoryMiB: 1, threads: 1, seconds: 1 }),
};

const counting = defineStep({
  ...{ ...shared, name: 'counting' },
  plan: () => ({ count: 2, task: (index) => ({ planes: index + 1 }) }),
  voxels: ({ planes }, { parameters }) => planes * parameters.depth,
  run: async () => {},
});
const silent = defineStep({
  ...{ ...shared, name: 'silent' },
  plan: () => ({ count: 1, task: () => null }),
  run: async () => {},
});

function run(step: string, index: number) {
  const steps: AnyStep<Parameters>[] = [counting, silent];
  const job = { jobId: 'j', parameters: { depth: 7 } } as unknown as JobRecord;
  const pipeline = { version: '1', parameters: z.object({ depth: z.number() }), steps };
  const task = { jobId: 'j', step, generation: 0, pass: 0, index };
  return runTask(pipeline, job, task, {
    ...{ store: memoryStore(), source: memoryStore(), cache: makeInputsCache<Parameters>() },
  });
}

describe('a task that was run', () => {
  it('says how many voxels it worked through, where its step counts them', async () => {
    expect(await run('a.counting', 1)).toEqual({ voxels: 14 });
    expect(await run('a.silent', 0)).toEqual({});
  });

  it('is one of its plan', async () => {
    await expect(run('a.counting', 2)).rejects.toThrow(
      'a.counting, pass 0: there is no task 2; its plan has 2 tasks',
    );
  });
});
