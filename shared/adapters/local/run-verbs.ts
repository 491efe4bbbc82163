/** Step runs and their blocks: parents with the same three sets of children, so they share one table. */
import type { JobTable } from '../../engine/ports.ts';
import {
  BLOCK_SIZE,
  type BlockRecord,
  type BlockRef,
  childrenOf,
  type ParentRecord,
  type ParentRef,
  type RunRecord,
  type RunRef,
} from '../../engine/records.ts';
import { add, type ChildBits, emptyBitmap, has, remove, toSets } from './bitmap.ts';
import type { GroupCommit } from './group-commit.ts';
import type { Sqlite } from './sqlite.ts';

/** A step run has block -1 and a count; a block has its own number and none. */
export const RUN_SCHEMA = `CREATE TABLE IF NOT EXISTS parents (
  run TEXT, block INTEGER, first INTEGER, size INTEGER, count INTEGER, passes INTEGER, expanded INTEGER,
  done BLOB, failed BLOB, accepted BLOB, PRIMARY KEY (run, block)) WITHOUT ROWID`;

type RunVerb =
  | 'createRun'
  | 'getRun'
  | 'createBlock'
  | 'getBlock'
  | 'setExpanded'
  | 'groupDone'
  | 'groupFailed'
  | 'clearGroups';

interface ParentRow extends ChildBits {
  readonly count: number | null;
  readonly passes: number | null;
  readonly expanded: number;
}

const RUN_ITSELF = -1;
const SELECT = `SELECT first, size, count, passes, expanded, done, failed, accepted FROM parents
  WHERE run = ? AND block = ?`;

export const runKey = (ref: RunRef): string => `${ref.jobId}/${ref.step}@${ref.generation}/${ref.pass}`;
const blockOf = (ref: ParentRef): number => ('block' in ref ? ref.block : RUN_ITSELF);

export function runVerbs(database: Sqlite, commit: GroupCommit): Pick<JobTable, RunVerb> {
  const find = (ref: ParentRef) => database.get<ParentRow>(SELECT, runKey(ref), blockOf(ref));
  const read = (ref: ParentRef): ParentRow => {
    const row = find(ref);
    if (row === undefined)
      throw new Error(`no record of ${runKey(ref)}, block ${blockOf(ref)}: never created`);
    return row;
  };
  const create = (
    ref: ParentRef,
    first: number,
    size: number,
    count?: number,
    passes?: number,
  ): ParentRow => {
    const sql = 'INSERT INTO parents VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?) ON CONFLICT DO NOTHING';
    const none = emptyBitmap(size);
    database.run(sql, runKey(ref), blockOf(ref), first, size, count, passes, none, none, none);
    return read(ref);
  };
  const change = (ref: ParentRef, update: (row: ParentRow) => void): Promise<ParentRecord> =>
    commit.write(() => {
      const row = read(ref);
      update(row);
      const sql = 'UPDATE parents SET done = ?, failed = ?, accepted = ? WHERE run = ? AND block = ?';
      database.run(sql, row.done, row.failed, row.accepted, runKey(ref), blockOf(ref));
      return toRecord(row);
    });

  return {
    createRun: (ref, { count, passes }) =>
      commit.write(() => toRecord(create(runOnly(ref), 0, childrenOf(count), count, passes)) as RunRecord),
    getRun: async (ref) => recordOf<RunRecord>(find(runOnly(ref))),
    createBlock: (ref, size) =>
      commit.write(() => toRecord(create(ref, ref.block * BLOCK_SIZE, size)) as BlockRecord),
    getBlock: async (ref: BlockRef) => recordOf<BlockRecord>(find(ref)),
    setExpanded: (ref) =>
      commit.write(() => {
        const row = read(ref);
        const sql = 'UPDATE parents SET expanded = 1 WHERE run = ? AND block = ?';
        database.run(sql, runKey(ref), blockOf(ref));
        return toRecord({ ...row, expanded: 1 });
      }),
    // Gaps are final when the child is complete, so a child is always put into the same one of the two sets.
    groupDone: (ref, child, gaps) =>
      change(ref, (row) => {
        add(row, gaps ? 'accepted' : 'done', child);
        remove(row, 'failed', child);
      }),
    groupFailed: (ref, child) =>
      change(ref, (row) => {
        if (!has(row, 'done', child) && !has(row, 'accepted', child)) add(row, 'failed', child);
      }),
    clearGroups: (ref, children) =>
      change(ref, (row) => {
        for (const child of children) remove(row, 'failed', child);
      }),
  };
}

/** A reference to a block or a group names its step run too. */
const runOnly = ({ jobId, step, generation, pass }: RunRef): RunRef => ({ jobId, step, generation, pass });

const recordOf = <Item extends ParentRecord>(row: ParentRow | undefined): Item | undefined =>
  row && (toRecord(row) as Item);

function toRecord(row: ParentRow): ParentRecord {
  const rest = { expanded: row.expanded !== 0, ...toSets(row) };
  if (row.count === null || row.passes === null) return { size: row.size, ...rest } satisfies BlockRecord;
  return { count: row.count, passes: row.passes, ...rest } satisfies RunRecord;
}
