/** The job protocol: what one message does (PROTOCOL section 2). Each file it calls is a part of that table. */
import type { Engine, TaskReport } from './engine.ts';
import { handleExpand, handleExpandBlock } from './expand.ts';
import { type Message, parseMessage } from './messages.ts';
import { DELETE, type Outcome, release } from './outcome.ts';
import { handlePlan } from './plan.ts';
import type { JobRecord } from './records.ts';
import { handleTask } from './task.ts';

export type { Outcome } from './outcome.ts';

export interface HandleOptions {
  /** Aborted when the consumer leaves, the lease is lost, or the job moved on (`stillWanted`). */
  readonly signal: AbortSignal;
  /** The message is a dead letter: it is recorded as failed with this reason, and not tried again. */
  readonly dead?: { readonly reason: string };
  /** How often the message was received, this time included; 1 where absent. */
  readonly receives?: number;
  /** What each run of a task moved. */
  readonly onTask?: (report: TaskReport) => void;
  /** The job has waited for its input as long as it may: somebody should know. Also for a redelivered message. */
  readonly onGaveUp?: (job: JobRecord) => void;
}

/** A newer build of this consumer may be on its way: looked at less and less often, as each look is a receive. */
const NEWER_SECONDS = 60;
const NEWER_SECONDS_AT_MOST = 3600;
/** Written by a redo that this read does not show yet; with consistent reads it should not happen. */
const AHEAD_SECONDS = 5;
/** Nobody can do anything with it: kept, seldom looked at, until it is a dead letter that someone reads. */
const GARBAGE_SECONDS = 900;

/**
 * Does what the message asks and says what the host must do with it, last. It neither deletes nor releases by itself.
 * Rejects on port errors only: the host then leaves the message alone, and the end of its lease brings it back.
 * It may run any number of times, at the same time, for the same message.
 */
export async function handleMessage(body: string, engine: Engine, options: HandleOptions): Promise<Outcome> {
  const parsed = parseMessage(body);
  if (parsed.kind === 'newer') {
    const delaySeconds = Math.min(NEWER_SECONDS_AT_MOST, NEWER_SECONDS * 2 ** ((options.receives ?? 1) - 1));
    return release(delaySeconds, `written by a newer build (message version ${parsed.version})`);
  }
  if (parsed.kind === 'garbage') return release(GARBAGE_SECONDS, `not a message: ${parsed.reason}`);
  const { message } = parsed;
  const job = engine.recentJobs?.letsRun(message, engine.clock.now()) ?? (await readJob(engine, message.job));
  if (!isWanted(job, message)) return DELETE;
  const generation = job.generations[message.step];
  if (generation === undefined)
    return release(GARBAGE_SECONDS, `job ${message.job} has no step ${message.step}`);
  if (message.g > generation) {
    return release(
      AHEAD_SECONDS,
      `${message.step}@${message.g} is ahead of the job, which is at @${generation}`,
    );
  }
  return dispatch(engine, job, message, options);
}

/** Fresh: a message dropped on an old record is lost (PROTOCOL section 5, rows 6 and 7). */
async function readJob(engine: Engine, jobId: string): Promise<JobRecord | undefined> {
  const readAt = engine.clock.now();
  const job = await engine.table.getJob(jobId);
  if (job) engine.recentJobs?.remember(job, readAt);
  return job;
}

function dispatch(
  engine: Engine,
  job: JobRecord,
  message: Message,
  options: HandleOptions,
): Promise<Outcome> {
  switch (message.kind) {
    case 'plan':
      return handlePlan(engine, job, message, options);
    case 'expand-block':
      return handleExpandBlock(engine, job, message, options.dead);
    case 'expand':
      return handleExpand(engine, job, message, options.dead);
    case 'task':
      return handleTask(engine, job, message, options);
  }
}

/** For heartbeats: false once the job is gone or cancelled, or the step was redone; what runs is then aborted. */
export async function stillWanted(engine: Pick<Engine, 'table'>, body: string): Promise<boolean> {
  const parsed = parseMessage(body);
  return parsed.kind !== 'message' || isWanted(await engine.table.getJob(parsed.message.job), parsed.message);
}

const isWanted = (job: JobRecord | undefined, message: Message): job is JobRecord =>
  job !== undefined && !job.cancelled && message.g >= (job.generations[message.step] ?? 0);
