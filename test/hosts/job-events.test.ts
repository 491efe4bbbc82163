import { describe, expect, it } from 'vitest';
import { memoryTable } from '../../shared/adapters/memory/table.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import type { NewJob, RunRef } from '../../shared/engine/records.ts';
import { type JobEvent, tellJobEvents } from '../../shared/hosts/job-events.ts';

const JOB: NewJob = {
  ...{ jobId: 'j', input: 'file:///a', output: 'file:///b', parameters: {}, pipelineVersion: '1', build: '' },
  ...{ createdAt: 0, steps: ['a.b'] },
};
const RUN: RunRef = { jobId: 'j', step: 'a.b', generation: 0, pass: 1 };

async function telling() {
  const told: JobEvent[] = [];
  const { table } = tellJobEvents({ table: memoryTable() } as Engine, (event) => void told.push(event));
  await table.createJob(JOB);
  return { told, table };
}

describe('what is told of jobs', () => {
  it('is a pass that was planned, once its expansions were sent', async () => {
    const { told, table } = await telling();
    await table.createRun(RUN, { count: 300_000, passes: 2 });
    await table.createBlock({ ...RUN, block: 0 }, 256);
    expect(told).toEqual([]);
    await table.setExpanded({ ...RUN, block: 0 });
    expect(told).toEqual([]);
    await table.setExpanded(RUN);
    expect(told).toEqual([{ event: 'planned', job: 'j', step: 'a.b', pass: 1, tasks: 300_000 }]);
  });

  it('is the end of a step, good or not', async () => {
    const { told, table } = await telling();
    await table.stepFailed('j', 'a.b@0');
    await table.stepIncomplete('j', 'a.b@0');
    await table.stepDone('j', 'a.b@0');
    expect(told.map(({ event }) => event)).toEqual(['step-failed', 'step-incomplete', 'step-done']);
  });

  it('is no failure of a step that is done', async () => {
    const { told, table } = await telling();
    await table.stepDone('j', 'a.b@0');
    await table.stepFailed('j', 'a.b@0');
    expect(told.map(({ event }) => event)).toEqual(['step-done']);
  });
});
