/** What must hold once a job is over: every task recorded once, on every level, and no message of it left anywhere. */
import type { JobTable, Queues } from '../../shared/engine/ports.ts';
import { currentStep, firstPass } from '../../shared/engine/ready.ts';
import {
  blocksOf,
  groupSize,
  groupsOf,
  type JobRecord,
  type RunRecord,
  type RunRef,
} from '../../shared/engine/records.ts';
import { plannedPasses } from '../../shared/engine/tree.ts';

export interface Audit {
  readonly tasks: number;
  readonly groups: number;
  /** Empty where all is as it must be. */
  readonly violations: readonly string[];
}

/** Of a job that is said to be done; its step runs have no blocks (fewer than 256,000 tasks). */
export async function auditJob(table: JobTable, jobId: string): Promise<Audit> {
  const job = await table.getJob(jobId);
  if (!job) return { tasks: 0, groups: 0, violations: [`there is no job ${jobId}`] };
  const violations: string[] = [];
  let [tasks, groups] = [0, 0];
  for (const step of Object.keys(job.generations)) {
    violations.push(...stepViolations(job, step));
    for await (const { ref, run } of plannedPasses(table, firstPass(job, step))) {
      tasks += run.count;
      groups += groupsOf(run.count);
      violations.push(...(await runViolations(table, ref, run)));
    }
  }
  return { tasks, groups, violations };
}

function stepViolations(job: JobRecord, step: string): string[] {
  const current = currentStep(job, step);
  return [
    ...(job.doneSteps.has(current) ? [] : [`${current} is not done`]),
    ...(job.failedSteps.has(current) ? [`${current} is called failed`] : []),
  ];
}

async function runViolations(table: JobTable, ref: RunRef, run: RunRecord): Promise<string[]> {
  const name = `${ref.step}@${ref.generation}, pass ${ref.pass}`;
  const groups = groupsOf(run.count);
  const violations = [
    ...(blocksOf(run.count) > 0 ? [`${name} has blocks`] : []),
    ...(run.expanded ? [] : [`${name} is not expanded`]),
    ...(run.done.size === groups && run.failed.size === 0
      ? []
      : [`${name}: ${run.done.size} of ${groups} groups done, ${run.failed.size} failed`]),
  ];
  for (let group = 0; group < groups; group++) {
    const record = await table.getGroup({ ...ref, group });
    const size = groupSize(run.count, group);
    const isRight = record?.sent && record.done.size === size && record.failed.size === 0;
    if (!isRight) violations.push(`${name}, group ${group}: ${record?.done.size ?? 0} of ${size} tasks done`);
  }
  return violations;
}

/** Messages that are anywhere: waiting, in work, delayed, dead. */
export async function countMessages(queues: Queues, names: readonly string[]): Promise<number> {
  const depths = await Promise.all(
    names.flatMap((name) => [queues.queue(name).depth(), queues.dead(name).depth()]),
  );
  return depths.reduce((sum, { visible, inFlight, delayed }) => sum + visible + inFlight + delayed, 0);
}
