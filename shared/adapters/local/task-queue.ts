/** The queues of one machine: the message table behind the port, with waiting. */
import type { Clock, Delivery, QueueDepth, Queues, TaskQueue } from '../../engine/ports.ts';
import { type Doorbell, doorbell } from './doorbell.ts';
import type { GroupCommit } from './group-commit.ts';
import { type MessageTable, messageTable } from './message-table.ts';
import type { Sqlite } from './sqlite.ts';

export interface LocalQueues extends Queues {
  /** Over all queues, dead letters included. */
  depth(): Promise<QueueDepth>;
  purge(): Promise<void>;
  /** Resolves once a message is visible in one of these queues, or when the signal aborts. */
  visible(queues: readonly QueueName[], signal: AbortSignal): Promise<void>;
}

/** A queue, or its dead letters. */
export interface QueueName {
  readonly name: string;
  readonly dead: boolean;
}

/** Receives after which a message is taken for one that kills its worker: the engine's own attempts end long before. */
const MAX_RECEIVES = 50;

interface Parts {
  readonly table: MessageTable;
  readonly commit: GroupCommit;
  readonly clock: Clock;
  readonly bell: Doorbell;
  readonly maxReceives: number;
}

const deadName = (name: string): string => `${name}/dead`;

export function localQueues(
  database: Sqlite,
  commit: GroupCommit,
  clock: Clock,
  { maxReceives = MAX_RECEIVES } = {},
): LocalQueues {
  const parts: Parts = {
    table: messageTable(database, clock),
    commit,
    clock,
    bell: doorbell(clock),
    maxReceives,
  };
  return {
    queue: (name) => openQueue(parts, name, deadName(name)),
    dead: (name) => openQueue(parts, deadName(name), undefined),
    depth: async () => parts.table.depth(),
    purge: () => commit.write(() => parts.table.purge()),
    visible: (queues, signal) => {
      const names = queues.map(({ name, dead }) => (dead ? deadName(name) : name));
      return untilVisible(parts, names, Number.POSITIVE_INFINITY, signal);
    },
  };
}

function openQueue(parts: Parts, name: string, dead: string | undefined): TaskQueue {
  const { table, commit, clock, bell, maxReceives } = parts;
  // A look costs a tenth of a transaction, and most receives find nothing.
  const isVisible = () => table.firstVisible(name) <= clock.now();
  const take = (max: number, leaseSeconds: number) => (): Delivery[] => {
    const taken = table.take(name, max, leaseSeconds);
    if (dead === undefined) return taken;
    const worn = taken.filter((delivery) => delivery.receives > maxReceives);
    for (const delivery of worn) table.move(name, delivery.handle, dead);
    return taken.filter((delivery) => !worn.includes(delivery));
  };
  return {
    async send(messages) {
      await commit.write(() =>
        table.send(
          name,
          messages.map((message) => message.body),
        ),
      );
      bell.ring();
    },
    async receive({ max, waitSeconds, leaseSeconds, signal = new AbortController().signal }) {
      const until = clock.now() + waitSeconds * 1000;
      while (!signal.aborted) {
        await untilVisible(parts, [name], until, signal);
        const deliveries = isVisible() ? await commit.write(take(max, leaseSeconds)) : [];
        if (deliveries.length > 0 || clock.now() >= until) return deliveries;
      }
      return [];
    },
    extend: (handle, leaseSeconds) => commit.write(() => table.extend(name, handle, leaseSeconds)),
    async release(handle, delaySeconds) {
      await commit.write(() => table.release(name, handle, delaySeconds));
      bell.ring();
    },
    delete: (handles) =>
      commit.write(() => {
        for (const handle of handles) table.remove(name, handle);
      }),
    depth: async () => table.depth(name),
    purge: () => commit.write(() => table.purge(name)),
  };
}

/** Ends at `until` (ms) too. */
async function untilVisible(
  { table, clock, bell }: Parts,
  queues: readonly string[],
  until: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const next = Math.min(until, ...queues.map((queue) => table.firstVisible(queue)));
    if (next <= clock.now()) return;
    await bell.wait(next, signal);
  }
}
