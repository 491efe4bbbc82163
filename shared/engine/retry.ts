/**
 * `retry`: takes failures out of every record from the groups upwards, and only then sends. Sending first would let a
 * task that fails again be cleared by the rest of the command.
 */
import type { Engine } from './engine.ts';
import { findJob } from './find-job.ts';
import type { JobTable } from './ports.ts';
import { currentStep, firstPass, isStepDone, stepsOf } from './ready.ts';
import {
  blocksOf,
  GROUP_SIZE,
  type GroupRecord,
  type GroupRef,
  isFinished,
  type JobRecord,
  type RunRecord,
  type RunRef,
} from './records.ts';
import { type GroupParent, groupParents, groupsBelow } from './tree.ts';
import { goOn } from './walk.ts';

/** May lose against a failure already on its way (a stalled consumer, a late dead letter): then `retry` again. */
export async function retry(engine: Engine, jobId: string): Promise<JobRecord> {
  const { table } = engine;
  const job = await findJob(table, jobId);
  const unfinished = stepsOf(job, engine.steps).filter(({ id }) => !isStepDone(job, id));
  const passes: RunRef[] = [];
  for (const { id } of unfinished) passes.push(...(await clearTasks(table, firstPass(job, id))));
  const cleared = await table.clearSteps(
    jobId,
    unfinished.map(({ id }) => currentStep(job, id)),
  );
  for (const ref of passes) await resetPlanning(table, ref);
  return goOn(engine, cleared);
}

/** Clears every pass that was planned; returns their references, and that of the next one, whose plan may have failed. */
async function clearTasks(table: JobTable, first: RunRef): Promise<RunRef[]> {
  const passes: RunRef[] = [];
  for (let pass = 0; ; pass++) {
    const ref: RunRef = { ...first, pass };
    passes.push(ref);
    const run = await table.getRun(ref);
    if (!run) return passes;
    await clearRun(table, ref, run);
  }
}

async function clearRun(table: JobTable, ref: RunRef, run: RunRecord): Promise<void> {
  for await (const parent of groupParents(table, ref, run, isFinished)) await clearParent(table, ref, parent);
  const hasBlocks = blocksOf(run.count) > 0;
  if (hasBlocks) await table.clearGroups(ref, openBlocks(run));
}

/** All that are not finished: one may have been said to have failed after `run` was read. */
const openBlocks = (run: RunRecord): number[] =>
  Array.from({ length: blocksOf(run.count) }, (_, block) => block).filter((block) => !isFinished(run, block));

async function clearParent(table: JobTable, ref: RunRef, parent: GroupParent): Promise<void> {
  // Also groups that are listed as failed and have no failure: a command before this one may have died half-way.
  const failed = new Set(parent.record.failed);
  for await (const { ref: groupRef, group } of groupsBelow(table, ref, parent, isFinished)) {
    if (group.failed.size === 0) continue;
    await clearGroup(table, groupRef, group);
    failed.add(groupRef.group);
  }
  if (failed.size > 0) await table.clearGroups(parent.ref, [...failed]);
}

async function clearGroup(table: JobTable, ref: GroupRef, group: GroupRecord): Promise<void> {
  const slots = [...group.failed];
  await table.resetAttempts(
    ref,
    slots.map((slot) => ref.group * GROUP_SIZE + slot),
  );
  await table.clearFailed(ref, slots);
}

async function resetPlanning(table: JobTable, ref: RunRef): Promise<void> {
  const failures = await table.listFailures(ref);
  const planning = failures.map(({ subject }) => subject).filter((subject) => typeof subject === 'string');
  if (planning.length > 0) await table.resetAttempts(ref, planning);
}
