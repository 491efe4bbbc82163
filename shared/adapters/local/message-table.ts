/**
 * The messages of all queues in one SQLite table. A message is visible from `visible_at` on; while it is leased, that
 * is the end of its lease. A handle is the message's number and its receives: a later receive makes it worthless.
 */
import type { Clock, Delivery, QueueDepth } from '../../engine/ports.ts';
import type { Sqlite } from './sqlite.ts';

export const QUEUE_SCHEMA: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS messages (
     id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, visible_at INTEGER NOT NULL,
     leased INTEGER NOT NULL, receives INTEGER NOT NULL, body TEXT NOT NULL)`,
  'CREATE INDEX IF NOT EXISTS messages_by_time ON messages (queue, visible_at, id)',
];

/** Statements only: whoever calls them sees to the transaction. */
export interface MessageTable {
  send(queue: string, bodies: readonly string[]): void;
  /** Receives and leases the oldest visible messages. */
  take(queue: string, max: number, leaseSeconds: number): Delivery[];
  /** Moves a message that was just taken to another queue, visible there at once. */
  move(queue: string, handle: string, to: string): void;
  /** False: the lease is lost. */
  extend(queue: string, handle: string, leaseSeconds: number): boolean;
  release(queue: string, handle: string, delaySeconds: number): void;
  remove(queue: string, handle: string): void;
  /** Of every queue where none is named. */
  depth(queue?: string): QueueDepth;
  purge(queue?: string): void;
  /** When the first message of the queue is visible, or was; infinity where there is none. */
  firstVisible(queue: string): number;
}

interface MessageRow {
  readonly id: number;
  readonly body: string;
  readonly receives: number;
}

const SEND = `INSERT INTO messages (queue, visible_at, leased, receives, body)
  SELECT ?, ?, 0, 0, value FROM json_each(?)`;
const TAKE = `UPDATE messages SET visible_at = ?, leased = 1, receives = receives + 1
  WHERE id IN (SELECT id FROM messages WHERE queue = ? AND visible_at <= ? ORDER BY visible_at, id LIMIT ?)
  RETURNING id, body, receives`;
const HELD = 'WHERE id = ? AND receives = ? AND queue = ? AND leased = 1';
const DEPTH = `SELECT count(*) AS messages, coalesce(sum(visible_at > ? AND leased = 1), 0) AS in_flight,
  coalesce(sum(visible_at > ? AND leased = 0), 0) AS delayed FROM messages`;

export function messageTable(database: Sqlite, clock: Clock): MessageTable {
  return {
    send: (queue, bodies) => database.run(SEND, queue, clock.now(), JSON.stringify(bodies)),
    take(queue, max, leaseSeconds) {
      const now = clock.now();
      return database.all<MessageRow>(TAKE, now + leaseSeconds * 1000, queue, now, max).map(toDelivery);
    },
    move(queue, handle, to) {
      const sql = `UPDATE messages SET queue = ?, visible_at = ?, leased = 0 ${HELD}`;
      database.run(sql, to, clock.now(), ...parseHandle(handle), queue);
    },
    extend(queue, handle, leaseSeconds) {
      const now = clock.now();
      const sql = `UPDATE messages SET visible_at = ? ${HELD} AND visible_at > ? RETURNING id`;
      return database.all(sql, now + leaseSeconds * 1000, ...parseHandle(handle), queue, now).length > 0;
    },
    release(queue, handle, delaySeconds) {
      const sql = `UPDATE messages SET leased = 0, visible_at = ? ${HELD}`;
      database.run(sql, clock.now() + delaySeconds * 1000, ...parseHandle(handle), queue);
    },
    remove: (queue, handle) => database.run(`DELETE FROM messages ${HELD}`, ...parseHandle(handle), queue),
    depth(queue) {
      const now = clock.now();
      const where = queue === undefined ? [] : [queue];
      const row = database.get<DepthRow>(
        `${DEPTH}${where.length > 0 ? ' WHERE queue = ?' : ''}`,
        now,
        now,
        ...where,
      );
      const { messages = 0, in_flight: inFlight = 0, delayed = 0 } = row ?? {};
      return { visible: messages - inFlight - delayed, inFlight, delayed };
    },
    purge(queue) {
      if (queue === undefined) database.run('DELETE FROM messages');
      else database.run('DELETE FROM messages WHERE queue = ?', queue);
    },
    firstVisible(queue) {
      const sql = 'SELECT min(visible_at) AS time FROM messages WHERE queue = ?';
      return database.get<{ time: number | null }>(sql, queue)?.time ?? Number.POSITIVE_INFINITY;
    },
  };
}

interface DepthRow {
  readonly messages: number;
  readonly in_flight: number;
  readonly delayed: number;
}

const toDelivery = (row: MessageRow): Delivery => ({
  handle: `${row.id}.${row.receives}`,
  body: row.body,
  receives: row.receives,
});

function parseHandle(handle: string): [id: number, receives: number] {
  const [id = '', receives = ''] = handle.split('.');
  if (!/^\d+\.\d+$/.test(handle)) throw new Error(`"${handle}" is no handle of a received message`);
  return [Number(id), Number(receives)];
}
