/** The traces that broke earlier versions of the protocol (PROTOCOL section 5, rows 1 to 8), each as it was found. */
import { describe, expect, it, vi } from 'vitest';
import { acceptMissing, cancel, redo, resume, retry, start } from '../../shared/engine/commands.ts';
import { stillWanted } from '../../shared/engine/handle-message.ts';
import { failuresOf } from '../../shared/engine/status.ts';
import { drain, drainVisible, handleOne, take, twice } from './kit/drive.ts';
import { nameOf } from './kit/message-names.ts';
import { finish, until } from './kit/process.ts';
import { A, B, expandedStep, expectDone, groupOf, runOf, started } from './kit/trace.ts';
import { makeWorld, QUIET_MILLISECONDS } from './kit/world.ts';

vi.mock('../../shared/engine/sizes.ts', () => ({ GROUP_SIZE: 2, BLOCK_SIZE: 2, MAX_CHILDREN: 3 }));

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
