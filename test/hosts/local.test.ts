import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireOwner } from '../../shared/adapters/local/owner-lock.ts';
import { readState } from '../../shared/adapters/local/state.ts';
import { OutputOwnedError } from '../../shared/adapters/local/state-errors.ts';
import { CommandRefused } from '../../shared/engine/errors.ts';
import { type RunProgress, runLocal } from '../../shared/hosts/local.ts';
import { expectedOutput, type NumberJob, numberJob } from './number-job.ts';

const COUNT = 24;
const ALL_TASKS = COUNT + 1 + 5 + 1;

/** Starting a second thread takes longer than all the work. */
async function inOneThread(count: number): Promise<NumberJob> {
  const job = await numberJob(count);
  return { ...job, options: { ...job.options, workers: 1 } };
}

describe('a run on one machine', () => {
  let job: NumberJob;
  beforeEach(async () => {
    job = await inOneThread(COUNT);
  });
  afterEach(() => job.remove());

  it('does every task once and ends, here of two groups', async () => {
    const large = await numberJob(260);
    const result = await runLocal(large.options);
    expect(result).toMatchObject({
      status: 'done',
      drained: false,
      tasks: { total: 267, done: 267, failed: 0, accepted: 0, ran: 267 },
      failures: [],
    });
    expect(await large.output()).toEqual(expectedOutput(260));
    const runs = await large.runs();
    expect(new Set(runs).size).toBe(267);
    expect(runs).toHaveLength(267);
    await large.remove();
  });

  it('counts bytes read from the input and written to the output, as stored', async () => {
    const { bytesRead, bytesWritten } = await runLocal(job.options);
    expect(bytesRead).toBe(COUNT * '3'.length);
    const stored = Object.values(await job.output()).reduce((sum, text) => sum + text.length, 0);
    expect(bytesWritten).toBe(stored);
  });

  it('does nothing when it is asked again', async () => {
    await runLocal(job.options);
    await job.runs();
    const again = await runLocal(job.options);
    expect(again).toMatchObject({ status: 'done', tasks: { done: ALL_TASKS, ran: 0 } });
    expect(await job.runs()).toEqual([]);
  });

  it('shows its progress, the end last', async () => {
    const seen: RunProgress[] = [];
    await runLocal({ ...job.options, onProgress: (progress) => seen.push(progress) });
    const last = seen.at(-1);
    expect(last?.steps.map(({ step, state, tasks, done }) => [step, state, tasks, done])).toEqual([
      ['numbers.square', 'done', COUNT, COUNT],
      ['numbers.sum', 'done', 1, 1],
      ['pictures.draw', 'done', 5, 5],
      ['pictures.frame', 'done', 1, 1],
    ]);
    for (const { startedAt, doneAt, running } of last?.steps ?? []) {
      expect(doneAt).toBeGreaterThanOrEqual(startedAt ?? Number.POSITIVE_INFINITY);
      expect(running).toBe(0);
    }
    const done = seen.map((progress) => progress.steps[0]?.done ?? 0);
    expect(done).toEqual([...done].sort((a, b) => a - b));
  });

  it('stops after the step it is asked for, and goes on from there', async () => {
    const first = await runLocal({ ...job.options, until: 'numbers.sum' });
    expect(first).toMatchObject({ status: 'done', tasks: { total: COUNT + 1, ran: COUNT + 1 } });
    const rest = await runLocal(job.options);
    expect(rest).toMatchObject({ status: 'done', tasks: { total: ALL_TASKS, ran: 6 } });
    await expect(runLocal({ ...job.options, until: 'numbers.cube' })).rejects.toThrow(CommandRefused);
  });

  it('leaves a folder that another process owns as it is', async () => {
    const owner = await acquireOwner(job.options.stateFolder, 0);
    await expect(runLocal(job.options)).rejects.toThrow(OutputOwnedError);
    await owner.release();
    expect(await job.output()).toEqual({});
    expect(await readState(job.options.stateFolder)).toBeUndefined();
  });

  it('lets the folder go when it ends, also after an error', async () => {
    await expect(
      runLocal({ ...job.options, command: { kind: 'retry', acceptMissing: false } }),
    ).rejects.toThrow(CommandRefused);
    expect((await runLocal(job.options)).status).toBe('done');
  });

  it('can be looked at while it works', async () => {
    const looks: Promise<number>[] = [];
    const look = async () => {
      const state = await readState(job.options.stateFolder);
      const jobs = (await state?.table.listJobs()) ?? [];
      state?.close();
      return jobs.length;
    };
    await runLocal({ ...job.options, onProgress: () => looks.push(look()) });
    expect((await Promise.all(looks)).at(-1)).toBe(1);
  });
});

describe('a task that fails for good', () => {
  let job: NumberJob;
  beforeEach(async () => {
    job = await inOneThread(COUNT);
    await job.spoil('fail-7');
    await job.spoil('fail-20');
  });
  afterEach(() => job.remove());

  it('fails its job, keeps its error, and does not stop the other tasks', async () => {
    const result = await runLocal(job.options);
    expect(result).toMatchObject({ status: 'failed', tasks: { done: COUNT - 2 + 1, failed: 2 } });
    expect(result.failures.map(({ step, subject, error }) => [step, subject, error.message])).toEqual([
      ['numbers.square', 7, 'square 7 is not there'],
      ['numbers.square', 20, 'square 20 is not there'],
    ]);
    expect(result.failures[0]?.error.stack).toMatch(/misbehave/);
    expect((await job.runs()).filter((run) => run === 'square 7')).toHaveLength(1);
  });

  it('is retried alone once it is mended', async () => {
    await runLocal(job.options);
    await job.runs();
    await job.mend('fail-7');
    await job.mend('fail-20');
    const result = await runLocal({ ...job.options, command: { kind: 'retry', acceptMissing: false } });
    expect(result).toMatchObject({ status: 'done', failures: [] });
    const runs = await job.runs();
    expect(runs.filter((run) => run.startsWith('square')).sort()).toEqual(['square 20', 'square 7']);
    expect(await job.output()).toEqual(expectedOutput(COUNT));
  });

  it('stays failed when the same run is asked for again, and is not tried', async () => {
    await runLocal(job.options);
    await job.runs();
    expect((await runLocal(job.options)).status).toBe('failed');
    expect(await job.runs()).toEqual([]);
  });

  it('may be accepted as missing: the job goes on without it, incomplete', async () => {
    await runLocal(job.options);
    const result = await runLocal({ ...job.options, command: { kind: 'retry', acceptMissing: true } });
    expect(result).toMatchObject({ status: 'incomplete', tasks: { accepted: 2, failed: 0 }, failures: [] });
    expect(await job.output()).toMatchObject(expectedOutput(COUNT, [7, 20]));
  });
});

describe('a step that is done again', () => {
  it('takes what depends on it along, and nothing else', async () => {
    const job = await inOneThread(5);
    await runLocal(job.options);
    await job.runs();
    const redo = { kind: 'redo', step: 'numbers.sum' } as const;
    const result = await runLocal({ ...job.options, command: redo });
    expect(result.status).toBe('done');
    const runs = await job.runs();
    expect(runs[0]).toBe('sum 0');
    expect(runs.slice(1).sort()).toEqual(['draw 0-0', 'draw 0-1', 'draw 0-2', 'draw 1-0', 'draw 1-1']);
    await job.remove();
  });

  it('undoes what depends on it also beyond the step it is done until, and starts nothing there', async () => {
    const job = await inOneThread(5);
    const { options } = job;
    await runLocal({ ...options, until: 'pictures.draw' });
    await job.runs();
    const redo = { kind: 'redo', step: 'numbers.sum' } as const;
    expect((await runLocal({ ...options, command: redo, until: 'numbers.sum' })).status).toBe('done');
    expect(await job.runs()).toEqual(['sum 0']);
    await runLocal(options);
    expect((await job.runs()).filter((run) => run.startsWith('draw'))).toHaveLength(5);
    await job.remove();
  });
});

describe('a run that is told to end', () => {
  it('drains: what runs runs to its end, nothing more begins, and the next run goes on', async () => {
    const job = await inOneThread(COUNT);
    const drain = new AbortController();
    let began = 0;
    const runner = {
      run: async () => {
        if (++began === 10) drain.abort();
        return { bytesRead: 1, bytesWritten: 1 };
      },
    };
    const result = await runLocal({ ...job.options, runner, drain: drain.signal });
    expect(result).toMatchObject({ status: 'running', drained: true });
    expect(result.tasks.done).toBe(began);
    expect(began).toBeLessThan(COUNT);
    const rest = await runLocal({ ...job.options, until: 'numbers.square' });
    expect(rest).toMatchObject({ status: 'done', tasks: { ran: COUNT - began } });
    await job.remove();
  });

  it('ends its threads at once when it is stopped, and loses nothing that is done', async () => {
    const job = await numberJob(COUNT);
    await job.spoil('hang-12');
    await job.spoil('hang-13');
    const stop = new AbortController();
    const stopWhenStuck = ({ steps }: RunProgress) => {
      if (steps[0]?.running === 2 && steps[0].done === 12) stop.abort();
    };
    const onlyUpToTheHanging = await runLocal({
      ...job.options,
      stop: stop.signal,
      onProgress: stopWhenStuck,
    });
    expect(onlyUpToTheHanging).toMatchObject({
      status: 'running',
      drained: true,
      tasks: { failed: 0, done: 12 },
    });
    await job.mend('hang-12');
    await job.mend('hang-13');
    await job.runs();
    expect((await runLocal(job.options)).status).toBe('done');
    expect((await job.runs()).filter((run) => run.startsWith('square'))).toHaveLength(COUNT - 12);
    await job.remove();
  });

  it('before it began does nothing', async () => {
    const job = await inOneThread(3);
    const result = await runLocal({ ...job.options, drain: AbortSignal.abort() });
    expect(result).toMatchObject({ drained: true, tasks: { ran: 0 } });
    await job.remove();
  });
});

describe('a task larger than the machine', () => {
  it('runs alone rather than never, and the user is told once', async () => {
    const job = await inOneThread(20);
    const notes: string[] = [];
    let [running, most] = [0, 0];
    const runner = {
      run: async () => {
        most = Math.max(most, ++running);
        await new Promise(setImmediate);
        running -= 1;
        return { bytesRead: 0, bytesWritten: 0 };
      },
    };
    const onNote = (text: string) => notes.push(text);
    await runLocal({ ...job.options, runner, memoryMiB: 5, onNote, until: 'numbers.square' });
    expect(most).toBe(1);
    expect(notes).toEqual([
      'A task of numbers.square needs 10 MiB; 5 MiB are allowed: its tasks run one at a time.',
    ]);
    await job.remove();
  });

  it('shares memory with others as far as it goes', async () => {
    const job = await inOneThread(50);
    let [running, most] = [0, 0];
    const runner = {
      run: async () => {
        most = Math.max(most, ++running);
        await new Promise(setImmediate);
        running -= 1;
        return { bytesRead: 0, bytesWritten: 0 };
      },
    };
    await runLocal({ ...job.options, runner, workers: 8, memoryMiB: 35, until: 'numbers.square' });
    expect(most).toBe(3);
    await job.remove();
  });
});

describe('an error of a store outside of any task', () => {
  it('ends the run with that error, and the same command goes on once it is mended', async () => {
    const job = await inOneThread(5);
    await job.spoil('fail-2');
    await runLocal(job.options);
    // Where the list of accepted gaps should go, there is a file in place of a folder.
    await mkdir(join(job.folder, 'output', '.cloudreg'));
    const obstacle = join(job.folder, 'output', '.cloudreg', 'numbers');
    await writeFile(obstacle, '');
    const accept = { ...job.options, command: { kind: 'retry', acceptMissing: true } } as const;
    await expect(runLocal(accept)).rejects.toThrow(/\.cloudreg\/numbers/);
    await rm(obstacle);
    expect((await runLocal(accept)).status).toBe('incomplete');
    await job.remove();
  });
});
