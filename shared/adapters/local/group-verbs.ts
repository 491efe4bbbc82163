/** Groups of up to 256 tasks: three sets of 32 bytes and a flag. */
import type { JobTable } from '../../engine/ports.ts';
import type { GroupRecord, GroupRef } from '../../engine/records.ts';
import { add, type ChildBits, emptyBitmap, has, remove, toSets } from './bitmap.ts';
import type { GroupCommit } from './group-commit.ts';
import { runKey } from './run-verbs.ts';
import type { Sqlite } from './sqlite.ts';

export const GROUP_SCHEMA = `CREATE TABLE IF NOT EXISTS groups (
  run TEXT, number INTEGER, size INTEGER, sent INTEGER,
  done BLOB, failed BLOB, accepted BLOB, PRIMARY KEY (run, number)) WITHOUT ROWID`;

type GroupVerb =
  | 'createGroup'
  | 'getGroup'
  | 'setSent'
  | 'markDone'
  | 'healDone'
  | 'markFailed'
  | 'clearFailed'
  | 'accept';

interface GroupRow extends ChildBits {
  readonly sent: number;
}

const SELECT =
  'SELECT 0 AS first, size, sent, done, failed, accepted FROM groups WHERE run = ? AND number = ?';
const UPDATE = 'UPDATE groups SET done = ?, failed = ?, accepted = ? WHERE run = ? AND number = ?';

export function groupVerbs(database: Sqlite, commit: GroupCommit): Pick<JobTable, GroupVerb> {
  const find = (ref: GroupRef) => database.get<GroupRow>(SELECT, runKey(ref), ref.group);
  const read = (ref: GroupRef): GroupRow => {
    const row = find(ref);
    if (row === undefined) throw new Error(`no record of ${runKey(ref)}, group ${ref.group}: never created`);
    return row;
  };
  /** `update` returns false where the verb's condition refuses it. */
  const change = (ref: GroupRef, update: (row: GroupRow) => boolean) =>
    commit.write(() => {
      const row = read(ref);
      const applied = update(row);
      if (applied) database.run(UPDATE, row.done, row.failed, row.accepted, runKey(ref), ref.group);
      return { applied, item: toRecord(row) };
    });
  const changed = async (ref: GroupRef, update: (row: GroupRow) => boolean): Promise<GroupRecord> =>
    (await change(ref, update)).item;

  return {
    createGroup: (ref, size) =>
      commit.write(() => {
        const none = emptyBitmap(size);
        const sql = 'INSERT INTO groups VALUES (?, ?, ?, 0, ?, ?, ?) ON CONFLICT DO NOTHING';
        database.run(sql, runKey(ref), ref.group, size, none, none, none);
        return toRecord(read(ref));
      }),
    getGroup: async (ref) => {
      const row = find(ref);
      return row && toRecord(row);
    },
    setSent: (ref) =>
      commit.write(() => {
        const row = read(ref);
        database.run('UPDATE groups SET sent = 1 WHERE run = ? AND number = ?', runKey(ref), ref.group);
        return toRecord({ ...row, sent: 1 });
      }),
    markDone: (ref, slot) =>
      changed(ref, (row) => {
        const refused = has(row, 'failed', slot) || has(row, 'accepted', slot);
        if (!refused) add(row, 'done', slot);
        return !refused;
      }),
    healDone: (ref, slot) =>
      changed(ref, (row) => {
        if (has(row, 'accepted', slot)) return false;
        add(row, 'done', slot);
        remove(row, 'failed', slot);
        return true;
      }),
    markFailed: (ref, slot) =>
      changed(ref, (row) => {
        const refused = has(row, 'done', slot) || has(row, 'accepted', slot);
        if (!refused) add(row, 'failed', slot);
        return !refused;
      }),
    clearFailed: (ref, slots) =>
      changed(ref, (row) => {
        for (const slot of slots) remove(row, 'failed', slot);
        return true;
      }),
    accept: (ref, slots) =>
      change(ref, (row) => {
        const { failed } = toSets(row);
        if (failed.size !== slots.length || !slots.every((slot) => failed.has(slot))) return false;
        for (const slot of slots) {
          add(row, 'accepted', slot);
          remove(row, 'failed', slot);
        }
        return true;
      }),
  };
}

const toRecord = (row: GroupRow): GroupRecord => ({ size: row.size, sent: row.sent !== 0, ...toSets(row) });
