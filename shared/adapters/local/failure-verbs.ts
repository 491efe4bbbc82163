/** Attempts and last errors. Errors are kept as JSON: a plain text column would end at a NUL character. */
import type { JobTable } from '../../engine/ports.ts';
import type { FailureRecord, RunRef, Subject } from '../../engine/records.ts';
import type { GroupCommit } from './group-commit.ts';
import { runKey } from './run-verbs.ts';
import type { Sqlite } from './sqlite.ts';

export const FAILURE_SCHEMA = `CREATE TABLE IF NOT EXISTS failures (
  run TEXT, subject TEXT, attempts INTEGER, last_error TEXT, PRIMARY KEY (run, subject))`;

type FailureVerb = 'countAttempt' | 'resetAttempts' | 'listFailures';

interface FailureRow {
  readonly subject: string;
  readonly attempts: number;
  readonly last_error: string;
}

const COUNT = `INSERT INTO failures VALUES (?, ?, 1, ?)
  ON CONFLICT DO UPDATE SET attempts = attempts + 1, last_error = excluded.last_error
  RETURNING subject, attempts, last_error`;

export function failureVerbs(database: Sqlite, commit: GroupCommit): Pick<JobTable, FailureVerb> {
  return {
    countAttempt: (ref: RunRef, subject: Subject, error) =>
      commit.write(() => {
        const [row] = database.all<FailureRow>(COUNT, runKey(ref), String(subject), JSON.stringify(error));
        if (row === undefined) throw new Error(`the attempt of ${runKey(ref)} ${subject} was not stored`);
        return toRecord(row);
      }),
    resetAttempts: (ref, subjects) =>
      commit.write(() => {
        const sql = 'DELETE FROM failures WHERE run = ? AND subject IN (SELECT value FROM json_each(?))';
        database.run(sql, runKey(ref), JSON.stringify(subjects.map(String)));
      }),
    listFailures: async (ref) => {
      const sql = 'SELECT subject, attempts, last_error FROM failures WHERE run = ? ORDER BY rowid';
      return database.all<FailureRow>(sql, runKey(ref)).map(toRecord);
    },
  };
}

const toRecord = (row: FailureRow): FailureRecord => ({
  subject: toSubject(row.subject),
  attempts: row.attempts,
  lastError: JSON.parse(row.last_error),
});

const toSubject = (text: string): Subject => (/^\d+$/.test(text) ? Number(text) : (text as Subject));
