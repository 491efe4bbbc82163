/**
 * One process works on an output folder. The lock is an open transaction on a file of its own: it dies with the process
 * (`kill -9` too), and the records beside it stay readable meanwhile.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { openSqlite, type Sqlite } from './sqlite.ts';
import { OutputOwnedError, StateError } from './state-errors.ts';
import { makeStateFolder } from './state-folder.ts';

export interface Owner {
  release(): Promise<void>;
}

/** Who holds the folder, in `owner.json`: for the message alone, the lock itself is what counts. */
interface OwnerNote {
  readonly pid: number;
  readonly host: string;
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly command: string;
}

/** Throws `OutputOwnedError` where another process holds the folder. */
export async function acquireOwner(folder: string, now: number): Promise<Owner> {
  await makeStateFolder(folder);
  const lock = await openSqlite(join(folder, 'owner.sqlite'), 0);
  try {
    lock.run('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (isBusy(error)) throw new OutputOwnedError(folder, await readNote(folder));
    throw error;
  }
  const path = join(folder, 'owner.json');
  await writeNote(path, now).catch((cause: unknown) => {
    letGo(lock);
    throw new StateError(`cannot write ${path}`, cause);
  });
  const release = async () => {
    await rm(path, { force: true });
    letGo(lock);
  };
  return { release };
}

/** Closing alone would keep the lock until the statement is collected. */
function letGo(lock: Sqlite): void {
  lock.run('ROLLBACK');
  lock.close();
}

const isBusy = (error: unknown): boolean =>
  error instanceof StateError && (error.cause as NodeJS.ErrnoException).code === 'SQLITE_BUSY';

async function writeNote(path: string, now: number): Promise<void> {
  const command = process.argv.slice(2).join(' ');
  const note: OwnerNote = { pid: process.pid, host: hostname(), started: now, command };
  await writeFile(path, `${JSON.stringify(note)}\n`);
}

async function readNote(folder: string): Promise<string> {
  try {
    const note: OwnerNote = JSON.parse(await readFile(join(folder, 'owner.json'), 'utf8'));
    const since = new Date(note.started).toISOString();
    return `process ${note.pid} on host ${note.host} since ${since} ("${note.command}")`;
  } catch {
    // The other process has the lock but has not written its note yet.
    return 'another process';
  }
}
