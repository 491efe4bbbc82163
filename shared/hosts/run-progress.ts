/** How far a run is, for whoever shows it. */

import type { StepShape } from '../engine/engine.ts';
import type { Clock, JobTable } from '../engine/ports.ts';
import { stepsOf } from '../engine/ready.ts';
import type { JobRecord, StepId } from '../engine/records.ts';
import { type StepProgress, type StepState, stepProgress } from '../engine/status.ts';
import type { Activity } from './activity.ts';

export interface RunStep {
  readonly step: StepId;
  readonly state: StepState;
  /** Undefined until the step is planned; of all passes that were. */
  readonly tasks: number | undefined;
  readonly done: number;
  readonly failed: number;
  readonly accepted: number;
  /** In this process, now. */
  readonly running: number;
  /** Milliseconds since 1970; undefined where this process did not see it. */
  readonly startedAt: number | undefined;
  readonly doneAt: number | undefined;
}

export interface RunProgress {
  readonly steps: readonly RunStep[];
  /** By this process, from the job's input, as stored. */
  readonly bytesRead: number;
  /** By this process, all objects, as stored. */
  readonly bytesWritten: number;
}

export interface ProgressReader {
  read(): Promise<RunProgress>;
}

export function progressReader(
  table: JobTable,
  jobId: string,
  steps: readonly StepShape[],
  activity: Activity,
): ProgressReader {
  /** A step that is done changes no more. */
  const finished = new Map<string, StepProgress>();
  const progressOf = async (job: JobRecord, step: StepId): Promise<StepProgress> => {
    const key = `${step}@${job.generations[step] ?? 0}`;
    const progress = finished.get(key) ?? (await stepProgress(table, job, step));
    if (progress.state === 'done' || progress.state === 'incomplete') finished.set(key, progress);
    return progress;
  };
  return {
    async read() {
      const job = await table.getJob(jobId);
      const found: RunStep[] = [];
      for (const { id } of job ? stepsOf(job, steps) : []) {
        if (job) found.push(toRunStep(await progressOf(job, id), activity));
      }
      return { steps: found, bytesRead: activity.bytesRead(), bytesWritten: activity.bytesWritten() };
    },
  };
}

function toRunStep(progress: StepProgress, activity: Activity): RunStep {
  const { step, state, passes, tasks, done, failed, accepted } = progress;
  return {
    step,
    state,
    tasks: passes === 0 ? undefined : tasks,
    done,
    failed,
    accepted,
    ...activity.of(step),
  };
}

const SHORTEST_PAUSE_MILLISECONDS = 200;
/** Reading the progress of a million tasks takes a while: then it is read less often. */
const LARGEST_SHARE_OF_TIME = 0.05;

/** Shows the progress until the signal aborts, and once more then; returns the last. */
export async function showProgress(
  reader: ProgressReader,
  clock: Clock,
  show: (progress: RunProgress) => void,
  ended: AbortSignal,
): Promise<RunProgress> {
  while (!ended.aborted) {
    const before = clock.now();
    show(await reader.read());
    const pause = Math.max(SHORTEST_PAUSE_MILLISECONDS, (clock.now() - before) / LARGEST_SHARE_OF_TIME);
    await clock.sleep(pause, ended);
  }
  const last = await reader.read();
  show(last);
  return last;
}
