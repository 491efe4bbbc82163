/**
 * Batches of ten. A batch can fail in part and still be answered with 200: an entry is settled only when the answer
 * lists it as successful. The others are sent again, a few times, with full jitter between.
 */
import type { BatchResultErrorEntry } from '@aws-sdk/client-sqs';
import { inParallel } from '../../../in-parallel.ts';
import { AwsError } from '../aws-errors.ts';
import type { OpenQueue } from './sqs-client.ts';

/** SQS takes no more entries in one request. */
export const BATCH_ENTRIES = 10;
/** Batches of one call on their way at once. */
const PARALLEL_BATCHES = 8;
const ATTEMPTS = 6;
const FIRST_WAIT_MILLISECONDS = 100;
const LONGEST_WAIT_MILLISECONDS = 3_000;

interface BatchEntry {
  readonly Id: string;
}

interface BatchAnswer {
  readonly Successful?: readonly { readonly Id?: string | undefined }[] | undefined;
  readonly Failed?: readonly BatchResultErrorEntry[] | undefined;
}

export interface BatchCall<Entry extends BatchEntry> {
  /** For messages: `send messages`. */
  readonly verb: string;
  readonly call: (entries: Entry[]) => Promise<BatchAnswer>;
  /** Failures that need no second attempt and no error. */
  readonly mayFail?: (failure: BatchResultErrorEntry) => boolean;
}

/** Resolves when every entry of every batch is settled; rejects where one is refused for good. */
export async function settleBatches<Entry extends BatchEntry>(
  queue: OpenQueue,
  batches: readonly Entry[][],
  call: BatchCall<Entry>,
): Promise<void> {
  await inParallel(batches, PARALLEL_BATCHES, (batch) => settleBatch(queue, batch, call));
}

async function settleBatch<Entry extends BatchEntry>(
  queue: OpenQueue,
  batch: Entry[],
  { verb, call, mayFail = () => false }: BatchCall<Entry>,
): Promise<void> {
  let left = batch;
  for (let attempt = 1; left.length > 0; attempt++) {
    const { Successful = [], Failed = [] } = await call(left);
    const settled = new Set([...Successful, ...Failed.filter(mayFail)].map(({ Id }) => Id));
    left = left.filter(({ Id }) => !settled.has(Id));
    if (left.length === 0) return;
    const failure = Failed.find(({ Id, SenderFault }) => SenderFault && !settled.has(Id));
    if (failure || attempt === ATTEMPTS) throw refused(queue, verb, left.length, failure ?? Failed[0]);
    await queue.clock.sleep(waitMilliseconds(attempt, queue.random));
  }
}

function refused(
  { resource }: OpenQueue,
  verb: string,
  count: number,
  failure: BatchResultErrorEntry | undefined,
): AwsError {
  const why = failure
    ? `${failure.Code}: ${failure.Message ?? 'no reason given'}`
    : 'the answer leaves them out';
  const problem = `cannot ${verb}: ${count} of a batch were refused (${why})`;
  return new AwsError(
    'other',
    resource,
    problem,
    'What was not refused is done; the same call again is safe.',
  );
}

/** Full jitter: anything from nothing to a limit that doubles. */
const waitMilliseconds = (attempt: number, random: () => number): number =>
  random() * Math.min(LONGEST_WAIT_MILLISECONDS, FIRST_WAIT_MILLISECONDS * 2 ** (attempt - 1));

/** Cut where a batch would have too many entries or, by `bytesOf`, be too large. */
export function cutIntoBatches<Entry>(
  entries: readonly Entry[],
  bytesOf: (entry: Entry) => number,
  maxBytes: number,
): Entry[][] {
  const batches: Entry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = bytesOf(entry);
    const last = batches.at(-1);
    if (last && last.length < BATCH_ENTRIES && bytes + size <= maxBytes) {
      last.push(entry);
      bytes += size;
    } else {
      batches.push([entry]);
      bytes = size;
    }
  }
  return batches;
}
