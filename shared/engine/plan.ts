/** `plan`: how many tasks a pass of a step has, and who makes their groups. */
import { attemptFailed, type Dead, failStep, recordDead } from './attempts.ts';
import type { Engine } from './engine.ts';
import { stepFanIn } from './fan-in.ts';
import { expandBlockMessage, expandMessage, type Message, type PlanMessage, runRefOf } from './messages.ts';
import { DELETE, type Outcome, release } from './outcome.ts';
import {
  blocksOf,
  childrenOf,
  type JobRecord,
  type RunRecord,
  type RunRef,
  type RunShape,
} from './records.ts';
import { sendMessages } from './send.ts';
import type { Readiness } from './step.ts';
import { decideAfterLook, type LookOptions, lookAtInput } from './waiting.ts';

interface PlanOptions extends LookOptions {
  readonly dead?: Dead;
}

export async function handlePlan(
  engine: Engine,
  job: JobRecord,
  message: PlanMessage,
  { dead, ...options }: PlanOptions,
): Promise<Outcome> {
  const ref = runRefOf(message);
  if (dead) {
    await recordDead(engine, ref, 'plan', dead);
    return failPlan(engine, ref);
  }
  const quietSeconds = Math.ceil((job.quietUntil - engine.clock.now()) / 1000);
  if (quietSeconds > 0) return release(quietSeconds, 'tasks of the generation before may still be writing');
  if (job.waiting === undefined) return planRun(engine, job, ref);
  let readiness: Readiness | undefined;
  try {
    readiness = await lookAtInput(engine, job, ref.step);
  } catch (error) {
    return planFailed(engine, ref, error);
  }
  const look = await decideAfterLook(engine, ref, job, readiness, options);
  return look.kind === 'begins' ? planRun(engine, look.job, ref) : look;
}

async function planRun(engine: Engine, job: JobRecord, ref: RunRef): Promise<Outcome> {
  let shape: RunShape;
  try {
    shape = await engine.planner.plan(job, ref.step, ref.pass);
  } catch (error) {
    return planFailed(engine, ref, error);
  }
  return expandRun(engine, job, ref, await engine.table.createRun(ref, shape));
}

async function expandRun(engine: Engine, job: JobRecord, ref: RunRef, run: RunRecord): Promise<Outcome> {
  if (!run.expanded) {
    await sendMessages(engine, expansions(ref, run.count));
    await engine.table.setExpanded(ref);
  }
  if (childrenOf(run.count) === 0) await stepFanIn(engine, job, ref, run);
  return DELETE;
}

function expansions(ref: RunRef, count: number): Message[] {
  const make = blocksOf(count) > 0 ? expandBlockMessage : expandMessage;
  return Array.from({ length: childrenOf(count) }, (_, child) => make(ref, child));
}

const planFailed = async (engine: Engine, ref: RunRef, error: unknown): Promise<Outcome> =>
  (await attemptFailed(engine, ref, 'plan', error)) ?? failPlan(engine, ref);

async function failPlan(engine: Engine, ref: RunRef): Promise<Outcome> {
  const run = await engine.table.getRun(ref);
  return failStep(engine, ref, run?.expanded ?? false);
}
