/** What stands in the way of a step, with the last error of each. */
import type { JobTable } from './ports.ts';
import { currentStep, firstPass } from './ready.ts';
import {
  type FailureRecord,
  type GroupRecord,
  type JobRecord,
  placeOf,
  type RunRef,
  type StepId,
  type Subject,
} from './records.ts';

export interface StepFailure extends FailureRecord {
  readonly pass: number;
  /** Given up for good by `retry --accept-missing`. */
  readonly accepted: boolean;
}

/**
 * Failed and accepted tasks of the step's current generation, and plans and expansions that failed it. Not what failed
 * once and succeeded later, nor what will be tried again.
 */
export async function failuresOf(table: JobTable, job: JobRecord, step: StepId): Promise<StepFailure[]> {
  const found: StepFailure[] = [];
  for (let pass = 0; ; pass++) {
    const ref: RunRef = { ...firstPass(job, step), pass };
    found.push(...(await tasksThatFailed(table, ref)));
    if (job.failedSteps.has(currentStep(job, step))) found.push(...(await planningThatFailed(table, ref)));
    if (!(await table.getRun(ref))) return found;
  }
}

async function tasksThatFailed(table: JobTable, ref: RunRef): Promise<StepFailure[]> {
  const groups = new Map<number, GroupRecord | undefined>();
  const found: StepFailure[] = [];
  for (const failure of await table.listFailures(ref)) {
    if (typeof failure.subject !== 'number') continue;
    const { group: groupRef, slot } = placeOf(ref, failure.subject);
    if (!groups.has(groupRef.group)) groups.set(groupRef.group, await table.getGroup(groupRef));
    const group = groups.get(groupRef.group);
    const accepted = group?.accepted.has(slot) ?? false;
    if (accepted || group?.failed.has(slot)) found.push({ ...failure, pass: ref.pass, accepted });
  }
  return found.sort((a, b) => Number(a.subject) - Number(b.subject));
}

async function planningThatFailed(table: JobTable, ref: RunRef): Promise<StepFailure[]> {
  const found: StepFailure[] = [];
  for (const failure of await table.listFailures(ref)) {
    if (typeof failure.subject === 'number' || (await wasSent(table, ref, failure.subject))) continue;
    found.push({ ...failure, pass: ref.pass, accepted: false });
  }
  return found;
}

/** Whether another attempt at the plan or the expansion went through. */
async function wasSent(table: JobTable, ref: RunRef, subject: Exclude<Subject, number>): Promise<boolean> {
  if (subject === 'plan') return (await table.getRun(ref))?.expanded ?? false;
  const number = Number(subject.slice(subject.lastIndexOf('-') + 1));
  if (subject.startsWith('expand-block-')) {
    return (await table.getBlock({ ...ref, block: number }))?.expanded ?? false;
  }
  return (await table.getGroup({ ...ref, group: number }))?.sent ?? false;
}
