/** Queues and tables answer after a while, as AWS's do: what a worker cannot do meanwhile is lost to its thread. */
import type { Engine } from '../../shared/engine/engine.ts';
import type { Clock, JobTable, TaskQueue } from '../../shared/engine/ports.ts';

/** Assumed, and rather slow: SQS answers within tens of milliseconds, DynamoDB within ten. */
const QUEUE_MILLISECONDS = 20;
const TABLE_MILLISECONDS = 10;
/** Of the messages that one call sends or deletes, so many are under way at once: eight requests of ten. */
const MESSAGES_AT_ONCE = 80;

type Ports = Pick<Engine, 'queues' | 'table'>;

export const withLatency = ({ queues, table }: Ports, clock: Clock): Ports => ({
  queues: { queue: (name) => slowQueue(queues.queue(name), clock), dead: queues.dead },
  table: slowTable(table, clock),
});

function slowQueue(queue: TaskQueue, clock: Clock): TaskQueue {
  const wait = (messages = 1): Promise<void> =>
    clock.sleep(QUEUE_MILLISECONDS * Math.ceil(messages / MESSAGES_AT_ONCE));
  return {
    ...queue,
    async send(messages) {
      await wait(messages.length);
      await queue.send(messages);
    },
    async receive(options) {
      const deliveries = await queue.receive(options);
      // A lease runs from when the server took the message, not from when its answer came.
      await wait();
      return deliveries;
    },
    async extend(handle, leaseSeconds) {
      await wait();
      return queue.extend(handle, leaseSeconds);
    },
    async release(handle, delaySeconds) {
      await wait();
      await queue.release(handle, delaySeconds);
    },
    async delete(handles) {
      await wait(handles.length);
      await queue.delete(handles);
    },
  };
}

function slowTable(table: JobTable, clock: Clock): JobTable {
  type Verb = (...args: unknown[]) => Promise<unknown>;
  const verbs = Object.entries(table as unknown as Record<string, Verb>).map(([verb, call]) => [
    verb,
    async (...args: unknown[]) => {
      await clock.sleep(TABLE_MILLISECONDS);
      return call(...args);
    },
  ]);
  return Object.fromEntries(verbs) as JobTable;
}
