/** The state of one output folder on one machine: `state.sqlite`, for one owner that writes and any number that look. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, JobTable } from '../../engine/ports.ts';
import {
  FIGURE_SCHEMA,
  type FigureReader,
  type FigureWriter,
  figureReader,
  figureWriter,
} from './figure-table.ts';
import { groupCommit } from './group-commit.ts';
import { localJobTable, TABLE_SCHEMA } from './job-table.ts';
import { QUEUE_SCHEMA } from './message-table.ts';
import { type QueueView, viewQueue } from './queue-view.ts';
import { openSqlite, type Sqlite } from './sqlite.ts';
import { StateError } from './state-errors.ts';
import { makeStateFolder } from './state-folder.ts';
import { type LocalQueues, localQueues } from './task-queue.ts';

export interface LocalState {
  readonly table: JobTable;
  readonly queues: LocalQueues;
  readonly figures: FigureWriter;
  /** Commits what still waits, then closes the file. */
  close(): void;
}

/** Raised with the tables; an older program must not guess at a newer file. */
const SCHEMA_VERSION = 1;
const FILE = 'state.sqlite';

/**
 * Opens the state for its owner (`acquireOwner` first) and forgets messages of an earlier process: nothing is in
 * flight any more, and every message can be made again from the records.
 */
export async function openState(folder: string, clock: Clock): Promise<LocalState> {
  await makeStateFolder(folder);
  const database = await openSqlite(join(folder, FILE));
  prepare(database);
  const commit = groupCommit(database);
  const queues = localQueues(database, commit, clock);
  await queues.purge();
  const close = () => {
    commit.flush();
    database.close();
  };
  const figures = figureWriter(database, commit);
  return { table: localJobTable(database, commit), queues, figures, close };
}

export interface SeenState {
  readonly table: JobTable;
  readonly figures: FigureReader;
  /** `now` in milliseconds since 1970. */
  queue(name: string, now: number): QueueView;
  close(): void;
}

/** Opens the records to look at, beside an owner at work; undefined where there are none yet. */
export async function readState(folder: string): Promise<SeenState | undefined> {
  const path = join(folder, FILE);
  if (!existsSync(path)) return undefined;
  const database = await openSqlite(path);
  if (schemaVersion(database) === 0) {
    database.close();
    return undefined;
  }
  checkVersion(database);
  database.get('PRAGMA query_only = 1');
  return {
    table: localJobTable(database, groupCommit(database)),
    figures: figureReader(database),
    queue: (name, now) => viewQueue(database, name, now),
    close: () => database.close(),
  };
}

function prepare(database: Sqlite): void {
  database.get('PRAGMA journal_mode = WAL');
  // A power cut may lose the last transactions, never harm the file: what they said was done is done again.
  database.get('PRAGMA synchronous = NORMAL');
  checkVersion(database);
  database.transaction(() => {
    for (const sql of [...TABLE_SCHEMA, ...QUEUE_SCHEMA, FIGURE_SCHEMA]) database.run(sql);
    database.run(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
}

const schemaVersion = (database: Sqlite): number =>
  database.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;

function checkVersion(database: Sqlite): void {
  const version = schemaVersion(database);
  if (version <= SCHEMA_VERSION) return;
  const cause = new Error(`its version is ${version}, newer than this program's ${SCHEMA_VERSION}`);
  throw new StateError('cannot read the state', cause);
}
