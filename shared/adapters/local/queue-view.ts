/** A look at a queue from beside its owner, by its index: what is in work, and what waits longest. */
import type { Sqlite } from './sqlite.ts';

export interface QueueView {
  /** Bodies of the messages that are leased. */
  readonly inWork: readonly string[];
  /** Undefined where nothing waits. */
  readonly oldest: { readonly body: string; readonly since: number } | undefined;
}

const IN_WORK = 'SELECT body FROM messages WHERE queue = ? AND visible_at > ? AND leased = 1';
const OLDEST = `SELECT body, visible_at AS since FROM messages WHERE queue = ? AND visible_at <= ?
  ORDER BY visible_at, id LIMIT 1`;

/** `now` in milliseconds since 1970. */
export function viewQueue(database: Sqlite, queue: string, now: number): QueueView {
  const oldest = database.get<{ body: string; since: number }>(OLDEST, queue, now);
  return {
    inWork: database.all<{ body: string }>(IN_WORK, queue, now).map(({ body }) => body),
    oldest: oldest && { body: oldest.body, since: oldest.since },
  };
}
