/** Counting what failed. The queue's receives are no measure: a hand-back is a receive but no attempt. */
import { ATTEMPT_LIMIT, type Engine, FIRST_RETRY_SECONDS } from './engine.ts';
import { isPermanent } from './errors.ts';
import { DELETE, type Outcome, release } from './outcome.ts';
import { type RunRef, type Subject, stepAt, type TaskError } from './records.ts';

/** A record holds the last error; longer texts say no more and fill it. */
const MESSAGE_LENGTH = 2000;
const STACK_LENGTH = 8000;

/** Why a message is a dead letter. */
export interface Dead {
  readonly reason: string;
}

/**
 * Counts a failed attempt. Resolves with the release for the next one, or undefined at the limit.
 * A `PermanentError` is the last attempt at once: the same input would fail in the same way again.
 */
export async function attemptFailed(
  engine: Engine,
  ref: RunRef,
  subject: Subject,
  error: unknown,
): Promise<Outcome | undefined> {
  const taskError = toTaskError(engine, error);
  const { attempts } = await engine.table.countAttempt(ref, subject, taskError);
  if (attempts >= ATTEMPT_LIMIT || isPermanent(error)) return undefined;
  const delaySeconds = FIRST_RETRY_SECONDS * 2 ** (attempts - 1);
  return release(delaySeconds, `attempt ${attempts} of ${ATTEMPT_LIMIT} failed: ${taskError.message}`);
}

/** Records why nobody finished this message. */
export async function recordDead(engine: Engine, ref: RunRef, subject: Subject, dead: Dead): Promise<void> {
  await engine.table.countAttempt(ref, subject, toTaskError(engine, dead.reason));
}

/** The plan or an expansion failed for good: so does its step, unless its children were sent by another. */
export async function failStep(engine: Engine, ref: RunRef, wasSent: boolean): Promise<Outcome> {
  if (!wasSent) await engine.table.stepFailed(ref.jobId, stepAt(ref.step, ref.generation));
  return DELETE;
}

function toTaskError(engine: Engine, error: unknown): TaskError {
  const seen = { worker: engine.worker, at: engine.clock.now() };
  if (!(error instanceof Error)) return { message: String(error).slice(0, MESSAGE_LENGTH), ...seen };
  const message = (error.message || error.name).slice(0, MESSAGE_LENGTH);
  return error.stack === undefined
    ? { message, ...seen }
    : { message, stack: error.stack.slice(0, STACK_LENGTH), ...seen };
}
