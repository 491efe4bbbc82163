/**
 * `retry --accept-missing`: goes on without the failed tasks. Final in this generation: a later success of an accepted
 * task is refused, and only `redo` brings it back. A job that waits for its input begins with what is there.
 */
import type { Engine } from './engine.ts';
import { CommandRefused } from './errors.ts';
import { failuresOf } from './failures.ts';
import { findJob } from './find-job.ts';
import type { JobTable } from './ports.ts';
import { currentStep, firstPass, isStepDone, stepsOf } from './ready.ts';
import {
  type GroupRecord,
  type GroupRef,
  isFinished,
  type JobRecord,
  type RunRef,
  type StepId,
} from './records.ts';
import { groupParents, groupsBelow, plannedPasses } from './tree.ts';
import { endWaiting } from './waiting.ts';
import { walk } from './walk.ts';

export async function acceptMissing(engine: Engine, jobId: string): Promise<JobRecord> {
  const { table } = engine;
  const job = await findJob(table, jobId);
  const unfinished = stepsOf(job, engine.steps).filter(({ id }) => !isStepDone(job, id));
  for (const { id } of unfinished) await refuseFailedPlan(table, job, id);
  for (const { id } of unfinished) await acceptStep(table, firstPass(job, id));
  // Not only when the step is done: until then it would be shown as failed through all passes to come.
  const cleared = await table.clearSteps(
    jobId,
    unfinished.map(({ id }) => currentStep(job, id)),
  );
  const going = await endWaiting(table, cleared);
  await walk(engine, going);
  return going;
}

/** Tasks can be missing; what was never planned or sent cannot. */
async function refuseFailedPlan(table: JobTable, job: JobRecord, step: StepId): Promise<void> {
  if (!job.failedSteps.has(currentStep(job, step))) return;
  const failure = (await failuresOf(table, job, step)).find(({ subject }) => typeof subject === 'string');
  if (!failure) return;
  throw new CommandRefused(
    `${step}: its ${failure.subject} failed (${failure.lastError.message}), so there is nothing to accept; ` +
      'mend that and use retry without accepting',
  );
}

async function acceptStep(table: JobTable, first: RunRef): Promise<void> {
  for await (const { ref, run } of plannedPasses(table, first)) {
    for await (const parent of groupParents(table, ref, run, isFinished)) {
      for await (const found of groupsBelow(table, ref, parent, isFinished)) {
        await acceptGroup(table, found.ref, found.group);
      }
    }
  }
}

/** What failed since it was read is seen and accepted too. */
async function acceptGroup(table: JobTable, ref: GroupRef, group: GroupRecord): Promise<void> {
  let failed = group.failed;
  for (let applied = false; !applied && failed.size > 0; ) {
    const accepted = await table.accept(ref, [...failed]);
    applied = accepted.applied;
    failed = accepted.item.failed;
  }
}
