/**
 * A standard SQS queue behind the port. `MessageGroupId` on a standard queue makes it fair: the messages of a giant job
 * do not hold up those of a small one.
 *
 * Where SQS is less than the port: `depth` is approximate and late, and counts what was given back with a delay as in
 * flight; `purge` takes up to a minute; a late `delete` may succeed and the message come back (its task is done by then).
 * A handle can be extended by the process that received it, and for 12 h in all: where a whole lease no longer fits in,
 * `extend` says that it is lost.
 */
import type { OutgoingMessage, QueueDepth, TaskQueue } from '../../../engine/ports.ts';
import { AwsError, namesOf } from '../aws-errors.ts';
import { cutIntoBatches, settleBatches } from './batches.ts';
import { type Leases, trackLeases } from './leases.ts';
import { receiveMessages } from './receive.ts';
import { type OpenQueue, request } from './sqs-client.ts';

/** The default `MaximumMessageSize` of a queue, and the limit of a batch in all regions. */
const MAX_BYTES = 256 * 1024;

export function sqsTaskQueue(queue: OpenQueue): TaskQueue {
  const leases = trackLeases(queue.clock);
  const giveBack = async (handles: readonly string[]): Promise<void> => {
    await Promise.all(handles.map((handle) => setVisibility(queue, handle, 0, 'release')));
  };
  return {
    send: (messages) => sendMessages(queue, messages),
    receive: async (options) => {
      const deliveries = await receiveMessages(queue, options, giveBack);
      for (const { handle } of deliveries) leases.taken(handle, options.leaseSeconds);
      return deliveries;
    },
    extend: (handle, leaseSeconds) => extend(queue, leases, handle, leaseSeconds),
    release: (handle, delaySeconds) => release(queue, leases, handle, delaySeconds),
    delete: async (handles) => {
      for (const handle of handles) leases.ended(handle);
      await deleteMessages(queue, handles);
    },
    depth: () => depth(queue),
    purge: async () => {
      const call = (url: string) => queue.sqs.purgeQueue({ QueueUrl: url });
      await request(queue, 'purge it', call, () => ({ kind: 'other', messages: 0 }));
    },
  };
}

async function sendMessages(queue: OpenQueue, messages: readonly OutgoingMessage[]): Promise<void> {
  const sized = messages.map((message) => ({ message, bytes: bytesOf(queue, message) }));
  const batches = cutIntoBatches(sized, ({ bytes }) => bytes, MAX_BYTES).map((batch) =>
    batch.map(({ message: { body, group } }, index) => ({
      Id: String(index),
      MessageBody: body,
      MessageGroupId: group,
    })),
  );
  await settleBatches(queue, batches, {
    verb: 'send messages',
    call: (entries) =>
      request(
        queue,
        'send messages',
        (url) => queue.sqs.sendMessageBatch({ QueueUrl: url, Entries: entries }),
        () => ({ kind: 'send', messages: entries.length }),
      ),
  });
}

function bytesOf({ resource }: OpenQueue, { body }: OutgoingMessage): number {
  const bytes = Buffer.byteLength(body);
  if (bytes <= MAX_BYTES) return bytes;
  const problem = `a message of ${bytes} bytes, expected at most ${MAX_BYTES}`;
  throw new AwsError('other', resource, problem, 'Messages say only which task; data travel in files.');
}

async function extend(
  queue: OpenQueue,
  leases: Leases,
  handle: string,
  leaseSeconds: number,
): Promise<boolean> {
  const left = leases.secondsLeft(handle);
  if (left === undefined || left < leaseSeconds) return false;
  const askedAt = queue.clock.now();
  const held = await setVisibility(queue, handle, leaseSeconds, 'extend');
  if (held) leases.extended(handle, askedAt, leaseSeconds);
  else leases.ended(handle);
  return held;
}

async function release(
  queue: OpenQueue,
  leases: Leases,
  handle: string,
  delaySeconds: number,
): Promise<void> {
  const isLost = leases.hasRunOut(handle);
  // A handle that this process did not receive (a function is handed its messages) is left to the server to judge.
  const longest = leases.secondsLeft(handle) ?? delaySeconds;
  leases.ended(handle);
  // An old handle may still reach the message, which is another's.
  if (!isLost) await setVisibility(queue, handle, Math.max(0, Math.min(delaySeconds, longest)), 'release');
}

/** False: the message is no longer in flight under this handle. */
async function setVisibility(
  queue: OpenQueue,
  handle: string,
  seconds: number,
  kind: 'extend' | 'release',
): Promise<boolean> {
  const call = (url: string) =>
    queue.sqs.changeMessageVisibility({
      QueueUrl: url,
      ReceiptHandle: handle,
      VisibilityTimeout: Math.ceil(seconds),
    });
  try {
    await request(queue, `${kind} a message`, call, () => ({ kind, messages: 1 }));
    return true;
  } catch (error) {
    if (error instanceof AwsError && isLost(error.cause)) return false;
    throw error;
  }
}

const LOST = ['MessageNotInflight', 'ReceiptHandleIsInvalid'];

/** AWS names a handle that is no longer good in several ways; the last is its general name for a wrong parameter. */
function isLost(error: unknown): boolean {
  const names = namesOf(error);
  if (names.some((name) => LOST.some((lost) => name.endsWith(lost)))) return true;
  const isParameter = names.some((name) => name.startsWith('InvalidParameterValue'));
  return isParameter && /ReceiptHandle|does not exist or is not available/.test((error as Error).message);
}

async function deleteMessages(queue: OpenQueue, handles: readonly string[]): Promise<void> {
  const batches = cutIntoBatches(handles, () => 0, MAX_BYTES).map((batch) =>
    batch.map((handle, index) => ({ Id: String(index), ReceiptHandle: handle })),
  );
  await settleBatches(queue, batches, {
    verb: 'delete messages',
    // A handle of a lease that is lost: another holds the message, or it is gone.
    mayFail: ({ Code }) => LOST.some((lost) => Code?.endsWith(lost)),
    call: (entries) =>
      request(
        queue,
        'delete messages',
        (url) => queue.sqs.deleteMessageBatch({ QueueUrl: url, Entries: entries }),
        () => ({ kind: 'delete', messages: entries.length }),
      ),
  });
}

const DEPTHS = {
  visible: 'ApproximateNumberOfMessages',
  inFlight: 'ApproximateNumberOfMessagesNotVisible',
  delayed: 'ApproximateNumberOfMessagesDelayed',
} as const;

async function depth(queue: OpenQueue): Promise<QueueDepth> {
  const call = (url: string) =>
    queue.sqs.getQueueAttributes({ QueueUrl: url, AttributeNames: Object.values(DEPTHS) });
  const { Attributes = {} } = await request(queue, 'read its depth', call, () => ({
    kind: 'other',
    messages: 0,
  }));
  const count = (name: keyof typeof DEPTHS): number => Number(Attributes[DEPTHS[name]] ?? 0);
  return { visible: count('visible'), inFlight: count('inFlight'), delayed: count('delayed') };
}
