/**
 * What a user may ask of a job. Each command may die between any two of its writes, and may run beside consumers and
 * other commands: the same command again, or `resume`, repairs what is left (PROTOCOL section 3).
 */
import type { Engine } from './engine.ts';
import { CommandRefused } from './errors.ts';
import { findJob } from './find-job.ts';
import { stepsOf, withDependents } from './ready.ts';
import type { JobRecord, NewJob, StepId } from './records.ts';
import { goOn } from './walk.ts';

export { acceptMissing } from './accept-missing.ts';
export { retry } from './retry.ts';

/** Starts a job, or goes on with the one that is there. */
export async function start(engine: Engine, newJob: NewJob): Promise<JobRecord> {
  return goOn(engine, await engine.table.createJob(newJob));
}

/** Goes on with a job that was cancelled, purged, or left by a command that died. */
export async function resume(engine: Engine, jobId: string): Promise<JobRecord> {
  return goOn(engine, await findJob(engine.table, jobId));
}

/** Messages drain by being dropped; heartbeats abort what runs. Nothing that is done is lost. */
export async function cancel(engine: Pick<Engine, 'table'>, jobId: string): Promise<JobRecord> {
  await findJob(engine.table, jobId);
  return engine.table.setCancelled(jobId, true);
}

/**
 * Runs a step and all that depend on it again. `quietMilliseconds` is how long a task of the generation before may go
 * on writing: lease + longest put, or 0 where the caller has awaited the end of every such task.
 */
export async function redo(
  engine: Engine,
  jobId: string,
  step: StepId,
  { quietMilliseconds }: { readonly quietMilliseconds: number },
): Promise<JobRecord> {
  let job = await findJob(engine.table, jobId);
  for (let applied = false; !applied; ) {
    const raised = raisedGenerations(engine, job, step);
    const quietUntil = Math.max(job.quietUntil, engine.clock.now() + quietMilliseconds);
    ({ applied, item: job } = await engine.table.raise(jobId, job.generations, raised, quietUntil));
  }
  return goOn(engine, job);
}

function raisedGenerations(engine: Engine, job: JobRecord, step: StepId): Record<StepId, number> {
  const steps = stepsOf(job, engine.steps);
  if (!steps.some(({ id }) => id === step)) {
    const names = steps.map(({ id }) => id).join(', ');
    throw new CommandRefused(`job ${job.jobId} has no step ${step}; it has ${names}`);
  }
  const affected = withDependents(steps, step);
  const entries = Object.entries(job.generations);
  return Object.fromEntries(
    entries.map(([id, generation]) => [id, affected.has(id) ? generation + 1 : generation]),
  );
}
