/**
 * A job that waits for its input: the first plan looks whether it is complete, and is released until the next look
 * where it is not. No attempt is counted: nothing went wrong.
 */
import type { Engine } from './engine.ts';
import { isPermanent } from './errors.ts';
import { planMessage } from './messages.ts';
import { DELETE, type Outcome, release } from './outcome.ts';
import type { JobTable } from './ports.ts';
import type { JobRecord, RunRef, StepId, Waiting } from './records.ts';
import { sendMessages } from './send.ts';
import type { Readiness } from './step.ts';

/** Doubles from look to look, up to the longest. */
const FIRST_WAIT_SECONDS = 60;
const LONGEST_WAIT_SECONDS = 1200;
/** Well below the queue's `maxReceiveCount` (50): who only waits must not end among the dead letters. */
const RECEIVES_PER_MESSAGE = 20;

/** `after`: the `until` of the waiting that it takes the place of. */
export const newWaiting = (maxSeconds: number, now: number, after = 0): Waiting => ({
  maxSeconds,
  until: Math.max(now + maxSeconds * 1000, after + 1),
  looks: 0,
  progress: '',
  gaveUp: false,
});

/** The job as it goes on to its plan, or what becomes of the message. */
export type Look = { readonly kind: 'begins'; readonly job: JobRecord } | Outcome;

/** Looks for the plan of a job that waits. Rejects with the permanent error of an input that cannot be used. */
export async function lookAtInput(
  engine: Engine,
  job: JobRecord,
  step: StepId,
): Promise<Readiness | undefined> {
  const { ready } = engine.planner;
  if (ready === undefined)
    return { ready: false, progress: 'the consumer of its plan cannot look at its input' };
  try {
    return await ready(job, step);
  } catch (error) {
    if (isPermanent(error)) throw error;
    return { ready: false, progress: `its input cannot be looked at: ${(error as Error).message}` };
  }
}

export interface LookOptions {
  /** Of the message, by its queue's count. */
  readonly receives?: number;
  /** May be called more than once for one waiting: a message that says so can be delivered again. */
  readonly onGaveUp?: (job: JobRecord) => void;
}

export async function decideAfterLook(
  engine: Engine,
  ref: RunRef,
  job: JobRecord,
  readiness: Readiness | undefined,
  { receives = 1, onGaveUp }: LookOptions,
): Promise<Look> {
  const { waiting } = job;
  if (waiting === undefined || readiness === undefined) return { kind: 'begins', job };
  if (readiness.ready) return begin(engine.table, job, waiting);
  const gaveUp = engine.clock.now() >= waiting.until;
  const seen: Waiting = { ...waiting, looks: waiting.looks + 1, progress: readiness.progress, gaveUp };
  const { applied, item } = await engine.table.setWaiting(job.jobId, waiting.until, { waiting: seen });
  if (!applied) return CHANGED;
  if (gaveUp) {
    onGaveUp?.(item);
    return DELETE;
  }
  if (receives < RECEIVES_PER_MESSAGE) return untilNextLook(engine, seen);
  await sendMessages(engine, [planMessage(ref)]);
  return DELETE;
}

/** From here on parameters and output stand: what goes on is the item that this write returned. */
async function begin(table: JobTable, job: JobRecord, seen: Waiting): Promise<Look> {
  const { applied, item } = await table.setWaiting(job.jobId, seen.until, {});
  return applied || item.waiting === undefined ? { kind: 'begins', job: item } : CHANGED;
}

const CHANGED = release(0, 'what it waits for has changed');

function untilNextLook({ clock }: Engine, { looks, until, progress }: Waiting): Outcome {
  const secondsLeft = Math.ceil((until - clock.now()) / 1000);
  const backOff = FIRST_WAIT_SECONDS * 2 ** (looks - 1);
  return release(Math.min(backOff, LONGEST_WAIT_SECONDS, secondsLeft), `waits for its input: ${progress}`);
}

/** A command goes on with a job that waits: from now, and for as long again. */
export async function renewWaiting({ table, clock }: Engine, job: JobRecord): Promise<JobRecord> {
  const { waiting } = job;
  if (waiting === undefined || waiting.looks === 0) return job;
  const renewed = newWaiting(waiting.maxSeconds, clock.now(), waiting.until);
  return (await table.setWaiting(job.jobId, waiting.until, { waiting: renewed })).item;
}

/** Goes on with what is there: the rest of the input is given up. */
export async function endWaiting(table: JobTable, job: JobRecord): Promise<JobRecord> {
  let now = job;
  while (now.waiting !== undefined) {
    ({ item: now } = await table.setWaiting(job.jobId, now.waiting.until, {}));
  }
  return now;
}
