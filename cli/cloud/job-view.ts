/** How far a job of a deployment is: by its records, which are exact, beside its queues, which are not. */
import { findJob } from '../../shared/engine/find-job.ts';
import type { JobRecord } from '../../shared/engine/records.ts';
import { failureLines, stepLines } from '../job-lines.ts';
import { type JobState, stateOf } from '../job-state.ts';
import type { Cloud } from './cloud.ts';
import { type QueueState, queueLines, readQueues } from './queue-depths.ts';

export interface JobView {
  readonly job: JobRecord;
  readonly state: JobState;
  readonly queues: readonly QueueState[];
}

export async function viewJob(cloud: Cloud, jobId: string): Promise<JobView> {
  const job = await findJob(cloud.engine.table, jobId);
  const [state, queues] = await Promise.all([stateOf(cloud.engine.table, job), readQueues(cloud)]);
  return { job, state, queues };
}

export const viewObject = ({ deployment }: Cloud, { job, state, queues }: JobView): object => ({
  event: 'status',
  jobId: job.jobId,
  status: state.status,
  input: job.input,
  output: job.output,
  deployment: deployment.name,
  build: job.build,
  steps: state.steps,
  failures: state.failures,
  waiting: job.waiting ?? null,
  approximateQueues: queues,
});

export function viewLines(cloud: Cloud, { job, state, queues }: JobView): string[] {
  return [
    `job ${job.jobId} of ${cloud.deployment.name}: ${state.status}`,
    `  ${job.input} -> ${job.output}`,
    ...waitingLines(job),
    ...stepLines(state),
    ...failureLines(state),
    ...queueLines(cloud, queues),
    ...adviceFor(job.jobId, state),
  ];
}

/** Of a job that an upload started, while the upload goes on. */
function waitingLines({ jobId, waiting }: JobRecord): string[] {
  if (!waiting) return [];
  const progress = waiting.progress || 'not looked at yet';
  if (!waiting.gaveUp) return [`  waits for its upload until ${isoTime(waiting.until)}: ${progress}`];
  return [
    `  gave up waiting for its upload at ${isoTime(waiting.until)}: ${progress}`,
    `Copy the rest, then: cloudreg resume ${jobId}`,
    `Or begin with what is there: cloudreg retry --accept-missing ${jobId}`,
  ];
}

const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString();

function adviceFor(jobId: string, { status }: JobState): string[] {
  if (status === 'failed')
    return [`What happened: cloudreg logs ${jobId}`, `Mend the cause, then: cloudreg retry ${jobId}`];
  return status === 'cancelled' ? [`Go on with: cloudreg resume ${jobId}`] : [];
}
