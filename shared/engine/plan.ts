/** `plan`: how many tasks a pass of a step has, and who makes their groups. */
import { attemptFailed, type Dead, failStep, recordDead } from './attempts.ts';
import type { Engine } from './engine.ts';
import { stepFanIn } from './fan-in.ts';
import { expandBlockMessage, expandMessage, type Message, type PlanMessage, runRefOf } from './messages.ts';
import { DELETE, type Outcome, release } from './outcome.ts';
import { blocksOf, childrenOf, type JobRecord, type RunRef } from './records.ts';
import { sendMessages } from './send.ts';

export async function handlePlan(
  engine: Engine,
  job: JobRecord,
  message: PlanMessage,
  dead: Dead | undefined,
): Promise<Outcome> {
  const ref = runRefOf(message);
  if (dead) {
    await recordDead(engine, ref, 'plan', dead);
    return failPlan(engine, ref);
  }
  const quietSeconds = Math.ceil((job.quietUntil - engine.clock.now()) / 1000);
  if (quietSeconds > 0) return release(quietSeconds, 'tasks of the generation before may still be writing');
  let shape: Awaited<ReturnType<Engine['planner']['plan']>>;
  try {
    shape = await engine.planner.plan(job, ref.step, ref.pass);
  } catch (error) {
    return (await attemptFailed(engine, ref, 'plan', error)) ?? failPlan(engine, ref);
  }
  return expandRun(engine, job, ref, await engine.table.createRun(ref, shape));
}

async function expandRun(
  engine: Engine,
  job: JobRecord,
  ref: RunRef,
  run: Awaited<ReturnType<Engine['table']['createRun']>>,
): Promise<Outcome> {
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

async function failPlan(engine: Engine, ref: RunRef): Promise<Outcome> {
  const run = await engine.table.getRun(ref);
  return failStep(engine, ref, run?.expanded ?? false);
}
