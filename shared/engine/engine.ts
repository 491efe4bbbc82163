/** Everything `handleMessage` and the commands work with: the ports, the pipeline's shape, and who plans and runs. */
import type { Clock, JobTable, ObjectStore, Queues } from './ports.ts';
import type { RecentJobs } from './recent-jobs.ts';
import type { JobRecord, RunRef, RunShape, StepId } from './records.ts';
import type { AnyStep, Readiness } from './step.ts';
import { stepId } from './step.ts';

/** The engine's view of a step. */
export interface StepShape {
  readonly id: StepId;
  readonly service: string;
  readonly waitsFor: readonly StepId[];
}

export const shapeOf = <P>(step: AnyStep<P>): StepShape => ({
  id: stepId(step),
  service: step.service,
  waitsFor: step.waitsFor,
});

export interface Planner {
  /**
   * Asked before `plan` while the job waits; resolves with undefined where the step waits for nothing outside. Rejects
   * with a permanent error where the input cannot be used as it is; after any other error it is asked again later.
   */
  readonly ready?: (job: JobRecord, step: StepId) => Promise<Readiness | undefined>;
  /** Pure; reads earlier steps' files only. Throws where they are missing or wrong. */
  plan(job: JobRecord, step: StepId, pass: number): Promise<RunShape>;
}

/** What a task moved, for the figures at the end of a run. */
export interface TaskReport {
  /** From the job's input, as stored. */
  readonly bytesRead: number;
  /** All objects, as stored. */
  readonly bytesWritten: number;
  /** That it worked through; absent where its step counts none. */
  readonly voxels?: number;
}

export interface TaskRunner {
  /** Rejects with `TaskAborted` when the signal ended it; any other rejection is the task's own failure. */
  run(job: JobRecord, task: RunRef & { readonly index: number }, signal: AbortSignal): Promise<TaskReport>;
}

export interface Engine {
  readonly table: JobTable;
  readonly queues: Queues;
  readonly clock: Clock;
  /** Where a read of the job's record costs money; absent: it is read for every message. */
  readonly recentJobs?: RecentJobs;
  readonly steps: readonly StepShape[];
  readonly planner: Planner;
  readonly runner: TaskRunner;
  readonly openOutput: (job: JobRecord) => Promise<ObjectStore>;
  /** This machine and process, for failure records. */
  readonly worker: string;
}

/** Attempts of one task, plan or expansion before it is failed. */
export const ATTEMPT_LIMIT = 3;
/** Delay before attempt n + 1, seconds: doubles from this. */
export const FIRST_RETRY_SECONDS = 1;

/** Plans and expansions share one queue; tasks wait in their service's own. */
export const PLAN_QUEUE = 'plans';
