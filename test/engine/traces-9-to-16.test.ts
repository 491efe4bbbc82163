/** The traces that broke earlier versions of the protocol (PROTOCOL section 5, rows 9 to 16), each as it was found. */
import { describe, expect, it, vi } from 'vitest';
import { readAccepted } from '../../shared/engine/accepted.ts';
import { acceptMissing, cancel, redo, resume, retry, start } from '../../shared/engine/commands.ts';
import { failuresOf } from '../../shared/engine/status.ts';
import {
  command,
  consumeNext,
  countSent,
  dieWithMessage,
  drain,
  handleOne,
  purge,
  take,
  twice,
} from './kit/drive.ts';
import { nameOf } from './kit/message-names.ts';
import { finish, until } from './kit/process.ts';
import { A, B, dieAfter, expandedStep, expectDone, groupOf, runOf, started, takeTask } from './kit/trace.ts';
import { makeWorld, type World } from './kit/world.ts';

vi.mock('../../shared/engine/sizes.ts', () => ({ GROUP_SIZE: 2, BLOCK_SIZE: 2, MAX_CHILDREN: 3 }));

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

  it('while only the fan-in of a block was pending', async () => {
    const world = await started({ id: 'a', tasks: 9 });
    for (let last = 8; last >= 0; last--) {
      const consumer = await takeTask(world);
      if (last > 0) await finish(consumer);
      else await dieAfter(consumer, 'groupDone');
    }
    await drain(world);
    expect(await world.status()).toBe('running');
    await resume(world.engine, world.jobId);
    await drain(world);
    await expectDone(world);
  });

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

  it('sends the plan that failed only when its failure is cleared', async () => {
    const world = await started(A);
    world.follow({ plan: () => 'throws' });
    await drain(world);
    const retrying = await command(world, 'retry', (engine) => retry(engine, world.jobId));
    await until(retrying, 'send');
    expect((await world.jobNow()).failedSteps.size).toBe(0);
    expect(await world.table.listFailures(runOf(world, 'a'))).toEqual([]);
    await finish(retrying);
    await drain(world);
    expect(await world.table.listFailures(runOf(world, 'a'))).toMatchObject([
      { subject: 'plan', attempts: 3 },
    ]);
  });

  it.each([4, 9])('clears every level before it sends, of %i tasks', async (tasks) => {
    const world = await started({ id: 'a', tasks });
    world.follow({ task: () => 'throws for good' });
    await drain(world);
    expect((await world.table.getRun(runOf(world, 'a')))?.failed.size).toBeGreaterThan(0);
    const retrying = await command(world, 'retry', (engine) => retry(engine, world.jobId));
    await until(retrying, 'send');
    expect((await world.jobNow()).failedSteps.size).toBe(0);
    expect((await world.table.getRun(runOf(world, 'a')))?.failed.size).toBe(0);
    expect((await world.table.getGroup(groupOf(world, 'a', 1)))?.failed.size).toBe(0);
    expect(await world.table.listFailures(runOf(world, 'a'))).toEqual([]);
  });

  it('clears a group that is listed as failed and has no failure: a retry died there', async () => {
    const world = await started(A);
    world.follow({ task: (name) => (name === 'a/0/0' ? 'throws for good' : 'works') });
    await drain(world);
    const dies = await until(
      await command(world, 'retry', (engine) => retry(engine, world.jobId)),
      'clearGroups',
    );
    dies.crash();
    await retry(world.engine, world.jobId);
    expect((await world.table.getRun(runOf(world, 'a')))?.failed.size).toBe(0);
    expect(await world.status()).toBe('running');
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

  it('a step with accepted gaps is not shown as failed while its next pass runs', async () => {
    const world = await started({ id: 'a', tasks: 1, passes: 2 });
    world.follow({ task: (name) => (name === 'a/0/0' ? 'throws for good' : 'works') });
    await drain(world);
    expect(await world.status()).toBe('failed');
    await acceptMissing(world.engine, world.jobId);
    expect(await world.status()).toBe('running');
    await drain(world);
    expect(await world.status()).toBe('incomplete');
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
