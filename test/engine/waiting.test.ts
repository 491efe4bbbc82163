/** Jobs that wait for their input. Groups of two tasks. */
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { acceptMissing, cancel, resume, retry, start } from '../../shared/engine/commands.ts';
import { handleMessage } from '../../shared/engine/handle-message.ts';
import { loadStep, makeInputsCache } from '../../shared/engine/loaded-step.ts';
import { planMessage } from '../../shared/engine/messages.ts';
import type { Outcome } from '../../shared/engine/outcome.ts';
import type { JobRecord, RunRef } from '../../shared/engine/records.ts';
import { stepsWith } from '../../shared/engine/step.ts';
import { countSent, drain } from './kit/drive.ts';
import type { Sight } from './kit/script.ts';
import { makeWorld, type World, type WorldOptions } from './kit/world.ts';

vi.mock('../../shared/engine/sizes.ts', () => ({ GROUP_SIZE: 2, BLOCK_SIZE: 2, MAX_CHILDREN: 3 }));

const DAY = 24 * 3600;
const defineStep = stepsWith<{ n: number }>();

async function waiting(sees: (look: number) => Sight, options: WorldOptions = {}) {
  const world = makeWorld(
    [
      { id: 'a', tasks: 1 },
      { id: 'b', tasks: 1, waitsFor: ['a'] },
    ],
    { maxWaitSeconds: DAY, ...options },
  );
  world.follow({ ready: sees });
  await start(world.engine, world.newJob);
  const run: RunRef = { jobId: world.jobId, step: 'a', generation: 0, pass: 0 };
  return { world, run };
}

const handlePlan = (world: World, run: RunRef, onGaveUp?: (job: JobRecord) => void): Promise<Outcome> =>
  handleMessage(JSON.stringify(planMessage(run)), world.engine, {
    signal: new AbortController().signal,
    ...(onGaveUp ? { onGaveUp } : {}),
  });

const DELETE: Outcome = { kind: 'delete' };

describe('the plan of a job that waits', () => {
  it('is released, later each time, up to 20 minutes, says how far the input is, and counts no attempt', async () => {
    const { world, run } = await waiting(() => 'not yet');
    const delays: number[] = [];
    for (let look = 1; look <= 8; look++) {
      const outcome = await handlePlan(world, run);
      if (outcome.kind !== 'release') throw new Error(`look ${look}: ${outcome.kind}`);
      expect(outcome.why).toContain(`look ${look}`);
      delays.push(outcome.delaySeconds);
    }
    expect(delays).toEqual([60, 120, 240, 480, 960, 1200, 1200, 1200]);
    expect(await world.table.listFailures(run)).toEqual([]);
    expect(await world.table.getRun(run)).toBeUndefined();
    expect(await world.status()).toBe('waiting');
    expect((await world.jobNow()).waiting).toMatchObject({ looks: 8, progress: 'look 8', gaveUp: false });
  });

  it('goes on as soon as the input is complete, and is not asked again', async () => {
    const { world, run } = await waiting((look) => (look < 2 ? 'not yet' : 'complete'));
    for (let look = 0; look < 3; look++) await handlePlan(world, run);
    expect(await world.status()).toBe('running');
    expect((await world.jobNow()).waiting).toBeUndefined();
    await handlePlan(world, run);
    expect(world.looks()).toBe(3);
    await drain(world);
    expect(await world.status()).toBe('done');
  });

  it('is sent anew before it was received too often: a long upload ends no message among the dead letters', async () => {
    const { world } = await waiting((look) => (look < 70 ? 'not yet' : 'complete'), { maxReceives: 50 });
    await drain(world);
    expect(world.looks()).toBe(71);
    expect(await world.status()).toBe('done');
    // Every twentieth receive sends it anew; the last one plans `b`.
    expect(countSent(world, 'plan')).toBe(1 + 3 + 1);
  });

  it('gives up when the time is over: incomplete, nothing planned, said once, and no message is left', async () => {
    const { world, run } = await waiting(() => 'not yet', { maxWaitSeconds: 100 });
    const gaveUp: JobRecord[] = [];
    const look = () => handlePlan(world, run, (job) => gaveUp.push(job));
    expect(await look()).toMatchObject({ delaySeconds: 60 });
    world.clock.advance(60_000);
    expect(await look()).toMatchObject({ kind: 'release', delaySeconds: 40 });
    world.clock.advance(40_000);
    expect(gaveUp).toEqual([]);
    expect(await look()).toEqual(DELETE);
    expect(gaveUp).toEqual([await world.jobNow()]);
    expect((await world.jobNow()).waiting?.progress).toBe('look 3');
    expect(await world.status()).toBe('incomplete');
    expect(await world.table.getRun(run)).toBeUndefined();
    await drain(world);
    expect((await world.depths()).visible).toBe(0);
  });

  it('goes on although the time is over where the input is complete by then', async () => {
    const { world, run } = await waiting((look) => (look < 1 ? 'not yet' : 'complete'), {
      maxWaitSeconds: 100,
    });
    await handlePlan(world, run);
    world.clock.advance(200_000);
    await handlePlan(world, run);
    await drain(world);
    expect(await world.status()).toBe('done');
  });

  it('looks again later where looking failed: a lost connection is no attempt', async () => {
    const { world, run } = await waiting((look) => (look < 9 ? 'throws' : 'complete'));
    expect(await handlePlan(world, run)).toMatchObject({ kind: 'release', delaySeconds: 60 });
    expect((await world.jobNow()).waiting?.progress).toContain('the input cannot be reached');
    await drain(world);
    expect(await world.status()).toBe('done');
    expect(await world.table.listFailures(run)).toEqual([]);
  });

  it('fails at once where the input can never be used; retry looks again', async () => {
    const { world, run } = await waiting((look) => (look === 0 ? 'throws for good' : 'not yet'));
    expect(await handlePlan(world, run)).toEqual(DELETE);
    expect(await world.status()).toBe('failed');
    await retry(world.engine, world.jobId);
    expect(await world.status()).toBe('waiting');
    expect(await handlePlan(world, run)).toMatchObject({ kind: 'release' });
  });

  it('is released where its consumer cannot look: it never goes on unseen', async () => {
    const { world, run } = await waiting(() => 'complete');
    const { ready: _, ...planner } = world.engine.planner;
    const outcome = await handleMessage(
      JSON.stringify(planMessage(run)),
      { ...world.engine, planner },
      { signal: new AbortController().signal },
    );
    expect(outcome).toMatchObject({ kind: 'release' });
    expect((await world.jobNow()).waiting).toBeDefined();
  });

  it('plans with what the job is when it begins, not with what it was when it looked', async () => {
    const { world, run } = await waiting(() => 'complete');
    const planned: unknown[] = [];
    const planner = {
      ...world.engine.planner,
      plan: async (job: JobRecord) => {
        planned.push(job.parameters, job.waiting);
        return { count: 1, passes: 1 };
      },
    };
    await handleMessage(
      JSON.stringify(planMessage(run)),
      { ...world.engine, planner },
      { signal: new AbortController().signal },
    );
    expect(planned).toEqual([{}, undefined]);
  });

  it.each(['not yet', 'complete'] as const)(
    'that has seen "%s" decides again where the job was changed meanwhile',
    async (sight) => {
      const { world, run } = await waiting(() => sight);
      const { waiting: seen } = await world.jobNow();
      const planner = {
        ...world.engine.planner,
        ready: async (job: JobRecord, step: string) => {
          const readiness = await world.engine.planner.ready?.(job, step);
          const other = { ...seen!, until: seen!.until + 1 };
          await world.table.setWaiting(world.jobId, seen!.until, {
            waiting: other,
            parameters: { other: 1 },
          });
          return readiness;
        },
      };
      const outcome = await handleMessage(
        JSON.stringify(planMessage(run)),
        { ...world.engine, planner },
        { signal: new AbortController().signal },
      );
      expect(outcome).toMatchObject({ kind: 'release', delaySeconds: 0 });
      expect(await world.jobNow()).toMatchObject({ parameters: { other: 1 }, waiting: { looks: 0 } });
      expect(await world.table.getRun(run)).toBeUndefined();
    },
  );

  it('that gives up late does not stop what another has begun', async () => {
    const { world, run } = await waiting((look) => (look === 0 ? 'not yet' : 'complete'), {
      maxWaitSeconds: 0,
    });
    const gaveUp = vi.fn();
    const planner = {
      ...world.engine.planner,
      ready: async (job: JobRecord, step: string) => {
        const readiness = await world.engine.planner.ready?.(job, step);
        await handlePlan(world, run);
        return readiness;
      },
    };
    const outcome = await handleMessage(
      JSON.stringify(planMessage(run)),
      { ...world.engine, planner },
      { signal: new AbortController().signal, onGaveUp: gaveUp },
    );
    expect(outcome).toMatchObject({ kind: 'release' });
    expect(gaveUp).not.toHaveBeenCalled();
    await drain(world);
    expect(await world.status()).toBe('done');
  });
});

it('the inputs of a step are not kept while its job waits: its parameters may still change', async () => {
  const { world, run } = await waiting(() => 'not yet');
  const step = defineStep({
    service: 'a',
    name: 'only',
    waitsFor: [],
    reads: {},
    needs: () => ({ memoryMiB: 1, threads: 1, seconds: 1 }),
    plan: () => ({ count: 1, task: () => null }),
    run: async () => undefined,
  });
  const pipeline = { version: '1', parameters: z.object({ n: z.number() }), steps: [step] };
  const cache = makeInputsCache<{ n: number }>();
  const at = { ...run, step: 'a.only' };
  const loadedWith = async (job: JobRecord): Promise<number> =>
    (await loadStep(pipeline, job, at, world.store, cache)).inputs.parameters.n;
  const { waiting: seen, ...job } = await world.jobNow();
  expect(await loadedWith({ ...job, waiting: seen!, parameters: { n: 1 } })).toBe(1);
  expect(await loadedWith({ ...job, waiting: seen!, parameters: { n: 2 } })).toBe(2);
  expect(await loadedWith({ ...job, parameters: { n: 3 } })).toBe(3);
  expect(await loadedWith({ ...job, parameters: { n: 4 } })).toBe(3);
});

describe('a command on a job that waits', () => {
  it('resume waits as long again after it was given up', async () => {
    const { world, run } = await waiting((look) => (look < 3 ? 'not yet' : 'complete'), {
      maxWaitSeconds: 100,
    });
    world.clock.advance(100_000);
    await drain(world);
    expect(await world.status()).toBe('incomplete');
    await resume(world.engine, world.jobId);
    expect(await world.status()).toBe('waiting');
    expect(await handlePlan(world, run)).toMatchObject({ kind: 'release', delaySeconds: 60 });
    await drain(world);
    expect(await world.status()).toBe('done');
  });

  it('retry --accept-missing begins with what is there', async () => {
    const { world } = await waiting(() => 'not yet', { maxWaitSeconds: 0 });
    await drain(world);
    expect(await world.status()).toBe('incomplete');
    const looks = world.looks();
    world.follow({});
    await acceptMissing(world.engine, world.jobId);
    await drain(world);
    expect(await world.status()).toBe('done');
    expect(world.looks()).toBe(looks);
  });

  it('cancel drops its message; resume looks again', async () => {
    const { world, run } = await waiting(() => 'not yet');
    await cancel(world.engine, world.jobId);
    expect(await handlePlan(world, run)).toEqual(DELETE);
    expect(await world.status()).toBe('cancelled');
    world.follow({});
    await resume(world.engine, world.jobId);
    await drain(world);
    expect(await world.status()).toBe('done');
  });
});
