import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { groupCommit } from '../../../shared/adapters/local/group-commit.ts';
import { QUEUE_SCHEMA } from '../../../shared/adapters/local/message-table.ts';
import { openSqlite, type Sqlite } from '../../../shared/adapters/local/sqlite.ts';
import { openState, readState } from '../../../shared/adapters/local/state.ts';
import { StateError } from '../../../shared/adapters/local/state-errors.ts';
import { localQueues } from '../../../shared/adapters/local/task-queue.ts';
import { handClock } from '../../../shared/adapters/memory/clock.ts';
import { jobTableSuite } from '../../ports/job-table.ts';
import { taskQueueSuite } from '../../ports/task-queue.ts';
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.ts';

jobTableSuite('SQLite', async () => {
  const folder = await temporaryFolder();
  const state = await openState(folder.path, handClock());
  const dispose = async () => {
    state.close();
    await folder.remove();
  };
  return { table: state.table, dispose };
});

taskQueueSuite('SQLite', async (options) => {
  const folder = await temporaryFolder();
  const clock = handClock(1_000_000);
  const database = await openSqlite(join(folder.path, 'queues.sqlite'));
  for (const sql of QUEUE_SCHEMA) database.run(sql);
  const queues = localQueues(database, groupCommit(database), clock, options);
  const dispose = async () => {
    database.close();
    await folder.remove();
  };
  return { queue: queues.queue('tasks'), dead: queues.dead('tasks'), advance: clock.advance, dispose };
});

describe('the state of an output folder', () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => folder.remove());

  const newJob = {
    jobId: 'job',
    input: 'file:///in',
    output: 'file:///out',
    parameters: {},
    pipelineVersion: '1',
    build: 'test',
    createdAt: 1,
    steps: ['a.one'],
  };

  it('keeps its records and forgets its messages when it is opened again', async () => {
    const first = await openState(folder.path, handClock());
    await first.table.createJob(newJob);
    await first.queues.queue('a').send([{ body: 'x', group: 'job' }]);
    first.close();
    const second = await openState(folder.path, handClock());
    expect((await second.table.getJob('job'))?.build).toBe('test');
    expect(await second.queues.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    second.close();
  });

  it('commits what is waiting when it is closed', async () => {
    const first = await openState(folder.path, handClock());
    const created = first.table.createJob(newJob);
    first.close();
    await created;
    const second = await openState(folder.path, handClock());
    expect(await second.table.listJobs()).toHaveLength(1);
    second.close();
  });

  it('can be read beside its owner, and not written', async () => {
    expect(await readState(folder.path)).toBeUndefined();
    const owner = await openState(folder.path, handClock());
    await owner.table.createJob(newJob);
    const reader = await readState(folder.path);
    expect(await reader?.table.getJob('job')).toBeDefined();
    await owner.table.setCancelled('job', true);
    expect((await reader?.table.getJob('job'))?.cancelled).toBe(true);
    await expect(reader?.table.setCancelled('job', false)).rejects.toThrow(/readonly|query_only/);
    reader?.close();
    owner.close();
  });

  it('says which file is wrong where the state is no database', async () => {
    await writeFile(join(folder.path, 'state.sqlite'), 'not a database, '.repeat(100));
    const opening = openState(folder.path, handClock());
    await expect(opening).rejects.toThrow(StateError);
    await expect(opening).rejects.toThrow(/state\.sqlite.*Move the file away/);
  });

  it('says which folder it cannot make', async () => {
    await writeFile(join(folder.path, 'file'), '');
    await expect(openState(join(folder.path, 'file', 'state'), handClock())).rejects.toThrow(
      /cannot make .*file/,
    );
  });

  it('refuses a state of a newer program', async () => {
    const state = await openState(folder.path, handClock());
    state.close();
    const database = await openSqlite(join(folder.path, 'state.sqlite'));
    database.run('PRAGMA user_version = 99');
    database.close();
    await expect(openState(folder.path, handClock())).rejects.toThrow(/99, newer than/);
    await expect(readState(folder.path)).rejects.toThrow(/99, newer than/);
  });
});

describe('writes of one turn', () => {
  let folder: TemporaryFolder;
  let database: Sqlite;
  beforeEach(async () => {
    folder = await temporaryFolder();
    database = await openSqlite(join(folder.path, 'test.sqlite'));
    database.run('CREATE TABLE numbers (n INTEGER PRIMARY KEY)');
  });
  afterEach(async () => {
    database.close();
    await folder.remove();
  });

  const insert = (n: number) => () => {
    database.run('INSERT INTO numbers VALUES (?)', n);
    return n;
  };
  const stored = () => database.all<{ n: number }>('SELECT n FROM numbers ORDER BY n').map((row) => row.n);

  it('share one transaction', async () => {
    let transactions = 0;
    const counting: Sqlite = {
      ...database,
      transaction: (work) => {
        transactions += 1;
        return database.transaction(work);
      },
    };
    const commit = groupCommit(counting);
    expect(await Promise.all([1, 2, 3].map((n) => commit.write(insert(n))))).toEqual([1, 2, 3]);
    expect(transactions).toBe(1);
  });

  it('fail alone: the error reaches the one write, and none of its statements stays', async () => {
    const commit = groupCommit(database);
    const twoThenWrong = () => {
      insert(10)();
      insert(11)();
      throw new Error('wrong');
    };
    const results = await Promise.allSettled([
      commit.write(insert(1)),
      commit.write(twoThenWrong),
      commit.write(insert(1)),
      commit.write(insert(2)),
    ]);
    expect(results.map((result) => result.status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect((results[1] as PromiseRejectedResult).reason.message).toBe('wrong');
    expect((results[2] as PromiseRejectedResult).reason.message).toMatch(/UNIQUE/);
    expect(stored()).toEqual([1, 2]);
  });

  it('are committed before their promises resolve', async () => {
    const other = await openSqlite(join(folder.path, 'test.sqlite'));
    await groupCommit(database).write(insert(5));
    expect(other.all('SELECT n FROM numbers')).toHaveLength(1);
    other.close();
  });
});

describe('values', () => {
  it('that would end the process or be refused by libsql pass through', async () => {
    const folder = await temporaryFolder();
    const database = await openSqlite(join(folder.path, 'test.sqlite'));
    database.run('CREATE TABLE t (value)');
    for (const value of [true, false, undefined, null, new Uint8Array([1, 2]), 'text', 5])
      database.run('INSERT INTO t VALUES (?)', value);
    const values = database.all<{ value: unknown }>('SELECT value FROM t').map((row) => row.value);
    expect(
      values.map((value) => (value instanceof ArrayBuffer ? [...new Uint8Array(value)] : value)),
    ).toEqual([1, 0, null, null, [1, 2], 'text', 5]);
    database.close();
    await folder.remove();
  });
});
