/** Queues and table that count what AWS would bill: requests, units, and the writes of each partition in each second. */
import type { Clock, JobTable, Queues, TaskQueue } from '../../shared/engine/ports.ts';
import type { ChildSets, RunRef } from '../../shared/engine/records.ts';

export interface Meter {
  sqsRequests: number;
  messages: number;
  emptyReceives: number;
  heartbeats: number;
  /** Extensions that came too late. */
  lostLeases: number;
  /** Receives of a message that was received before. */
  redeliveries: number;
  readUnits: number;
  writeUnits: number;
  /** In any second, of any partition key. */
  mostPartitionWrites: number;
  hottestPartition: string;
  /** In any second, of the whole table. */
  mostTableWrites: number;
}

export const newMeter = (): Meter => ({
  ...{ sqsRequests: 0, messages: 0, emptyReceives: 0, heartbeats: 0, lostLeases: 0, redeliveries: 0 },
  ...{ readUnits: 0, writeUnits: 0, mostPartitionWrites: 0, hottestPartition: '', mostTableWrites: 0 },
});

const SQS_BATCH = 10;

export const meteredQueues = (queues: Queues, meter: Meter): Queues => {
  const known = new Map<string, TaskQueue>();
  return {
    queue: (name) => {
      const found = known.get(name) ?? meteredQueue(queues.queue(name), meter);
      known.set(name, found);
      return found;
    },
    dead: queues.dead,
  };
};

function meteredQueue(queue: TaskQueue, meter: Meter): TaskQueue {
  const requests = (entries: number): void => {
    meter.sqsRequests += Math.ceil(entries / SQS_BATCH);
  };
  return {
    ...queue,
    async send(messages) {
      requests(messages.length);
      meter.messages += messages.length;
      await queue.send(messages);
    },
    async receive(options) {
      const deliveries = await queue.receive(options);
      requests(Math.max(1, deliveries.length));
      if (deliveries.length === 0) meter.emptyReceives += 1;
      for (const { receives } of deliveries) if (receives > 1) meter.redeliveries += 1;
      return deliveries;
    },
    async extend(handle, leaseSeconds) {
      requests(1);
      meter.heartbeats += 1;
      const isHeld = await queue.extend(handle, leaseSeconds);
      if (!isHeld) meter.lostLeases += 1;
      return isHeld;
    },
    async release(handle, delaySeconds) {
      requests(1);
      await queue.release(handle, delaySeconds);
    },
    async delete(handles) {
      requests(handles.length);
      await queue.delete(handles);
    },
  };
}

/** An item without its sets, and a member of one, bytes: as test/adapters/aws/dynamodb/item-sizes.test.ts bounds them. */
const ITEM_BYTES = 150;
const MEMBER_BYTES = 4;
const WRITE_UNIT = 1024;
const READ_UNIT = 4096;

type Verb = (...args: never[]) => Promise<unknown>;
const READS: ReadonlySet<string> = new Set([
  'getJob',
  'getRun',
  'getBlock',
  'getGroup',
  'listJobs',
  'listFailures',
]);

export function meteredTable(table: JobTable, clock: Clock, meter: Meter): JobTable {
  const partitions = partitionMeter(clock, meter);
  const metered = Object.entries(table as unknown as Record<string, Verb>).map(([verb, call]) => [
    verb,
    async (...args: never[]) => {
      const result = await call(...args);
      const bytes = bytesOf(result);
      if (READS.has(verb)) meter.readUnits += Math.ceil(bytes / READ_UNIT);
      else partitions(partitionOf(args[0]), Math.ceil(bytes / WRITE_UNIT));
      return result;
    },
  ]);
  return Object.fromEntries(metered) as JobTable;
}

function partitionMeter(clock: Clock, meter: Meter) {
  let second = -1;
  let ofTable = 0;
  const writes = new Map<string, number>();
  return (partition: string, units: number): void => {
    const now = Math.floor(clock.now() / 1000);
    if (now !== second) {
      writes.clear();
      ofTable = 0;
      second = now;
    }
    meter.writeUnits += units;
    ofTable += units;
    meter.mostTableWrites = Math.max(meter.mostTableWrites, ofTable);
    const own = (writes.get(partition) ?? 0) + units;
    writes.set(partition, own);
    if (own <= meter.mostPartitionWrites) return;
    meter.mostPartitionWrites = own;
    meter.hottestPartition = partition;
  };
}

function bytesOf(result: unknown): number {
  const sets =
    (result as { readonly item?: ChildSets } | undefined)?.item ?? (result as ChildSets | undefined);
  if (sets?.done === undefined) return ITEM_BYTES;
  return ITEM_BYTES + MEMBER_BYTES * (sets.done.size + sets.failed.size + sets.accepted.size);
}

/** As `shared/adapters/aws/dynamodb/item-keys.ts` names them. */
function partitionOf(first: unknown): string {
  if (typeof first === 'string') return first;
  const { jobId, step, generation, pass, ...child } = first as RunRef & { block?: number; group?: number };
  if (step === undefined) return jobId;
  const run = `${jobId}/${step}@${generation}/${pass}`;
  if (child.group !== undefined) return `${run}/group/${child.group}`;
  return child.block === undefined ? run : `${run}/block/${child.block}`;
}
