/**
 * The job's records in SQLite. Every write is a read, a decision and at most one statement inside one transaction;
 * reads see what is committed, and a write is committed before its promise resolves.
 */
import type { JobTable } from '../../engine/ports.ts';
import { FAILURE_SCHEMA, failureVerbs } from './failure-verbs.ts';
import type { GroupCommit } from './group-commit.ts';
import { GROUP_SCHEMA, groupVerbs } from './group-verbs.ts';
import { JOB_SCHEMA, jobVerbs } from './job-verbs.ts';
import { RUN_SCHEMA, runVerbs } from './run-verbs.ts';
import type { Sqlite } from './sqlite.ts';

export const TABLE_SCHEMA: readonly string[] = [JOB_SCHEMA, RUN_SCHEMA, GROUP_SCHEMA, FAILURE_SCHEMA];

export const localJobTable = (database: Sqlite, commit: GroupCommit): JobTable => ({
  ...jobVerbs(database, commit),
  ...runVerbs(database, commit),
  ...groupVerbs(database, commit),
  ...failureVerbs(database, commit),
});
