/** PROTOCOL section 2, row by row. Groups of two tasks, blocks of two groups above three. */
import { describe, expect, it, vi } from 'vitest';
import { acceptMissing, cancel, redo, start } from '../../shared/engine/commands.ts';
import { handleMessage } from '../../shared/engine/handle-message.ts';
import {
  expandBlockMessage,
  expandMessage,
  type Message,
  planMessage,
  taskMessage,
  wroteMessage,
} from '../../shared/engine/messages.ts';
import type { Outcome } from '../../shared/engine/outcome.ts';
import type { RunRef } from '../../shared/engine/records.ts';
import { drain, drainVisible } from './kit/drive.ts';
import { nameOf } from './kit/message-names.ts';
import type { ScriptedStep } from './kit/script.ts';
import { makeWorld, QUIET_MILLISECONDS, type World } from './kit/world.ts';

vi.mock('../../shared/engine/sizes.ts', () => ({ GROUP_SIZE: 2, BLOCK_SIZE: 2, MAX_CHILDREN: 3 }));

const CHAIN: ScriptedStep[] = [
  { id: 'a', tasks: 3 },
  { id: 'b', tasks: 1, waitsFor: ['a'] },
];

async function started(steps: ScriptedStep[] = CHAIN): Promise<{ world: World; run: RunRef }> {
  const world = makeWorld(steps);
  await start(world.engine, world.newJob);
  world.sent.length = 0;
  return { world, run: { jobId: world.jobId, step: 'a', generation: 0, pass: 0 } };
}

const DELETE: Outcome = { kind: 'delete' };

const handle = (world: World, message: Message, dead?: string): Promise<Outcome> =>
  handleMessage(JSON.stringify(message), world.engine, {
    signal: new AbortController().signal,
    ...(dead ? { dead: { reason: dead } } : {}),
  });

const sentNames = (world: World): string[] => world.sent.splice(0).map(nameOf);
const subjects = async (world: World, run: RunRef) =>
  (await world.table.listFailures(run)).map(({ subject, attempts }) => [subject, attempts]);

async function planned(steps: ScriptedStep[] = CHAIN) {
  const made = await started(steps);
  await handle(made.world, planMessage(made.run));
  made.world.sent.length = 0;
  return made;
}

async function expanded(steps: ScriptedStep[] = CHAIN) {
  const made = await planned(steps);
  await handle(made.world, expandMessage(made.run, 0));
  await handle(made.world, expandMessage(made.run, 1));
  made.world.sent.length = 0;
  return made;
}

describe('any message', () => {
  it('is released where a newer build wrote it, and says so', async () => {
    const { world, run } = await started();
    const newer = JSON.stringify({ ...planMessage(run), v: 99, kind: 'something new' });
    const outcome = await handleMessage(newer, world.engine, { signal: new AbortController().signal });
    expect(outcome).toMatchObject({ kind: 'release', why: expect.stringContaining('newer build') });
  });

  it.each(['{', '[]', '{"kind":"plan"}', 'null'])(
    'is kept, not dropped, where it is garbage: %s',
    async (body) => {
      const { world } = await started();
      const outcome = await handleMessage(body, world.engine, { signal: new AbortController().signal });
      expect(outcome).toMatchObject({ kind: 'release' });
      expect((outcome as { delaySeconds: number }).delaySeconds).toBeGreaterThan(60);
    },
  );

  it('is dropped where the job is absent', async () => {
    const { world, run } = await started();
    expect(await handle(world, planMessage({ ...run, jobId: 'nobody' }))).toEqual(DELETE);
  });

  it('is dropped where the job is cancelled, dead letters too', async () => {
    const { world, run } = await expanded();
    await cancel(world.engine, world.jobId);
    expect(await handle(world, taskMessage(run, 0))).toEqual(DELETE);
    expect(await handle(world, taskMessage(run, 0), 'too often')).toEqual(DELETE);
    expect(await handle(world, planMessage(run))).toEqual(DELETE);
    expect(world.runs.size).toBe(0);
    expect(await world.table.listFailures(run)).toEqual([]);
  });

  it('is dropped where its generation is older, dead letters too', async () => {
    const { world, run } = await expanded();
    await redo(world.engine, world.jobId, 'a', { quietMilliseconds: 0 });
    expect(await handle(world, taskMessage(run, 0))).toEqual(DELETE);
    expect(await handle(world, planMessage(run), 'too often')).toEqual(DELETE);
    expect(world.runs.size).toBe(0);
    expect((await world.jobNow()).failedSteps.size).toBe(0);
  });

  it('is released, never dropped, where its generation is newer', async () => {
    const { world, run } = await expanded();
    expect(await handle(world, planMessage({ ...run, generation: 1 }))).toMatchObject({ kind: 'release' });
  });

  it('is released where the job has no such step', async () => {
    const { world, run } = await started();
    expect(await handle(world, planMessage({ ...run, step: 'z' }))).toMatchObject({ kind: 'release' });
  });

  it('is left alone where a port fails: the error comes out, and no attempt is counted', async () => {
    const { world, run } = await expanded();
    const lost = new Error('connection lost');
    const table = { ...world.table, markDone: () => Promise.reject(lost) };
    const handled = handleMessage(
      JSON.stringify(taskMessage(run, 0)),
      { ...world.engine, table },
      {
        signal: new AbortController().signal,
      },
    );
    await expect(handled).rejects.toBe(lost);
    expect(await world.table.listFailures(run)).toEqual([]);
  });
});

describe('plan', () => {
  it('is released until the quiet time after a redo is over, without an attempt', async () => {
    const { world, run } = await expanded();
    await redo(world.engine, world.jobId, 'a', { quietMilliseconds: QUIET_MILLISECONDS });
    const again = { ...run, generation: 1 };
    world.clock.advance(20_000);
    expect(await handle(world, planMessage(again))).toMatchObject({ kind: 'release', delaySeconds: 40 });
    expect(await world.table.getRun(again)).toBeUndefined();
    expect(await world.table.listFailures(again)).toEqual([]);
    world.clock.advance(40_000);
    expect(await handle(world, planMessage(again))).toEqual(DELETE);
  });

  it('that throws is tried again after 1 s and 2 s, and fails its step the third time', async () => {
    const { world, run } = await started();
    world.follow({ plan: () => 'throws' });
    expect(await handle(world, planMessage(run))).toMatchObject({ kind: 'release', delaySeconds: 1 });
    expect(await handle(world, planMessage(run))).toMatchObject({ kind: 'release', delaySeconds: 2 });
    expect((await world.jobNow()).failedSteps.size).toBe(0);
    expect(await handle(world, planMessage(run))).toEqual(DELETE);
    expect([...(await world.jobNow()).failedSteps]).toEqual(['a@0']);
    const [failure] = await world.table.listFailures(run);
    expect(failure).toMatchObject({
      subject: 'plan',
      attempts: 3,
      lastError: { message: 'the plan of a fails' },
    });
    expect(failure?.lastError.stack).toContain('the plan of a fails');
  });

  it('that throws a permanent error fails its step at once', async () => {
    const { world, run } = await started();
    world.follow({ plan: () => 'throws for good' });
    expect(await handle(world, planMessage(run))).toEqual(DELETE);
    expect([...(await world.jobNow()).failedSteps]).toEqual(['a@0']);
  });

  it('that throws does not fail a step whose groups were sent by another', async () => {
    const { world, run } = await planned();
    world.follow({ plan: () => 'throws for good' });
    expect(await handle(world, planMessage(run))).toEqual(DELETE);
    expect((await world.jobNow()).failedSteps.size).toBe(0);
  });

  it('makes the step run, sends one expand per group, and a duplicate sends nothing', async () => {
    const { world, run } = await started();
    expect(await handle(world, planMessage(run))).toEqual(DELETE);
    expect(sentNames(world)).toEqual(['expand a@0/0/0', 'expand a@0/0/1']);
    expect(await world.table.getRun(run)).toMatchObject({ count: 3, passes: 1, expanded: true });
    expect(await handle(world, planMessage(run))).toEqual(DELETE);
    expect(sentNames(world)).toEqual([]);
  });

  it('sends one expand-block per block where there are more groups than one item holds', async () => {
    const { world, run } = await started([{ id: 'a', tasks: 9 }]);
    await handle(world, planMessage(run));
    const blocks = ['expand-block a@0/0/0', 'expand-block a@0/0/1', 'expand-block a@0/0/2'];
    expect(sentNames(world)).toEqual(blocks);
  });

  it('of no tasks is done at once, and plans what waits for it', async () => {
    const { world, run } = await started([{ id: 'a', tasks: 0 }, CHAIN[1]!]);
    expect(await handle(world, planMessage(run))).toEqual(DELETE);
    expect([...(await world.jobNow()).doneSteps]).toEqual(['a@0']);
    expect(sentNames(world)).toEqual(['plan b@0/0']);
  });

  it('that is dead is recorded with the reason and fails its step', async () => {
    const { world, run } = await started();
    expect(await handle(world, planMessage(run), 'received 50 times')).toEqual(DELETE);
    expect((await world.table.listFailures(run))[0]?.lastError.message).toBe('received 50 times');
    expect([...(await world.jobNow()).failedSteps]).toEqual(['a@0']);
  });

  it('that is dead does not fail a step whose groups were sent', async () => {
    const { world, run } = await planned();
    expect(await handle(world, planMessage(run), 'received 50 times')).toEqual(DELETE);
    expect((await world.jobNow()).failedSteps.size).toBe(0);
  });
});

describe('expand-block', () => {
  it('makes the block, sends one expand per group of it, and a duplicate sends nothing', async () => {
    const { world, run } = await planned([{ id: 'a', tasks: 9 }]);
    expect(await handle(world, expandBlockMessage(run, 1))).toEqual(DELETE);
    expect(sentNames(world)).toEqual(['expand a@0/0/2', 'expand a@0/0/3']);
    expect(await handle(world, expandBlockMessage(run, 2))).toEqual(DELETE);
    expect(sentNames(world)).toEqual(['expand a@0/0/4']);
    expect(await world.table.getBlock({ ...run, block: 2 })).toMatchObject({ size: 1, expanded: true });
    expect((await world.table.getRun(run))?.done.size).toBe(0);
    await handle(world, expandBlockMessage(run, 1));
    expect(sentNames(world)).toEqual([]);
  });

  it('fans in where its block is complete already', async () => {
    const { world, run } = await planned([{ id: 'a', tasks: 9 }]);
    await world.table.createBlock({ ...run, block: 2 }, 1);
    await world.table.groupDone({ ...run, block: 2 }, 4, false);
    await handle(world, expandBlockMessage(run, 2));
    expect([...((await world.table.getRun(run))?.done ?? [])]).toEqual([2]);
  });

  it('that is dead fails its step unless its groups were sent', async () => {
    const { world, run } = await planned([{ id: 'a', tasks: 9 }]);
    await handle(world, expandBlockMessage(run, 0));
    await handle(world, expandBlockMessage(run, 0), 'received 50 times');
    expect((await world.jobNow()).failedSteps.size).toBe(0);
    await handle(world, expandBlockMessage(run, 1), 'received 50 times');
    expect([...(await world.jobNow()).failedSteps]).toEqual(['a@0']);
    expect(await subjects(world, run)).toContainEqual(['expand-block-1', 1]);
  });

  it('of a block that the plan does not have fails its step', async () => {
    const { world, run } = await planned([{ id: 'a', tasks: 9 }]);
    expect(await handle(world, expandBlockMessage(run, 3))).toEqual(DELETE);
    expect([...(await world.jobNow()).failedSteps]).toEqual(['a@0']);
  });
});

describe('expand', () => {
  it('makes the group, sends its tasks, and a duplicate sends nothing', async () => {
    const { world, run } = await planned();
    expect(await handle(world, expandMessage(run, 0))).toEqual(DELETE);
    expect(sentNames(world)).toEqual(['task a@0/0/0', 'task a@0/0/1']);
    expect(await handle(world, expandMessage(run, 1))).toEqual(DELETE);
    expect(sentNames(world)).toEqual(['task a@0/0/2']);
    expect(await world.table.getGroup({ ...run, group: 1 })).toMatchObject({ size: 1, sent: true });
    await handle(world, expandMessage(run, 0));
    expect(sentNames(world)).toEqual([]);
  });

  it('sends only what is not settled where its first attempt died before `sent`', async () => {
    const { world, run } = await planned();
    await world.table.createGroup({ ...run, group: 0 }, 2);
    await world.table.markDone({ ...run, group: 0 }, 0);
    await handle(world, expandMessage(run, 0));
    expect(sentNames(world)).toEqual(['task a@0/0/1']);
  });

  it('fans in where its group is complete already', async () => {
    const { world, run } = await planned();
    await world.table.createGroup({ ...run, group: 1 }, 1);
    await world.table.markDone({ ...run, group: 1 }, 0);
    await handle(world, expandMessage(run, 1));
    expect([...((await world.table.getRun(run))?.done ?? [])]).toEqual([1]);
  });

  it('of a group that the plan does not have fails its step', async () => {
    const { world, run } = await planned();
    expect(await handle(world, expandMessage(run, 2))).toEqual(DELETE);
    expect([...(await world.jobNow()).failedSteps]).toEqual(['a@0']);
    expect(await subjects(world, run)).toEqual([['expand-2', 1]]);
  });

  it('that is dead fails its step unless its tasks were sent', async () => {
    const { world, run } = await planned();
    await handle(world, expandMessage(run, 0));
    await handle(world, expandMessage(run, 0), 'received 50 times');
    expect((await world.jobNow()).failedSteps.size).toBe(0);
    await handle(world, expandMessage(run, 1), 'received 50 times');
    expect([...(await world.jobNow()).failedSteps]).toEqual(['a@0']);
  });
});

describe('task', () => {
  it('runs, is marked done, and tells the host what it moved', async () => {
    const { world, run } = await expanded();
    const reports: unknown[] = [];
    const outcome = await handleMessage(JSON.stringify(taskMessage(run, 1)), world.engine, {
      signal: new AbortController().signal,
      onTask: (report) => reports.push(report),
    });
    expect(outcome).toEqual(DELETE);
    expect([...world.runs]).toEqual([['a/0/1', 1]]);
    expect([...((await world.table.getGroup({ ...run, group: 0 }))?.done ?? [])]).toEqual([1]);
    expect(reports).toEqual([{ bytesRead: 0, bytesWritten: 1 }]);
  });

  it('fans in when it was the last of its group, of its step, and plans the next step', async () => {
    const { world, run } = await expanded();
    for (const index of [0, 1, 2]) await handle(world, taskMessage(run, index));
    expect([...((await world.table.getRun(run))?.done ?? [])]).toEqual([0, 1]);
    expect([...(await world.jobNow()).doneSteps]).toEqual(['a@0']);
    expect(sentNames(world)).toEqual(['plan b@0/0']);
  });

  it('that fans in again plans no step whose groups were sent already', async () => {
    const { world, run } = await expanded();
    for (const index of [0, 1, 2]) await handle(world, taskMessage(run, index));
    expect(sentNames(world)).toEqual(['plan b@0/0']);
    await handle(world, planMessage({ ...run, step: 'b' }));
    expect(sentNames(world)).toEqual(['expand b@0/0/0']);
    await handle(world, taskMessage(run, 2));
    expect(sentNames(world)).toEqual([]);
  });

  it('plans the next pass before the step is done', async () => {
    const { world, run } = await expanded([{ id: 'a', tasks: 1, passes: 2 }, CHAIN[1]!]);
    await handle(world, taskMessage(run, 0));
    expect((await world.jobNow()).doneSteps.size).toBe(0);
    expect(sentNames(world)).toEqual(['plan a@0/1']);
  });

  it.each(['done', 'failed', 'accepted'])('that is %s already does not run, but fans in', async (how) => {
    const { world, run } = await expanded();
    const group = { ...run, group: 1 };
    if (how === 'done') await world.table.markDone(group, 0);
    else await world.table.markFailed(group, 0);
    if (how === 'accepted') await world.table.accept(group, [0]);
    expect(await handle(world, taskMessage(run, 2))).toEqual(DELETE);
    expect(world.runs.size).toBe(0);
    const record = await world.table.getRun(run);
    expect([...(record?.[how as 'done'] ?? [])]).toEqual([1]);
  });

  it('that succeeds where another has failed it sends `wrote` instead of fanning in', async () => {
    const { world, run } = await expanded();
    const group = { ...run, group: 1 };
    world.follow({});
    const runner = {
      run: async (...parameters: Parameters<typeof world.engine.runner.run>) => {
        await world.table.markFailed(group, 0);
        return world.engine.runner.run(...parameters);
      },
    };
    const engine = { ...world.engine, runner };
    const signal = new AbortController().signal;
    expect(await handleMessage(JSON.stringify(taskMessage(run, 2)), engine, { signal })).toEqual(DELETE);
    expect(sentNames(world)).toEqual(['wrote a@0/0/2']);
    expect([...((await world.table.getGroup(group))?.failed ?? [])]).toEqual([0]);
    expect((await world.table.getRun(run))?.failed.size).toBe(0);
  });

  it.each([undefined, 'received 50 times'])(
    '`wrote` heals the record and fans in, never runs (dead: %s)',
    async (dead) => {
      const { world, run } = await expanded();
      await world.table.markFailed({ ...run, group: 1 }, 0);
      expect(await handle(world, wroteMessage(run, 2), dead)).toEqual(DELETE);
      expect(world.runs.size).toBe(0);
      const group = await world.table.getGroup({ ...run, group: 1 });
      expect([[...group!.done], [...group!.failed]]).toEqual([[0], []]);
      expect([...((await world.table.getRun(run))?.done ?? [])]).toEqual([1]);
    },
  );

  it('that throws is tried again after 1 s and 2 s, fails the third time and fans in', async () => {
    const { world, run } = await expanded();
    world.follow({ task: () => 'throws' });
    expect(await handle(world, taskMessage(run, 2))).toMatchObject({ kind: 'release', delaySeconds: 1 });
    expect(await handle(world, taskMessage(run, 2))).toMatchObject({ kind: 'release', delaySeconds: 2 });
    expect((await world.table.getGroup({ ...run, group: 1 }))?.failed.size).toBe(0);
    expect(await handle(world, taskMessage(run, 2))).toEqual(DELETE);
    expect([...((await world.table.getGroup({ ...run, group: 1 }))?.failed ?? [])]).toEqual([0]);
    expect([...((await world.table.getRun(run))?.failed ?? [])]).toEqual([1]);
    expect(await subjects(world, run)).toEqual([[2, 3]]);
  });

  it('that throws a permanent error is failed at once', async () => {
    const { world, run } = await expanded();
    world.follow({ task: () => 'throws for good' });
    expect(await handle(world, taskMessage(run, 2))).toEqual(DELETE);
    expect([...((await world.table.getGroup({ ...run, group: 1 }))?.failed ?? [])]).toEqual([0]);
  });

  it('that finds a store out of reach is put off, without an attempt, as long as its queue has patience', async () => {
    const { world, run } = await expanded();
    const away = Object.assign(new Error('s3://b: 503 Slow Down'), { transient: true });
    const engine = { ...world.engine, runner: { run: () => Promise.reject(away) } };
    const atReceive = (receives: number) =>
      handleMessage(JSON.stringify(taskMessage(run, 0)), engine, {
        signal: new AbortController().signal,
        receives,
      });
    expect(await atReceive(20)).toMatchObject({ kind: 'release', delaySeconds: 60 });
    expect(await subjects(world, run)).toEqual([]);
    expect(await atReceive(21)).toMatchObject({ kind: 'release', delaySeconds: 1 });
    expect(await subjects(world, run)).toEqual([[0, 1]]);
  });

  it('that is aborted is released at once, without an attempt', async () => {
    const { world, run } = await expanded();
    const outcome = await handleMessage(JSON.stringify(taskMessage(run, 2)), world.engine, {
      signal: AbortSignal.abort(),
    });
    expect(outcome).toMatchObject({ kind: 'release', delaySeconds: 0 });
    expect(await world.table.listFailures(run)).toEqual([]);
  });

  it('that is dead is recorded with the reason, failed, and fans in, without running', async () => {
    const { world, run } = await expanded();
    expect(await handle(world, taskMessage(run, 2), 'received 50 times')).toEqual(DELETE);
    expect(world.runs.size).toBe(0);
    expect((await world.table.listFailures(run))[0]?.lastError.message).toBe('received 50 times');
    expect([...((await world.table.getRun(run))?.failed ?? [])]).toEqual([1]);
  });

  it('that is dead and done leaves no failure record', async () => {
    const { world, run } = await expanded();
    await world.table.markDone({ ...run, group: 1 }, 0);
    await handle(world, taskMessage(run, 2), 'received 50 times');
    expect(await world.table.listFailures(run)).toEqual([]);
    expect([...((await world.table.getRun(run))?.done ?? [])]).toEqual([1]);
  });

  it('beyond its group is released: nobody sent it', async () => {
    const { world, run } = await expanded();
    expect(await handle(world, taskMessage(run, 3))).toMatchObject({ kind: 'release' });
    expect(await handle(world, taskMessage(run, 400))).toMatchObject({ kind: 'release' });
  });
});

describe('step fan-in', () => {
  it('fails the step only when every group is settled', async () => {
    const { world, run } = await expanded();
    world.follow({ task: (name) => (name === 'a/0/0' ? 'throws for good' : 'works') });
    await handle(world, taskMessage(run, 0));
    await handle(world, taskMessage(run, 1));
    expect((await world.jobNow()).failedSteps.size).toBe(0);
    await handle(world, taskMessage(run, 2));
    expect([...(await world.jobNow()).failedSteps]).toEqual(['a@0']);
    expect(await world.status()).toBe('failed');
  });

  it('goes from group to block to step run', async () => {
    const { world, run } = await started([{ id: 'a', tasks: 9 }]);
    await drainVisible(world);
    expect([...((await world.table.getBlock({ ...run, block: 1 }))?.done ?? [])]).toEqual([2, 3]);
    expect([...((await world.table.getRun(run))?.done ?? [])].sort()).toEqual([0, 1, 2]);
    expect(await world.status()).toBe('done');
  });

  it('writes down what was accepted, marks the step incomplete, and goes on', async () => {
    const { world, run } = await started([{ id: 'a', tasks: 9 }, CHAIN[1]!]);
    world.follow({ task: (name) => (['a/0/3', 'a/0/8'].includes(name) ? 'throws for good' : 'works') });
    await drainVisible(world);
    expect(await world.status()).toBe('failed');
    await acceptMissing(world.engine, world.jobId);
    await drain(world);
    expect(await world.status()).toBe('incomplete');
    expect([...(await world.jobNow()).incompleteSteps]).toEqual(['a@0']);
    const stored = await world.store.get('.cloudreg/a/gaps/0/0/problems.json');
    expect(JSON.parse(new TextDecoder().decode(stored?.bytes))).toEqual({
      format: 'cloudreg-accepted/1',
      step: 'a',
      generation: 0,
      pass: 0,
      tasks: [3, 8],
    });
    expect([...((await world.table.getRun(run))?.accepted ?? [])].sort()).toEqual([0, 2]);
  });
});
