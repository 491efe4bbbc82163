/** What every `JobTable` must do; run by each adapter's own test file. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobTable } from '../../shared/engine/ports.ts';
import type { BlockRef, GroupRef, NewJob, RunRef } from '../../shared/engine/records.ts';

export interface TableUnderTest {
  readonly table: JobTable;
  readonly dispose: () => Promise<void>;
}

const newJob = (jobId = 'job'): NewJob => ({
  jobId,
  input: 'file:///data/brain',
  output: 'file:///data/volume',
  parameters: { blend: 'linear', chunkSize: [128, 128, 64], nested: { a: null, b: true } },
  pipelineVersion: '1',
  build: 'test',
  createdAt: 1_700_000_000_000,
  steps: ['a.one', 'b.two'],
});

const run: RunRef = { jobId: 'job', step: 'a.one', generation: 0, pass: 0 };
const group: GroupRef = { ...run, group: 3 };
const block: BlockRef = { ...run, block: 1 };
const error = { message: 'broken plane', stack: 'Error: broken plane\n  at x', worker: 'here-1', at: 5 };
const sorted = <T>(set: ReadonlySet<T> | undefined): T[] => [...(set ?? [])].sort();

export function jobTableSuite(name: string, makeTable: () => Promise<TableUnderTest>): void {
  describe(`${name} as a job table`, () => {
    let made: TableUnderTest;
    let table: JobTable;
    beforeEach(async () => {
      made = await makeTable();
      table = made.table;
    });
    afterEach(() => made.dispose());

    describe('jobs', () => {
      it('creates a job with every step at generation 0 and nothing done', async () => {
        const { steps, ...rest } = newJob();
        const record = await table.createJob(newJob());
        expect(record).toEqual({
          ...rest,
          cancelled: false,
          quietUntil: 0,
          generations: { 'a.one': 0, 'b.two': 0 },
          doneSteps: new Set(),
          failedSteps: new Set(),
          incompleteSteps: new Set(),
        });
        expect(Object.keys(record.generations)).toEqual(steps);
        expect(await table.getJob('job')).toEqual(record);
      });

      it('returns the job that is there instead of creating it again', async () => {
        await table.createJob(newJob());
        await table.stepDone('job', 'a.one@0');
        const again = await table.createJob({ ...newJob(), build: 'a later one' });
        expect(again.build).toBe('test');
        expect(sorted(again.doneSteps)).toEqual(['a.one@0']);
      });

      it('lists all jobs and knows none that was not created', async () => {
        expect(await table.listJobs()).toEqual([]);
        await table.createJob(newJob('x'));
        await table.createJob(newJob('y'));
        expect((await table.listJobs()).map((job) => job.jobId).sort()).toEqual(['x', 'y']);
        expect(await table.getJob('z')).toBeUndefined();
      });

      it('cancels and uncancels', async () => {
        await table.createJob(newJob());
        expect((await table.setCancelled('job', true)).cancelled).toBe(true);
        expect((await table.getJob('job'))?.cancelled).toBe(true);
        expect((await table.setCancelled('job', false)).cancelled).toBe(false);
      });

      it('keeps what a job waits for, and changes it only where it is as seen', async () => {
        const waiting = { maxSeconds: 60, until: 1000, looks: 0, progress: '', gaveUp: false };
        const job = await table.createJob({ ...newJob(), waiting });
        expect(job.waiting).toEqual(waiting);
        const looked = { ...waiting, looks: 1, progress: '1 of 2 planes, "é" is missing' };
        const first = await table.setWaiting('job', 1000, { waiting: looked });
        expect(first).toEqual({ applied: true, item: { ...job, waiting: looked } });
        expect(await table.getJob('job')).toEqual(first.item);
        const stale = await table.setWaiting('job', 999, { waiting, output: 'elsewhere' });
        expect(stale).toEqual({ applied: false, item: first.item });
      });

      it('changes parameters and output of a job that waits, and no longer once it waits no more', async () => {
        const waiting = { maxSeconds: 60, until: 1000, looks: 3, progress: 'half', gaveUp: true };
        await table.createJob({ ...newJob(), waiting });
        const other = {
          waiting: { ...waiting, until: 2000 },
          parameters: { a: [1] },
          output: 's3://elsewhere/x',
        };
        expect((await table.setWaiting('job', 1000, other)).item).toMatchObject(other);
        const begun = await table.setWaiting('job', 2000, {});
        expect(begun.applied).toBe(true);
        expect('waiting' in begun.item).toBe(false);
        expect(begun.item).toMatchObject({ parameters: { a: [1] }, output: 's3://elsewhere/x' });
        const late = await table.setWaiting('job', 2000, { waiting, parameters: {} });
        expect(late).toEqual({ applied: false, item: begun.item });
        expect(await table.getJob('job')).toEqual(begun.item);
      });

      it('never makes a job wait that was created without', async () => {
        const job = await table.createJob(newJob());
        expect('waiting' in job).toBe(false);
        const waiting = { maxSeconds: 60, until: 1, looks: 0, progress: '', gaveUp: false };
        expect(await table.setWaiting('job', 1, { waiting })).toEqual({ applied: false, item: job });
      });

      it('raises generations only where they are as seen, and says so', async () => {
        const job = await table.createJob(newJob());
        const raised = { 'a.one': 1, 'b.two': 1 };
        const first = await table.raise('job', job.generations, raised, 77);
        expect(first.applied).toBe(true);
        expect(first.item.generations).toEqual(raised);
        expect(first.item.quietUntil).toBe(77);
        const late = await table.raise('job', job.generations, { 'a.one': 0, 'b.two': 1 }, 99);
        expect(late.applied).toBe(false);
        expect(late.item).toEqual(first.item);
        expect(await table.getJob('job')).toEqual(first.item);
      });

      it('takes a step that is done out of the failed ones, and refuses to fail it later', async () => {
        await table.createJob(newJob());
        expect(sorted((await table.stepFailed('job', 'a.one@0')).failedSteps)).toEqual(['a.one@0']);
        const done = await table.stepDone('job', 'a.one@0');
        expect([sorted(done.doneSteps), sorted(done.failedSteps)]).toEqual([['a.one@0'], []]);
        const late = await table.stepFailed('job', 'a.one@0');
        expect([sorted(late.doneSteps), sorted(late.failedSteps)]).toEqual([['a.one@0'], []]);
        expect(sorted((await table.stepFailed('job', 'a.one@1')).failedSteps)).toEqual(['a.one@1']);
      });

      it('keeps incomplete steps beside the done ones', async () => {
        await table.createJob(newJob());
        await table.stepIncomplete('job', 'a.one@0');
        const job = await table.stepDone('job', 'a.one@0');
        expect([sorted(job.doneSteps), sorted(job.incompleteSteps)]).toEqual([['a.one@0'], ['a.one@0']]);
      });

      it('clears only the failed steps it is told', async () => {
        await table.createJob(newJob());
        await table.stepFailed('job', 'a.one@0');
        await table.stepFailed('job', 'b.two@0');
        const job = await table.clearSteps('job', ['a.one@0', 'c.three@0']);
        expect(sorted(job.failedSteps)).toEqual(['b.two@0']);
        expect(sorted((await table.clearSteps('job', [])).failedSteps)).toEqual(['b.two@0']);
      });

      it('shows both when two steps are done at once: one of the writes returns both', async () => {
        await table.createJob(newJob());
        const written = await Promise.all([
          table.stepDone('job', 'a.one@0'),
          table.stepDone('job', 'b.two@0'),
        ]);
        expect(Math.max(...written.map((job) => job.doneSteps.size))).toBe(2);
      });
    });

    describe('step runs', () => {
      it('creates a step run once and keeps its first shape', async () => {
        const made = await table.createRun(run, { count: 600, passes: 2 });
        expect(made).toEqual({
          count: 600,
          passes: 2,
          expanded: false,
          done: new Set(),
          failed: new Set(),
          accepted: new Set(),
        });
        await table.groupDone(run, 1, false);
        const again = await table.createRun(run, { count: 5, passes: 1 });
        expect([again.count, again.passes, sorted(again.done)]).toEqual([600, 2, [1]]);
      });

      it('keeps generations, passes, steps and jobs apart', async () => {
        await table.createRun(run, { count: 1, passes: 1 });
        expect(await table.getRun({ ...run, generation: 1 })).toBeUndefined();
        expect(await table.getRun({ ...run, pass: 1 })).toBeUndefined();
        expect(await table.getRun({ ...run, step: 'a.on' })).toBeUndefined();
        expect(await table.getRun({ ...run, jobId: 'other' })).toBeUndefined();
      });

      it('allows a step run without tasks', async () => {
        expect((await table.createRun(run, { count: 0, passes: 1 })).count).toBe(0);
        expect((await table.setExpanded(run)).expanded).toBe(true);
        expect((await table.getRun(run))?.count).toBe(0);
      });

      it('sets `expanded` and returns the item after it', async () => {
        await table.createRun(run, { count: 600, passes: 1 });
        await table.groupDone(run, 0, false);
        const after = await table.setExpanded(run);
        expect([after.expanded, sorted(after.done)]).toEqual([true, [0]]);
        expect((await table.getRun(run))?.expanded).toBe(true);
      });

      it('takes a done group out of the failed ones, and refuses to fail it later', async () => {
        await table.createRun(run, { count: 600, passes: 1 });
        expect(sorted((await table.groupFailed(run, 2)).failed)).toEqual([2]);
        const done = await table.groupDone(run, 2, false);
        expect([sorted(done.done), sorted(done.failed), sorted(done.accepted)]).toEqual([[2], [], []]);
        expect(sorted((await table.groupFailed(run, 2)).failed)).toEqual([]);
      });

      it('holds a group with gaps as accepted only, and refuses to fail it later', async () => {
        await table.createRun(run, { count: 600, passes: 1 });
        await table.groupFailed(run, 2);
        const gaps = await table.groupDone(run, 2, true);
        expect([sorted(gaps.done), sorted(gaps.failed), sorted(gaps.accepted)]).toEqual([[], [], [2]]);
        const late = await table.groupFailed(run, 2);
        expect([sorted(late.failed), sorted(late.accepted)]).toEqual([[], [2]]);
      });

      it('clears only the failed groups it is told', async () => {
        await table.createRun(run, { count: 600, passes: 1 });
        await table.groupDone(run, 0, false);
        await table.groupFailed(run, 1);
        await table.groupFailed(run, 2);
        const after = await table.clearGroups(run, [0, 1]);
        expect([sorted(after.done), sorted(after.failed)]).toEqual([[0], [2]]);
        expect(sorted((await table.clearGroups(run, [])).failed)).toEqual([2]);
      });

      it('holds up to a thousand groups', async () => {
        await table.createRun(run, { count: 256_000, passes: 1 });
        await table.groupDone(run, 0, false);
        await table.groupDone(run, 999, false);
        expect([...(await table.groupDone(run, 500, true)).done].sort((a, b) => a - b)).toEqual([0, 999]);
        expect([...((await table.getRun(run))?.accepted ?? [])]).toEqual([500]);
      });
    });

    describe('blocks', () => {
      it('hold groups by their number in the step run, apart from the step run itself', async () => {
        await table.createRun(run, { count: 1_000_000, passes: 1 });
        expect(await table.getBlock(block)).toBeUndefined();
        const made = await table.createBlock(block, 256);
        expect(made).toEqual({
          size: 256,
          expanded: false,
          done: new Set(),
          failed: new Set(),
          accepted: new Set(),
        });
        await table.groupDone(block, 256, false);
        await table.groupDone(block, 257, true);
        await table.groupFailed(block, 511);
        const record = await table.getBlock(block);
        expect([sorted(record?.done), sorted(record?.accepted), sorted(record?.failed)]).toEqual([
          [256],
          [257],
          [511],
        ]);
        expect((await table.getRun(run))?.done.size).toBe(0);
        expect(sorted((await table.groupDone(run, 1, false)).done)).toEqual([1]);
        expect(sorted((await table.getBlock(block))?.done)).toEqual([256]);
      });

      it('are created once, expanded and cleared like a step run', async () => {
        await table.createRun(run, { count: 1_000_000, passes: 1 });
        await table.createBlock(block, 256);
        expect((await table.setExpanded(block)).expanded).toBe(true);
        expect((await table.createBlock(block, 256)).expanded).toBe(true);
        expect((await table.getRun(run))?.expanded).toBe(false);
        await table.groupFailed(block, 300);
        expect((await table.clearGroups(block, [300])).failed.size).toBe(0);
      });
    });

    describe('groups', () => {
      beforeEach(() => table.createRun(run, { count: 1000, passes: 1 }));

      it('are created once and keep their size', async () => {
        const made = await table.createGroup(group, 232);
        expect(made).toEqual({
          size: 232,
          sent: false,
          done: new Set(),
          failed: new Set(),
          accepted: new Set(),
        });
        await table.markDone(group, 231);
        const again = await table.createGroup(group, 256);
        expect([again.size, sorted(again.done)]).toEqual([232, [231]]);
        expect(await table.getGroup(group)).toEqual(again);
        expect(await table.getGroup({ ...group, group: 2 })).toBeUndefined();
      });

      it('set `sent` and return the item after it', async () => {
        await table.createGroup(group, 256);
        await table.markDone(group, 0);
        const after = await table.setSent(group);
        expect([after.sent, sorted(after.done)]).toEqual([true, [0]]);
      });

      it('mark a slot done, and again without harm', async () => {
        await table.createGroup(group, 256);
        await table.markDone(group, 0);
        await table.markDone(group, 255);
        expect(sorted((await table.markDone(group, 255)).done)).toEqual([0, 255]);
      });

      it('refuse markDone where the slot is failed, and healDone moves it', async () => {
        await table.createGroup(group, 256);
        await table.markFailed(group, 7);
        const refused = await table.markDone(group, 7);
        expect([sorted(refused.done), sorted(refused.failed)]).toEqual([[], [7]]);
        const healed = await table.healDone(group, 7);
        expect([sorted(healed.done), sorted(healed.failed)]).toEqual([[7], []]);
      });

      it('refuse markFailed where the slot is done', async () => {
        await table.createGroup(group, 256);
        await table.markDone(group, 7);
        const refused = await table.markFailed(group, 7);
        expect([sorted(refused.done), sorted(refused.failed)]).toEqual([[7], []]);
      });

      it('clear only the failed slots they are told', async () => {
        await table.createGroup(group, 256);
        for (const slot of [1, 2, 3]) await table.markFailed(group, slot);
        expect(sorted((await table.clearFailed(group, [1, 3, 9])).failed)).toEqual([2]);
        expect(sorted((await table.clearFailed(group, [])).failed)).toEqual([2]);
      });

      it('accept exactly the failed slots that were seen, else return the item to decide again', async () => {
        await table.createGroup(group, 256);
        await table.markDone(group, 0);
        for (const slot of [1, 2]) await table.markFailed(group, slot);
        const refused = await table.accept(group, [1]);
        expect([refused.applied, sorted(refused.item.failed)]).toEqual([false, [1, 2]]);
        expect((await table.accept(group, [1, 2, 3])).applied).toBe(false);
        const taken = await table.accept(group, [2, 1]);
        expect(taken.applied).toBe(true);
        expect([sorted(taken.item.accepted), sorted(taken.item.failed)]).toEqual([[1, 2], []]);
        expect((await table.accept(group, [1, 2])).applied).toBe(false);
        await table.markFailed(group, 3);
        expect(sorted((await table.accept(group, [3])).item.accepted)).toEqual([1, 2, 3]);
      });

      it('never take back what was accepted', async () => {
        await table.createGroup(group, 256);
        await table.markFailed(group, 1);
        await table.accept(group, [1]);
        for (const write of ['markDone', 'healDone', 'markFailed'] as const) {
          const item = await table[write](group, 1);
          expect([sorted(item.done), sorted(item.failed), sorted(item.accepted)]).toEqual([[], [], [1]]);
        }
      });

      it('lose nothing when all slots are marked at once: one of the writes returns them all', async () => {
        await table.createGroup(group, 256);
        const slots = Array.from({ length: 256 }, (_, slot) => slot);
        const written = await Promise.all(slots.map((slot) => table.markDone(group, slot)));
        expect(Math.max(...written.map((item) => item.done.size))).toBe(256);
        expect((await table.getGroup(group))?.done.size).toBe(256);
      });
    });

    describe('failures', () => {
      it('count attempts per subject and keep the last error', async () => {
        expect(await table.countAttempt(run, 7, error)).toEqual({
          subject: 7,
          attempts: 1,
          lastError: error,
        });
        const later = { message: 'still broken', worker: 'there-2', at: 9 };
        expect(await table.countAttempt(run, 7, later)).toEqual({
          subject: 7,
          attempts: 2,
          lastError: later,
        });
        for (const subject of ['plan', 'expand-3', 'expand-block-1'] as const)
          expect((await table.countAttempt(run, subject, error)).attempts).toBe(1);
        const subjects = (await table.listFailures(run)).map((failure) => failure.subject);
        expect(subjects.sort()).toEqual([7, 'expand-3', 'expand-block-1', 'plan'].sort());
        expect(await table.listFailures({ ...run, pass: 1 })).toEqual([]);
      });

      it('start from 1 again after a reset', async () => {
        await table.countAttempt(run, 7, error);
        await table.countAttempt(run, 8, error);
        await table.countAttempt(run, 'plan', error);
        await table.resetAttempts(run, [7, 'plan', 99]);
        await table.resetAttempts(run, []);
        expect((await table.listFailures(run)).map((failure) => failure.subject)).toEqual([8]);
        expect((await table.countAttempt(run, 7, error)).attempts).toBe(1);
      });
    });

    it('throws where an item is written that does not exist', async () => {
      await expect(table.setCancelled('absent', true)).rejects.toThrow();
      await expect(table.stepDone('absent', 'a.one@0')).rejects.toThrow();
      await expect(table.raise('absent', {}, {}, 0)).rejects.toThrow();
      await expect(table.setExpanded(run)).rejects.toThrow();
      await expect(table.groupDone(run, 0, false)).rejects.toThrow();
      await expect(table.groupFailed(block, 0)).rejects.toThrow();
      await expect(table.setSent(group)).rejects.toThrow();
      await expect(table.markDone(group, 0)).rejects.toThrow();
      await expect(table.accept(group, [])).rejects.toThrow();
    });

    it('keeps what a reader has read as it was', async () => {
      await table.createRun(run, { count: 300, passes: 1 });
      const before = await table.createGroup(group, 256);
      await table.markDone(group, 1);
      expect(before.done.size).toBe(0);
    });
  });
}
