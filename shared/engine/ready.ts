/** Which steps may go on, by the job's record alone. */
import type { StepShape } from './engine.ts';
import { type JobRecord, type RunRef, type StepAt, type StepId, stepAt } from './records.ts';

/** The step at the generation it has now. */
export const currentStep = (job: JobRecord, step: StepId): StepAt => stepAt(step, job.generations[step] ?? 0);

export const isStepDone = (job: JobRecord, step: StepId): boolean =>
  job.doneSteps.has(currentStep(job, step));

const hasStep = (job: JobRecord, step: StepId): boolean => job.generations[step] !== undefined;

/** The steps of the pipeline that this job has. */
export const stepsOf = (job: JobRecord, steps: readonly StepShape[]): StepShape[] =>
  steps.filter(({ id }) => hasStep(job, id));

/** A step that the job does not have is waited for by nobody. */
const mayStart = (job: JobRecord, step: StepShape): boolean =>
  step.waitsFor.every((other) => !hasStep(job, other) || isStepDone(job, other));

/** Steps that are not done, while all they wait for is. */
export const startable = (job: JobRecord, steps: readonly StepShape[]): StepShape[] =>
  stepsOf(job, steps).filter((step) => !isStepDone(job, step.id) && mayStart(job, step));

export const firstPass = (job: JobRecord, step: StepId): RunRef => ({
  jobId: job.jobId,
  step,
  generation: job.generations[step] ?? 0,
  pass: 0,
});

/** The step and all that depend on it, however far. */
export function withDependents(steps: readonly StepShape[], step: StepId): ReadonlySet<StepId> {
  const found = new Set([step]);
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const { id, waitsFor } of steps) if (waitsFor.some((other) => found.has(other))) found.add(id);
  }
  return found;
}
