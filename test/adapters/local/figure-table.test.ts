import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FIGURE_SCHEMA, figureReader, figureWriter } from '../../../shared/adapters/local/figure-table.ts';
import { groupCommit } from '../../../shared/adapters/local/group-commit.ts';
import { openSqlite, type Sqlite } from '../../../shared/adapters/local/sqlite.ts';

const STEP = { jobId: 'j', step: 'a.b', generation: 1 };
const AT = Date.UTC(2026, 10, 22);

let database: Sqlite;
beforeEach(async () => {
  database = await openSqlite(':memory:');
});
afterEach(() => database.close());

async function add(tasks: number, seconds: (task: number) => number, everySeconds: number, generation = 1) {
  const writer = figureWriter(database, groupCommit(database));
  for (let task = 0; task < tasks; task++) {
    const endedAt = AT + task * everySeconds * 1000;
    const beganAt = endedAt - seconds(task) * 1000;
    await writer.add(
      { ...STEP, generation },
      { beganAt, endedAt, voxels: 3e9, bytesRead: 2, bytesWritten: 1 },
    );
  }
}
const rows = () => figureReader(database).rows(STEP.jobId, STEP.step, STEP.generation);

describe('the figures of tasks', () => {
  it('add up every task, in far fewer rows than there are tasks', async () => {
    database.run(FIGURE_SCHEMA);
    await add(2000, (task) => 1 + (task % 10) / 100, 0.1);
    const sum = (of: (row: ReturnType<typeof rows>[number]) => number) =>
      rows().reduce((all, row) => all + of(row), 0);
    expect(sum(({ tasks }) => tasks)).toBe(2000);
    expect(sum(({ voxels }) => voxels)).toBe(2000 * 3e9);
    expect(sum(({ bytesRead }) => bytesRead)).toBe(4000);
    expect(rows().length).toBeLessThan(100);
  });

  it('know how long tasks took, to 2.5 %, from milliseconds to days', async () => {
    database.run(FIGURE_SCHEMA);
    for (const seconds of [0.002, 0.5, 1, 77, 200_000]) {
      database.run('DELETE FROM figures');
      await add(1, () => seconds, 1);
      expect(Math.abs(rows()[0]!.taskSeconds / seconds - 1)).toBeLessThan(0.026);
    }
  });

  it('are those of a generation, in the order of time', async () => {
    database.run(FIGURE_SCHEMA);
    await add(3, () => 1, 60);
    await add(5, () => 1, 60, 2);
    expect(rows().map(({ tasks }) => tasks)).toEqual([1, 1, 1]);
    expect(rows().map(({ endedAt }) => endedAt)).toEqual([AT, AT + 60_000, AT + 120_000]);
  });

  it('are none in a state of an older program', () => {
    expect(rows()).toEqual([]);
  });
});
