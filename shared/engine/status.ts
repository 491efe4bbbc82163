/** How far a job is. Derived from the records each time, never stored, so it cannot disagree with them. */
import type { StepShape } from './engine.ts';
import type { JobTable } from './ports.ts';
import { currentStep, firstPass, isStepDone, startable } from './ready.ts';
import {
  BLOCK_SIZE,
  blocksOf,
  GROUP_SIZE,
  groupSize,
  type JobRecord,
  type ParentRecord,
  type RunRecord,
  type RunRef,
  type StepId,
} from './records.ts';
import { type GroupParent, groupParents, groupsBelow, plannedPasses } from './tree.ts';

export { failuresOf, type StepFailure } from './failures.ts';

export type JobStatus = 'waiting' | 'running' | 'done' | 'failed' | 'incomplete' | 'cancelled';
export type StepState = Exclude<JobStatus, 'cancelled'>;

/**
 * `failed` only when nothing else can go on: one failed branch does not hide what still runs. `planned` says whether
 * a first plan was handled; a job is `waiting` before. One that has given up waiting for its input is `incomplete`,
 * like one with accepted gaps: what there is of it is right, but it is not all.
 */
export function jobStatus(job: JobRecord, steps: readonly StepShape[], planned = true): JobStatus {
  if (job.cancelled) return 'cancelled';
  const ids = Object.keys(job.generations);
  if (ids.every((id) => isStepDone(job, id))) {
    return ids.some((id) => job.incompleteSteps.has(currentStep(job, id))) ? 'incomplete' : 'done';
  }
  const goesOn = startable(job, steps).some(({ id }) => !job.failedSteps.has(currentStep(job, id)));
  if (!goesOn) return 'failed';
  if (job.waiting !== undefined) return job.waiting.gaveUp ? 'incomplete' : 'waiting';
  return planned ? 'running' : 'waiting';
}

/** Numbers of tasks, over all passes planned so far. */
export interface StepProgress {
  readonly step: StepId;
  readonly generation: number;
  readonly state: StepState;
  /** 0 until the step is planned. */
  readonly passes: number;
  readonly tasks: number;
  readonly done: number;
  readonly failed: number;
  readonly accepted: number;
}

type Counts = Pick<StepProgress, 'tasks' | 'done' | 'failed' | 'accepted'>;

/** Exact; reads only the groups that are not wholly done. */
export async function stepProgress(table: JobTable, job: JobRecord, step: StepId): Promise<StepProgress> {
  const first = firstPass(job, step);
  let passes = 0;
  let counts: Counts = { tasks: 0, done: 0, failed: 0, accepted: 0 };
  for await (const { ref, run } of plannedPasses(table, first)) {
    passes = run.passes;
    counts = sum(counts, await countRun(table, ref, run));
  }
  const state = stepState(job, step, passes > 0);
  return { step, generation: first.generation, state, passes, ...counts };
}

function stepState(job: JobRecord, step: StepId, planned: boolean): StepState {
  const current = currentStep(job, step);
  if (job.doneSteps.has(current)) return job.incompleteSteps.has(current) ? 'incomplete' : 'done';
  if (job.failedSteps.has(current)) return 'failed';
  return planned ? 'running' : 'waiting';
}

async function countRun(table: JobTable, ref: RunRef, run: RunRecord): Promise<Counts> {
  let counts: Counts = { tasks: run.count, done: 0, failed: 0, accepted: 0 };
  if (blocksOf(run.count) > 0) {
    for (const block of run.done) counts = { ...counts, done: counts.done + tasksOfBlock(run.count, block) };
  }
  for await (const parent of groupParents(table, ref, run, isWhollyDone)) {
    counts = sum(counts, await countGroups(table, ref, run, parent));
  }
  return counts;
}

async function countGroups(
  table: JobTable,
  ref: RunRef,
  run: RunRecord,
  parent: GroupParent,
): Promise<Counts> {
  let [done, failed, accepted] = [0, 0, 0];
  for (const group of parent.record.done) done += groupSize(run.count, group);
  for await (const { group } of groupsBelow(table, ref, parent, isWhollyDone)) {
    done += group.done.size;
    failed += group.failed.size;
    accepted += group.accepted.size;
  }
  return { tasks: 0, done, failed, accepted };
}

const isWhollyDone = (parent: ParentRecord, child: number): boolean => parent.done.has(child);

const tasksOfBlock = (count: number, block: number): number => {
  const tasks = BLOCK_SIZE * GROUP_SIZE;
  return Math.min(tasks, count - block * tasks);
};

const sum = (a: Counts, b: Counts): Counts => ({
  tasks: a.tasks + b.tasks,
  done: a.done + b.done,
  failed: a.failed + b.failed,
  accepted: a.accepted + b.accepted,
});
