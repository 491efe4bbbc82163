/** How a run ended. */
import type { Engine } from '../engine/engine.ts';
import { stepsOf } from '../engine/ready.ts';
import type { JobRecord, StepId, Subject, TaskError } from '../engine/records.ts';
import { failuresOf, type JobStatus, jobStatus } from '../engine/status.ts';
import type { RunProgress } from './run-progress.ts';

export interface RunFailure {
  readonly step: StepId;
  readonly pass: number;
  readonly subject: Subject;
  readonly error: TaskError;
}

export interface LocalRunResult {
  /** Of the steps that were asked for. */
  readonly status: JobStatus;
  /** It was told to end (drained or stopped) before nothing was left to do. */
  readonly drained: boolean;
  readonly tasks: {
    /** Planned so far, also by earlier processes. */
    readonly total: number;
    readonly done: number;
    readonly failed: number;
    readonly accepted: number;
    /** By this process. */
    readonly ran: number;
  };
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** What stands in the way now. */
  readonly failures: readonly RunFailure[];
}

/** `engine` has the steps that were asked for, `progress` is the last one. */
export async function runResult(
  { table, steps }: Pick<Engine, 'table' | 'steps'>,
  jobId: string,
  progress: RunProgress,
  { drained, ran }: { readonly drained: boolean; readonly ran: number },
): Promise<LocalRunResult> {
  const job = await table.getJob(jobId);
  if (job === undefined) throw new Error(`job ${jobId} is gone from the state while it ran`);
  const ids = stepsOf(job, steps).map(({ id }) => id);
  const status = jobStatus(onlySteps(job, ids), steps);
  const failures: RunFailure[] = [];
  for (const step of ids) {
    for (const failure of await failuresOf(table, job, step)) {
      const { pass, subject, lastError, accepted } = failure;
      if (!accepted) failures.push({ step, pass, subject, error: lastError });
    }
  }
  const { bytesRead, bytesWritten } = progress;
  return { status, drained, tasks: { ...countTasks(progress), ran }, bytesRead, bytesWritten, failures };
}

/** The job as if it had no other steps: its status is then that of those. */
const onlySteps = (job: JobRecord, ids: readonly StepId[]): JobRecord => ({
  ...job,
  generations: Object.fromEntries(ids.map((id) => [id, job.generations[id] ?? 0])),
});

function countTasks({ steps }: RunProgress) {
  const sum = (count: (step: RunProgress['steps'][number]) => number) =>
    steps.reduce((total, step) => total + count(step), 0);
  return {
    total: sum((step) => step.tasks ?? 0),
    done: sum((step) => step.done),
    failed: sum((step) => step.failed),
    accepted: sum((step) => step.accepted),
  };
}
