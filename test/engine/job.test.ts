import { describe, expect, it } from 'vitest';
import { redo, resume, retry } from '../../shared/engine/commands.ts';
import { CommandRefused } from '../../shared/engine/errors.ts';
import { differences, makeJob } from '../../shared/engine/job.ts';
import type { NewJob } from '../../shared/engine/records.ts';
import { makeWorld } from './kit/world.ts';

const plain: Omit<NewJob, 'jobId'> = {
  input: 'file:///data/brain',
  output: 'file:///data/volume',
  parameters: { blend: 'linear', chunkSize: [128, 128, 64] },
  pipelineVersion: '1',
  build: '0.1.0',
  createdAt: 1,
  steps: ['ingest.scan'],
};

describe('the identity of a job', () => {
  const { jobId } = makeJob(plain);

  it('is 16 hexadecimal digits', () => {
    expect(jobId).toMatch(/^[0-9a-f]{16}$/);
  });

  it('does not depend on build, time, or the order of parameters', () => {
    const parameters = { chunkSize: [128, 128, 64], blend: 'linear' };
    expect(makeJob({ ...plain, build: '0.2.0', createdAt: 2, parameters }).jobId).toBe(jobId);
  });

  it.each<Partial<NewJob>>([
    { input: 'file:///data/other' },
    { output: 'file:///data/other' },
    { parameters: { blend: 'linear', chunkSize: [128, 64, 128] } },
    { pipelineVersion: '2' },
    { steps: ['ingest.scan', 'stitching.place'] },
  ])('depends on %o', (part) => {
    expect(makeJob({ ...plain, ...part }).jobId).not.toBe(jobId);
  });
});

it('differences are named like flags, with both values', () => {
  const there = { chunkSize: [128, 128, 64], blend: 'linear', strict: false, odd: { a: [1] }, gone: 3 };
  const here = { chunkSize: [64, 64, 64], blend: 'linear', strict: true, odd: { a: [2] }, mips: 'auto' };
  expect(differences(there, here)).toEqual([
    '--chunk-size: 128,128,64 there, 64,64,64 here',
    '--gone: 3 there, not set here',
    '--mips: not set there, auto here',
    '--odd: {"a":[1]} there, {"a":[2]} here',
    '--strict: false there, true here',
  ]);
  expect(differences(there, there)).toEqual([]);
});

describe('a command', () => {
  it('for a job that is not there is refused', async () => {
    const { engine } = makeWorld([{ id: 'a', tasks: 1 }]);
    await expect(resume(engine, 'nobody')).rejects.toThrow(CommandRefused);
    await expect(retry(engine, 'nobody')).rejects.toThrow(/there is no job nobody/);
  });

  it('to redo a step that the job does not have is refused with the steps it has', async () => {
    const world = makeWorld([{ id: 'a', tasks: 1 }]);
    await world.table.createJob(world.newJob);
    const redone = redo(world.engine, world.jobId, 'z', { quietMilliseconds: 0 });
    await expect(redone).rejects.toThrow(/has no step z; it has a$/);
    expect((await world.jobNow()).generations).toEqual({ a: 0 });
  });

  it('to redo a step raises it and all that depend on it, and nothing else', async () => {
    const world = makeWorld([
      { id: 'a', tasks: 1 },
      { id: 'b', tasks: 1, waitsFor: ['a'] },
      { id: 'c', tasks: 1, waitsFor: ['a'] },
      { id: 'd', tasks: 1, waitsFor: ['c'] },
    ]);
    await world.table.createJob(world.newJob);
    const job = await redo(world.engine, world.jobId, 'c', { quietMilliseconds: 500 });
    expect(job.generations).toEqual({ a: 0, b: 0, c: 1, d: 1 });
    expect(job.quietUntil).toBe(world.clock.now() + 500);
  });

  it('to redo that meets another one raises once more than that', async () => {
    const world = makeWorld([{ id: 'a', tasks: 1 }]);
    await world.table.createJob(world.newJob);
    const both = [1, 2].map(() => redo(world.engine, world.jobId, 'a', { quietMilliseconds: 0 }));
    await Promise.all(both);
    expect((await world.jobNow()).generations).toEqual({ a: 2 });
  });
});
