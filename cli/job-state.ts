/** What the records in an output folder say of its job, read beside whoever works on it. */
import { pipeline } from '../services/pipeline.ts';
import { readState } from '../shared/adapters/local/state.ts';
import { shapeOf } from '../shared/engine/engine.ts';
import type { JobTable } from '../shared/engine/ports.ts';
import type { JobRecord, NewJob } from '../shared/engine/records.ts';
import {
  failuresOf,
  type JobStatus,
  jobStatus,
  type StepFailure,
  type StepProgress,
  stepProgress,
} from '../shared/engine/status.ts';
import type { OutputFolder } from './output-folder.ts';

export interface JobState {
  readonly status: JobStatus;
  readonly steps: readonly StepProgress[];
  readonly failures: readonly (StepFailure & { readonly step: string })[];
}

export const NOT_STARTED: JobState = { status: 'waiting', steps: [], failures: [] };

export async function readJobState(folder: OutputFolder, { jobId }: NewJob): Promise<JobState> {
  const state = await readState(folder.stateFolder);
  if (!state) return NOT_STARTED;
  try {
    const job = await state.table.getJob(jobId);
    return job ? await stateOf(state.table, job) : NOT_STARTED;
  } finally {
    state.close();
  }
}

export async function stateOf(table: JobTable, job: JobRecord): Promise<JobState> {
  const shapes = pipeline.steps.map(shapeOf);
  const own = shapes.filter(({ id }) => job.generations[id] !== undefined);
  const steps: StepProgress[] = [];
  const failures: JobState['failures'][number][] = [];
  for (const { id } of own) {
    steps.push(await stepProgress(table, job, id));
    for (const failure of await failuresOf(table, job, id)) failures.push({ ...failure, step: id });
  }
  const planned = steps.some(({ passes }) => passes > 0);
  return { status: jobStatus(job, shapes, planned), steps, failures };
}
