import { expect, it } from 'vitest';
import { z } from 'zod';
import { memoryStore } from '../../shared/adapters/memory/store.ts';
import { makeInputsCache } from '../../shared/engine/loaded-step.ts';
import type { JobRecord } from '../../shared/engine/records.ts';
import type { Pipeline } from '../../shared/engine/step.ts';
import { needsReader } from '../../shared/hosts/step-needs.ts';

const parameters = z.object({ memoryMiB: z.number() });

const pipeline: Pipeline<z.infer<typeof parameters>> = {
  version: '1',
  parameters,
  steps: [
    {
      service: 'work',
      name: 'one',
      waitsFor: [],
      reads: {},
      needs: (inputs) => ({ threads: 1, memoryMiB: inputs.parameters.memoryMiB, seconds: 1 }),
      plan: () => ({ count: 1, task: () => 0 }),
      run: async () => {},
    },
  ],
};

it('the needs of a step are those of its own job', async () => {
  const readNeeds = needsReader(pipeline, async () => memoryStore(), makeInputsCache());
  const job = (jobId: string, memoryMiB: number) =>
    ({ jobId, parameters: { memoryMiB }, generations: { 'work.one': 0 } }) as unknown as JobRecord;
  expect((await readNeeds(job('small', 10), 'work.one'))?.memoryMiB).toBe(10);
  expect((await readNeeds(job('large', 5000), 'work.one'))?.memoryMiB).toBe(5000);
});
