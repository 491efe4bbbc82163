/**
 * The host on Lambda: plans, expansions and light steps. Lambda receives for it, deletes what it does not name as
 * failed, and ends it at its time limit whatever it does; the queue's visibility (6 x that limit) outlasts it, so there
 * are no heartbeats.
 */
import type { Engine } from '../../engine/engine.ts';
import { TaskAborted } from '../../engine/errors.ts';
import { handleMessage } from '../../engine/handle-message.ts';
import { type Outcome, release } from '../../engine/outcome.ts';
import type { Queues, TaskQueue } from '../../engine/ports.ts';
import { type JobEvent, tellJobEvents } from '../job-events.ts';

/** As Lambda gives it, what of it is used. */
export interface SqsRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: { readonly ApproximateReceiveCount: string };
  /** Names the queue it came from. */
  readonly eventSourceARN: string;
}

export interface SqsEvent {
  readonly Records: readonly SqsRecord[];
}

export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** What Lambda must not delete. */
export interface FailedMessages {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

export type LambdaEvent =
  | JobEvent
  | {
      readonly event: 'handed-back';
      readonly body: string;
      readonly delaySeconds: number;
      readonly why: string;
    }
  | { readonly event: 'gave-up-waiting'; readonly job: string; readonly progress: string }
  | { readonly event: 'trouble'; readonly problem: string };

export interface LambdaOptions {
  readonly engine: Engine;
  /** From the last part of a queue's ARN to the queue's name in the engine. */
  readonly queueNameOf: (resource: string) => string;
  readonly log: (event: LambdaEvent) => void;
}

/** Enough to hand back ten messages. */
const LAST_MILLISECONDS = 5_000;
/** A port failed: no attempt, and no reason to wait for the end of a lease of half an hour. */
const TROUBLE_SECONDS = 30;

/** All messages at once: they mostly wait for ports. Never rejects. */
export async function handleMessages(
  { Records }: SqsEvent,
  context: LambdaContext,
  options: LambdaOptions,
): Promise<FailedMessages> {
  const leaving = new AbortController();
  const over = new AbortController();
  const milliseconds = Math.max(0, context.getRemainingTimeInMillis() - LAST_MILLISECONDS);
  void options.engine.clock.sleep(milliseconds, over.signal).then(() => {
    leaving.abort(new TaskAborted('the time limit of its invocation is near'));
  });
  const batch: Batch = {
    ...options,
    engine: tellJobEvents(untilAborted(options.engine, leaving.signal), options.log),
    leaving: leaving.signal,
  };
  const kept = await Promise.all(
    Records.map(async (record) => ((await settle(record, batch)) ? [] : [record])),
  );
  over.abort();
  return { batchItemFailures: kept.flat().map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

interface Batch extends LambdaOptions {
  /** Aborted a moment before the time limit. */
  readonly leaving: AbortSignal;
}

/** True: Lambda may delete it. */
async function settle(record: SqsRecord, batch: Batch): Promise<boolean> {
  const outcome = await Promise.race([decide(record, batch), handBack(batch.leaving)]);
  if (outcome.kind === 'delete') return true;
  const { delaySeconds, why } = outcome;
  batch.log({ event: 'handed-back', body: record.body, delaySeconds, why });
  try {
    await queueOf(record, batch).release(record.receiptHandle, delaySeconds);
  } catch (error) {
    // The end of its lease brings it back.
    batch.log({ event: 'trouble', problem: `a message was not released: ${(error as Error).message}` });
  }
  return false;
}

/** Never rejects: after the time limit nobody waits for it any more. */
const decide = ({ body, attributes }: SqsRecord, { engine, leaving, log }: Batch): Promise<Outcome> =>
  handleMessage(body, engine, {
    signal: leaving,
    receives: Number(attributes.ApproximateReceiveCount),
    onGaveUp: ({ jobId, waiting }) =>
      log({ event: 'gave-up-waiting', job: jobId, progress: waiting?.progress ?? '' }),
  }).catch((error: Error) => {
    log({ event: 'trouble', problem: error.message });
    return release(TROUBLE_SECONDS, error.message);
  });

const handBack = (leaving: AbortSignal): Promise<Outcome> =>
  new Promise((resolve) => {
    const end = (): void => resolve(release(0, (leaving.reason as Error).message));
    if (leaving.aborted) end();
    else leaving.addEventListener('abort', end);
  });

const queueOf = ({ eventSourceARN }: SqsRecord, { engine, queueNameOf }: Batch): TaskQueue =>
  engine.queues.queue(queueNameOf(eventSourceARN.slice(eventSourceARN.lastIndexOf(':') + 1)));

/**
 * What an invocation has not finished is frozen with its process, and may go on in the middle of a later one. Its
 * message is another's by then: it sends nothing more. What was sent counts: who goes on sends the rest and the same.
 */
function untilAborted(engine: Engine, signal: AbortSignal): Engine {
  const guarded = (queue: TaskQueue): TaskQueue => ({
    ...queue,
    send: async (messages) => {
      if (signal.aborted) throw signal.reason;
      await queue.send(messages);
    },
  });
  const queues: Queues = { queue: (name) => guarded(engine.queues.queue(name)), dead: engine.queues.dead };
  return { ...engine, queues };
}
