/**
 * One transaction for all writes that are asked for in one turn of the event loop: a transaction costs as much as two
 * or three statements, and a host with many tasks in flight writes dozens of records a turn.
 */
import type { Sqlite } from './sqlite.ts';

export interface GroupCommit {
  /**
   * Resolves with what `work` returned once it is committed. Rejects with its error, and then none of its writes
   * stays and no other write is touched. `work` may be called twice, so it does nothing but statements.
   */
  write<T>(work: () => T): Promise<T>;
  /** Commits what still waits. */
  flush(): void;
}

interface Write {
  readonly work: () => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export function groupCommit(database: Sqlite): GroupCommit {
  let waiting: Write[] = [];
  const flush = () => {
    const writes = waiting;
    waiting = [];
    if (writes.length > 0) commitTogether(database, writes);
  };
  return {
    flush,
    write: <T>(work: () => T) =>
      new Promise<T>((resolve, reject) => {
        waiting.push({ work, resolve: resolve as (result: unknown) => void, reject });
        if (waiting.length === 1) setImmediate(flush);
      }),
  };
}

function commitTogether(database: Sqlite, writes: readonly Write[]): void {
  let results: unknown[];
  try {
    results = database.transaction(() => writes.map((write) => write.work()));
  } catch {
    // One of them failed and all were rolled back: each alone now, so that the error reaches the one it belongs to.
    for (const write of writes) commitAlone(database, write);
    return;
  }
  for (const [index, write] of writes.entries()) write.resolve(results[index]);
}

function commitAlone(database: Sqlite, write: Write): void {
  try {
    write.resolve(database.transaction(write.work));
  } catch (error) {
    write.reject(error);
  }
}
