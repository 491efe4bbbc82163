import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { makeJob } from '../../shared/engine/job.ts';
import { type AnyStep, stepId } from '../../shared/engine/step.ts';
import { runLocal } from '../../shared/hosts/local.ts';
import { temporaryFolder } from '../adapters/local/temporary-folder.ts';

const step = (name: string, waitsFor: readonly string[]): AnyStep<object> => ({
  service: 'twins',
  name,
  waitsFor,
  reads: {},
  needs: () => ({ memoryMiB: 1, threads: 1, seconds: 0 }),
  plan: () => ({ count: 1, task: () => null }),
  run: async () => {},
});

it('runs a step once whose plan two others send, as they end in the same turn', async () => {
  const steps = [step('left', []), step('right', []), step('after', ['twins.left'])];
  const folder = await temporaryFolder();
  const url = `file://${folder.path}`;
  const ran: string[] = [];
  // Left and right end together, whatever the machine does.
  let meet = (): void => {};
  const met = new Promise<void>((resolve) => {
    meet = resolve;
  });
  const never = new AbortController().signal;
  const result = await runLocal({
    pipeline: { version: '1', parameters: z.object({}), steps },
    pipelineModule: '',
    job: makeJob({
      input: url,
      output: url,
      parameters: {},
      pipelineVersion: '1',
      build: 'test',
      createdAt: 0,
      steps: steps.map(stepId),
    }),
    stateFolder: `${folder.path}/state`,
    workers: 2,
    memoryMiB: 100,
    drain: never,
    stop: never,
    runner: {
      async run(_, { step: id }) {
        ran.push(id);
        if (ran.length === 2) meet();
        await met;
        // Long enough for a second message to find it unfinished.
        if (id === 'twins.after') await setTimeout(100);
        return { bytesRead: 0, bytesWritten: 0 };
      },
    },
  });
  expect(result.status).toBe('done');
  expect(ran.toSorted()).toEqual(['twins.after', 'twins.left', 'twins.right']);
  await folder.remove();
});
