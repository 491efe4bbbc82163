/**
 * Receiving. One request brings ten messages at most and waits 20 s at most, so one call here is a long poll for the
 * first ten and, when those came, short ones for the rest side by side.
 *
 * A long poll is never cut off: its server may have a message on its way into the dead connection, and that message
 * stays in flight to nobody until its lease ends. So when the signal aborts, the poll that is open ends by itself (within
 * `waitSeconds`, 20 s at most) and what it still brings is given back at once. When the call resolves, nothing is open.
 */
import type { ReceiveMessageCommandOutput } from '@aws-sdk/client-sqs';
import type { Delivery, ReceiveOptions } from '../../../engine/ports.ts';
import { inParallel } from '../../../in-parallel.ts';
import { namesOf } from '../aws-errors.ts';
import { BATCH_ENTRIES } from './batches.ts';
import { type OpenQueue, request } from './sqs-client.ts';

const LONGEST_POLL_SECONDS = 20;
const PARALLEL_POLLS = 8;

export async function receiveMessages(
  queue: OpenQueue,
  { max, waitSeconds, leaseSeconds, signal }: ReceiveOptions,
  giveBack: (handles: readonly string[]) => Promise<void>,
): Promise<Delivery[]> {
  const deadline = queue.clock.now() + waitSeconds * 1000;
  while (!signal?.aborted) {
    const secondsLeft = Math.max(0, Math.ceil((deadline - queue.clock.now()) / 1000));
    const poll = { wait: Math.min(secondsLeft, LONGEST_POLL_SECONDS), leaseSeconds, signal };
    const deliveries = await pollOnce(queue, Math.min(max, BATCH_ENTRIES), poll);
    if (deliveries.length === BATCH_ENTRIES && max > BATCH_ENTRIES) {
      deliveries.push(...(await pollRest(queue, max - BATCH_ENTRIES, poll)));
    }
    if (signal?.aborted) await giveBack(deliveries.map(({ handle }) => handle));
    else if (deliveries.length > 0 || queue.clock.now() >= deadline) return deliveries;
  }
  return [];
}

interface Poll {
  /** Seconds. */
  readonly wait: number;
  readonly leaseSeconds: number;
  readonly signal: AbortSignal | undefined;
}

async function pollRest(queue: OpenQueue, max: number, poll: Poll): Promise<Delivery[]> {
  const counts = Array.from({ length: Math.ceil(max / BATCH_ENTRIES) }, (_, index) =>
    Math.min(BATCH_ENTRIES, max - index * BATCH_ENTRIES),
  );
  const brought = await inParallel(counts, PARALLEL_POLLS, (count) =>
    // The first ten are held already and must reach the caller; a failure that lasts fails the next call.
    pollOnce(queue, count, { ...poll, wait: 0 }).catch(() => []),
  );
  return brought.flat();
}

async function pollOnce(queue: OpenQueue, max: number, poll: Poll): Promise<Delivery[]> {
  const call = (url: string) =>
    queue.sqs
      .receiveMessage({
        QueueUrl: url,
        MaxNumberOfMessages: max,
        WaitTimeSeconds: poll.wait,
        VisibilityTimeout: Math.ceil(poll.leaseSeconds),
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      })
      .catch((error) => waitOverLimit(queue, poll, error));
  const { Messages = [] } = await request(queue, 'receive messages', call, (answer) => {
    const messages = answer.Messages?.length ?? 0;
    return { kind: messages > 0 ? 'receive' : 'empty receive', messages };
  });
  return Messages.map(({ ReceiptHandle, Body, Attributes }) => ({
    handle: ReceiptHandle ?? '',
    body: Body ?? '',
    receives: Number(Attributes?.ApproximateReceiveCount ?? 1),
  }));
}

/** 120,000 messages of the queue are in flight: nothing to be had until some are settled, and no error. */
async function waitOverLimit(
  queue: OpenQueue,
  { wait, signal }: Poll,
  error: unknown,
): Promise<ReceiveMessageCommandOutput> {
  if (!namesOf(error).some((name) => name.endsWith('OverLimit'))) throw error;
  await queue.clock.sleep(wait * 1000, signal);
  return { $metadata: {} };
}
