/** The traces that broke earlier versions of the protocol (PROTOCOL section 5), each as it was found. */
import { describe, expect, it, vi } from 'vitest';
import { readAccepted } from '../../shared/engine/accepted.ts';
import { acceptMissing, cancel, redo, resume, retry, start } from '../../shared/engine/commands.ts';
import { stillWanted } from '../../shared/engine/handle-message.ts';
import type { GroupRef, RunRef, StepId } from '../../shared/engine/records.ts';
import { failuresOf } from '../../shared/engine/status.ts';
import {
  command,
  consumeNext,
  countSent,
  dieWithMessage,
  drain,
  drainVisible,
  handleOne,
  purge,
  take,
  twice,
} from './kit/drive.ts';
import { finish, until } from './kit/process.ts';
import { makeWorld, nameOf, QUIET_MILLISECONDS, type ScriptedStep, type World } from './kit/world.ts';

vi.mock('../../shared/engine/sizes.ts', () => ({ GROUP_SIZE: 2, BLOCK_SIZE: 2, MAX_CHILDREN: 3 }));

const A: ScriptedStep = { id: 'a', tasks: 4 };
const B: ScriptedStep = { id: 'b', tasks: 1, waitsFor: ['a'] };

async function started(...steps: ScriptedStep[]): Promise<World> {
  const world = makeWorld(steps);
  await start(world.engine, world.newJob);
  return world;
}

const runOf = (world: World, step: StepId, generation = 0): RunRef => ({
  jobId: world.jobId,
  step,
  generation,
  pass: 0,
});
const groupOf = (world: World, step: StepId, group: number): GroupRef => ({ ...runOf(world, step), group });

/** Plans and expands a step, and leaves its tasks. */
async function expandedStep(world: World, step: StepId): Promise<void> {
  await handleOne(world, `plan ${step}`);
  const generation = (await world.jobNow()).generations[step];
  const groups = world.sent.filter(
    (message) => message.kind === 'expand' && message.step === step && message.g === generation,
  ).length;
  for (let group = 0; group < groups; group++) await handleOne(world, `expand ${step}`);
}

async function expectDone(world: World): Promise<void> {
  expect(await world.status()).toBe('done');
  expect(await world.wrongFiles()).toEqual([]);
  expect(world.violations).toEqual([]);
}

describe('row 1: done wins on every level', () => {
  it('a stalled consumer that reports its group as failed undoes no success', async () => {
    const world = await started(A);
    await expandedStep(world, 'a');
    await handleOne(world, 'task a@0/0/1');
    const startedBefore = await take(world, 'task a@0/0/0');
    await until(startedBefore, 'write');
    world.follow({
      task: (name, earlier) => (name === 'a/0/0' && earlier === 1 ? 'throws for good' : 'works'),
    });
    const stalls = await twice(world, startedBefore);
    await until(stalls, 'groupFailed');
    await finish(startedBefore);
    await handleOne(world, 'wrote a@0/0/0');
    expect([...((await world.table.getRun(runOf(world, 'a')))?.done ?? [])]).toEqual([0]);
    await finish(stalls);
    await drain(world);
    await expectDone(world);
  });

  it('a late failure of a task that is done is refused', async () => {
    const world = await started({ id: 'a', tasks: 1 });
    await expandedStep(world, 'a');
    const fails = await take(world, 'task a@0/0/0');
    world.follow({ task: (_, earlier) => (earlier === 0 ? 'throws for good' : 'works') });
    await until(fails, 'markFailed');
    await finish(await twice(world, fails));
    await finish(fails);
    await drain(world);
    expect((await world.table.getGroup(groupOf(world, 'a', 0)))?.failed.size).toBe(0);
    await expectDone(world);
  });

  it('a stalled consumer that reports its step as failed undoes no success', async () => {
    const world = await started({ id: 'a', tasks: 1 });
    world.follow({ task: (_, earlier) => (earlier === 0 ? 'throws for good' : 'works') });
    await expandedStep(world, 'a');
    const stalls = await take(world, 'task a@0/0/0');
    await until(stalls, 'stepFailed');
    await retry(world.engine, world.jobId);
    await drainVisible(world);
    await finish(stalls);
    await drain(world);
    await expectDone(world);
  });
});

describe('row 2: only done sets start something', () => {
  it('the first of two failed groups that succeeds after a retry starts no later step', async () => {
    const world = await started(A, B);
    world.follow({ task: () => 'throws for good' });
    await drain(world);
    expect(await world.status()).toBe('failed');
    world.follow({});
    await retry(world.engine, world.jobId);
    await handleOne(world, 'task a@0/0/0');
    await handleOne(world, 'task a@0/0/1');
    expect(world.sent.map(nameOf)).not.toContain('plan b@0/0');
    expect(await world.status()).toBe('running');
    await drain(world);
    await expectDone(world);
  });
});

describe('row 3: write first, decide from the item that was returned', () => {
  it('two steps that end at once plan the step that waits for both', async () => {
    const world = await started(
      { id: 'a', tasks: 1 },
      { id: 'b', tasks: 1 },
      {
        id: 'd',
        tasks: 1,
        waitsFor: ['a', 'b'],
      },
    );
    await expandedStep(world, 'a');
    await expandedStep(world, 'b');
    const lastOfA = await until(await take(world, 'task a'), 'stepDone');
    const lastOfB = await until(await take(world, 'task b'), 'stepDone');
    await lastOfA.step();
    await lastOfB.step();
    await finish(lastOfA);
    await finish(lastOfB);
    await drain(world);
    await expectDone(world);
  });

  it('two tasks that end their group at once end it', async () => {
    const world = await started({ id: 'a', tasks: 2 });
    await expandedStep(world, 'a');
    const first = await until(await take(world, 'task a@0/0/0'), 'markDone');
    const second = await until(await take(world, 'task a@0/0/1'), 'markDone');
    await first.step();
    await second.step();
    await finish(first);
    await finish(second);
    await drain(world);
    await expectDone(world);
  });

  it('two groups that end their step at once end it', async () => {
    const world = await started(A);
    await expandedStep(world, 'a');
    await handleOne(world, 'task a@0/0/0');
    await handleOne(world, 'task a@0/0/2');
    const first = await until(await take(world, 'task a@0/0/1'), 'groupDone');
    const second = await until(await take(world, 'task a@0/0/3'), 'groupDone');
    await first.step();
    await second.step();
    await finish(first);
    await finish(second);
    await drain(world);
    await expectDone(world);
  });
});

it('row 4: status is derived, so a stale `failed` written after `done` changes nothing', async () => {
  const world = await started({ id: 'a', tasks: 1 });
  await drain(world);
  await world.table.stepFailed(world.jobId, 'a@0');
  await expectDone(world);
});

describe('row 5: plans and expansions fail too', () => {
  it('a plan that always throws ends its job as failed, and retry goes on once it is mended', async () => {
    const world = await started(A, B);
    world.follow({ plan: (step) => (step === 'b' ? 'throws' : 'works') });
    await drain(world);
    expect(await world.status()).toBe('failed');
    const [failure] = await failuresOf(world.table, await world.jobNow(), 'b');
    expect(failure).toMatchObject({ subject: 'plan', attempts: 3, accepted: false });
    await expect(acceptMissing(world.engine, world.jobId)).rejects.toThrow(
      /b: its plan failed .* nothing to accept/,
    );
    world.follow({});
    await retry(world.engine, world.jobId);
    await drain(world);
    await expectDone(world);
  });

  it('a plan that kills its worker ends as a dead letter and its job as failed', async () => {
    const world = makeWorld([A, B], { maxReceives: 3 });
    world.follow({ plan: (step) => (step === 'b' ? 'kills' : 'works') });
    await start(world.engine, world.newJob);
    await drain(world);
    expect(await world.status()).toBe('failed');
    const [failure] = await failuresOf(world.table, await world.jobNow(), 'b');
    expect(failure?.lastError.message).toBe('received too often');
    world.follow({});
    await retry(world.engine, world.jobId);
    await drain(world);
    await expectDone(world);
  });

  it('an expansion that is a dead letter ends its job as failed, and retry sends it again', async () => {
    const world = await started(A);
    await handleOne(world, 'plan a');
    const lost = await take(world, 'expand a@0/0/1');
    lost.crash();
    await lost.queue.delete([lost.delivery.handle]);
    await world.queues.dead('plans').send([{ body: lost.delivery.body, group: world.jobId }]);
    await drain(world);
    expect(await world.status()).toBe('failed');
    await retry(world.engine, world.jobId);
    await drain(world);
    await expectDone(world);
  });
});

describe('rows 6 and 7: a message is dropped on a fresh read only', () => {
  it('row 6: a consumer that has seen the older generation does not drop the plan of a redo', async () => {
    const world = await started(A, B);
    await drain(world);
    await redo(world.engine, world.jobId, 'a', { quietMilliseconds: 0 });
    const [last] = world.sent.slice(-1);
    expect(last && nameOf(last)).toBe('plan a@1/0');
    await drain(world);
    await expectDone(world);
    expect(world.files.get('b/0/0')).toContain('b@1');
  });

  it('row 6: a message that is ahead of the job as read is given back, and handled when the job shows it', async () => {
    const world = await started({ id: 'a', tasks: 1 });
    await drain(world);
    const ahead = JSON.stringify({ ...world.sent[0], g: 1 });
    await world.queues.queue('plans').send([{ body: ahead, group: world.jobId }]);
    await drainVisible(world);
    expect((await world.depths()).hidden).toBe(1);
    const job = await world.jobNow();
    await world.table.raise(world.jobId, job.generations, { a: 1 }, 0);
    await drain(world);
    await expectDone(world);
    expect(world.files.get('a/0/0')).toContain('a@1');
  });

  it('row 7: a consumer that has seen the job cancelled does not drop a message sent after resume', async () => {
    const world = await started(A);
    await expandedStep(world, 'a');
    await cancel(world.engine, world.jobId);
    await handleOne(world, 'task a@0/0/0');
    expect(world.runs.size).toBe(0);
    await resume(world.engine, world.jobId);
    await drain(world);
    await expectDone(world);
  });
});

describe('row 8: redo waits until older tasks write no more', () => {
  it('a task that has read before the redo cannot write over the new files', async () => {
    const world = await started(A, B);
    await drain(world);
    await redo(world.engine, world.jobId, 'a', { quietMilliseconds: 0 });
    await expandedStep(world, 'a');
    const old = await until(await take(world, 'task a@1/0/0'), 'write');
    await redo(world.engine, world.jobId, 'a', { quietMilliseconds: QUIET_MILLISECONDS });
    await drainVisible(world);
    // Nothing of the new generation ran while the old task may write.
    expect(await world.table.getRun(runOf(world, 'a', 2))).toBeUndefined();
    // Its next heartbeat finds that nobody wants it any more.
    expect(await stillWanted(world.engine, old.delivery.body)).toBe(false);
    old.abort();
    await finish(old);
    expect(old.at()).toBeUndefined();
    await drain(world);
    await expectDone(world);
    expect(world.files.get('a/0/0')).toContain('a@2');
  });
});

describe('row 9: resume repairs a purge at any point', () => {
  it.each(['plan a', 'expand a', 'task a', 'plan b', 'expand b', 'task b'])(
    'while %s was pending',
    async (what) => {
      const world = await started(A, B);
      for (let handled = 0; handled < 100; handled++) {
        const next = world.sent.map(nameOf).some((name) => name.startsWith(what));
        if (next) break;
        const consumer = await consumeNext(world);
        if (consumer) await finish(consumer);
      }
      await purge(world);
      await drain(world);
      expect(await world.status()).toBe('running');
      await resume(world.engine, world.jobId);
      await drain(world);
      await expectDone(world);
    },
  );

  it.each(['groupDone', 'stepDone', 'getRun', 'send plan b'])(
    'while only a fan-in at %s was pending',
    async (call) => {
      const world = await started({ id: 'a', tasks: 1 }, B);
      await expandedStep(world, 'a');
      const last = await take(world, 'task a');
      await until(last, 'markDone');
      await last.step();
      await dieWithMessage(await until(last, call));
      await drain(world);
      expect(await world.status()).toBe('running');
      await resume(world.engine, world.jobId);
      await drain(world);
      await expectDone(world);
    },
  );

  it('after a start that died between the job and its first message', async () => {
    const world = makeWorld([A, B]);
    const dies = await command(world, 'start', (engine) => start(engine, world.newJob));
    (await until(dies, 'send')).crash();
    await start(world.engine, world.newJob);
    await drain(world);
    await expectDone(world);
  });
});

describe('row 10: retry ends in a walk', () => {
  it('repairs a task that was marked done and lost its message before fan-in', async () => {
    const world = await started(A, B);
    world.follow({ task: (name) => (name === 'a/0/0' ? 'throws for good' : 'works') });
    await expandedStep(world, 'a');
    await handleOne(world, 'task a@0/0/0');
    await handleOne(world, 'task a@0/0/1');
    await handleOne(world, 'task a@0/0/2');
    const last = await take(world, 'task a@0/0/3');
    await until(last, 'markDone');
    await last.step();
    await dieWithMessage(last);
    world.follow({});
    await retry(world.engine, world.jobId);
    await drain(world);
    await expectDone(world);
  });

  it('repairs what a retry left that died at any of its calls', async () => {
    for (let calls = 0, died = true; died; calls++) {
      const world = await started(A, B);
      world.follow({ task: (name) => (name === 'a/0/0' || name === 'a/0/3' ? 'throws for good' : 'works') });
      await drain(world);
      world.follow({});
      const dies = await command(world, 'retry', (engine) => retry(engine, world.jobId));
      for (let call = 0; call < calls && dies.end() === 'no'; call++) await dies.step();
      died = dies.end() === 'no';
      dies.crash();
      await drain(world);
      await retry(world.engine, world.jobId);
      await drain(world);
      await expectDone(world);
    }
  });

  it('never sends before it has cleared', async () => {
    const world = await started(A);
    world.follow({ task: () => 'throws for good' });
    await drain(world);
    const retrying = await command(world, 'retry', (engine) => retry(engine, world.jobId));
    await until(retrying, 'send');
    expect((await world.jobNow()).failedSteps.size).toBe(0);
    expect((await world.table.getRun(runOf(world, 'a')))?.failed.size).toBe(0);
    expect((await world.table.getGroup(groupOf(world, 'a', 1)))?.failed.size).toBe(0);
    expect(await world.table.listFailures(runOf(world, 'a'))).toEqual([]);
  });
});

/** M fails the only task at the limit and deletes its message; M' has started before and is about to say it is done. */
async function lateSuccess(): Promise<{ world: World; late: Awaited<ReturnType<typeof take>> }> {
  const world = await started({ id: 'a', tasks: 1 }, B);
  await expandedStep(world, 'a');
  const late = await until(await take(world, 'task a'), 'write');
  world.follow({ task: (name) => (name.startsWith('a') ? 'throws for good' : 'works') });
  await finish(await twice(world, late));
  expect(await world.status()).toBe('failed');
  await until(late, 'markDone');
  await late.step();
  return { world, late };
}

describe('rows 11 and 12: a late success heals by a message of its own', () => {
  it.each(['healDone', 'groupDone', 'stepDone', 'send plan b', 'delete'])(
    'row 11: whose receiver dies right after %s, and the job is done',
    async (call) => {
      const { world, late } = await lateSuccess();
      await until(late, 'send wrote');
      await late.step();
      await dieWithMessage(late);
      const heals = await take(world, 'wrote a@0/0/0');
      await until(heals, call);
      await heals.step('crash after');
      await drain(world);
      await expectDone(world);
    },
  );

  it('row 11: and where the late one dies before sending it, the job is failed with a failed task', async () => {
    const { world, late } = await lateSuccess();
    await dieWithMessage(late);
    await drain(world);
    expect(await world.status()).toBe('failed');
    expect(await failuresOf(world.table, await world.jobNow(), 'a')).toMatchObject([{ subject: 0, pass: 0 }]);
  });

  it('row 12: the copy may be received before its sender goes on, and the task does not run again', async () => {
    const { world, late } = await lateSuccess();
    await until(late, 'send');
    await late.step();
    const runs = world.runs.get('a/0/0');
    await handleOne(world, 'wrote a@0/0/0');
    await dieWithMessage(late);
    expect((await world.jobNow()).doneSteps.has('a@0')).toBe(true);
    await drain(world);
    expect(world.runs.get('a/0/0')).toBe(runs);
    await expectDone(world);
  });
});

it('row 13: duplicates do not multiply messages', async () => {
  const steps = ['a', 'b', 'c', 'd'].map((id, i, ids) => ({
    id,
    tasks: 6,
    waitsFor: ids.slice(0, i).slice(-1),
  }));
  const world = await started(...steps);
  for (;;) {
    const consumer = await consumeNext(world);
    if (!consumer) break;
    const { queue, delivery } = consumer;
    await queue.send([{ body: delivery.body, group: world.jobId }]);
    await finish(consumer);
    const copy = await take(world, nameOf(consumer.message));
    await finish(copy);
  }
  await expectDone(world);
  expect(countSent(world, 'expand')).toBe(12);
  expect(countSent(world, 'task')).toBe(24);
  // A step's last task, handled twice, may plan the next step twice.
  expect(countSent(world, 'plan')).toBeLessThanOrEqual(8);
});

it('row 14: walk goes on below a step run whose plan died half-way', async () => {
  const world = await started(A);
  const plan = await until(await take(world, 'plan a'), 'send expand');
  await plan.step('fails in part');
  await handleOne(world, 'expand a@0/0/0');
  await cancel(world.engine, world.jobId);
  await drain(world);
  expect(world.runs.size).toBe(0);
  await resume(world.engine, world.jobId);
  await drain(world);
  await expectDone(world);
});

describe('row 15: a gap is what the file says', () => {
  it('tasks that read before and after a late write see the same gap', async () => {
    const world = await started({ id: 'a', tasks: 1 }, { id: 'd', tasks: 2, waitsFor: ['a'] });
    await expandedStep(world, 'a');
    const late = await until(await take(world, 'task a'), 'write');
    world.follow({ task: (name) => (name.startsWith('a') ? 'throws for good' : 'works') });
    await finish(await twice(world, late));
    await acceptMissing(world.engine, world.jobId);
    await expandedStep(world, 'd');
    await handleOne(world, 'task d@0/0/0');
    await finish(late);
    await drain(world);
    expect(world.files.get('a/0/0')).toBeDefined();
    expect(await world.status()).toBe('incomplete');
    expect(await world.wrongFiles()).toEqual([]);
    expect(world.files.get('d/0/0')?.slice(-8)).toBe(world.files.get('d/0/1')?.slice(-8));
    expect((await readAccepted(world.store, 'a', 0)).map(({ tasks }) => tasks)).toEqual([[0]]);
  });

  it('the file is there before any later step is planned', async () => {
    const world = await started({ id: 'a', tasks: 1 }, B);
    world.follow({ task: (name) => (name.startsWith('a') ? 'throws for good' : 'works') });
    await drain(world);
    const accepting = await command(world, 'accept', (engine) => acceptMissing(engine, world.jobId));
    await until(accepting, 'send plan b');
    expect(await readAccepted(world.store, 'a', 0)).toHaveLength(1);
    expect((await world.jobNow()).incompleteSteps.has('a@0')).toBe(true);
    await finish(accepting);
  });
});

describe('row 16: readers name keys from the plan', () => {
  it('a redone step with a smaller plan leaves files behind that nobody reads', async () => {
    const world = await started({ id: 'a', tasks: [4, 2] }, B);
    await drain(world);
    await redo(world.engine, world.jobId, 'a', { quietMilliseconds: 0 });
    await drain(world);
    expect(world.files.has('a/0/3')).toBe(true);
    await expectDone(world);
  });

  it('gaps of an older generation are not gaps of the new one', async () => {
    const world = await started({ id: 'a', tasks: 2 }, B);
    world.follow({ task: (name) => (name === 'a/0/1' ? 'throws for good' : 'works') });
    await drain(world);
    await acceptMissing(world.engine, world.jobId);
    await drain(world);
    expect(await world.status()).toBe('incomplete');
    world.follow({});
    await redo(world.engine, world.jobId, 'a', { quietMilliseconds: 0 });
    await drain(world);
    expect(await readAccepted(world.store, 'a', 1)).toEqual([]);
    await expectDone(world);
  });
});
