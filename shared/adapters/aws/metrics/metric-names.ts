/**
 * Names of the metrics that consumers and functions emit: the emitter, the dashboard and the alarms take them from here.
 * Each distinct name and set of dimensions costs $0.30 a month while it is used, so the only dimensions are the service
 * and the step, never a job, a machine or a task.
 */
import type { Deployment } from '../deployment.ts';

/** Keeps the metrics of deployments in one account apart. */
export const metricsNamespace = ({ name }: Pick<Deployment, 'name'>): string => `CloudReg/${name}`;

/** Of a service: dimension `service`. */
export const SERVICE_METRICS = {
  busySlots: 'BusySlots',
  receives: 'Receives',
  emptyReceives: 'EmptyReceives',
  heartbeats: 'Heartbeats',
  releases: 'Releases',
  deletes: 'Deletes',
} as const;

/** Of a step: dimensions `service` and `step`. */
export const STEP_METRICS = {
  tasksDone: 'TasksDone',
  tasksFailed: 'TasksFailed',
  tasksAborted: 'TasksAborted',
  taskSeconds: 'TaskSeconds',
  bytesRead: 'BytesRead',
  bytesWritten: 'BytesWritten',
  voxels: 'Voxels',
} as const;

/** Events of the log that dashboards and alarms look for, as `"event"` of a line. */
export const LOG_EVENTS = {
  /** Tasks of a job's step that a consumer did in a minute: `job`, `step`, `done`, `failed`. */
  progress: 'progress',
  /** A pass of a job's step was planned: `job`, `step`, `pass`, `tasks`. */
  planned: 'planned',
  stepDone: 'step-done',
  stepFailed: 'step-failed',
  /** Done with accepted gaps. */
  stepIncomplete: 'step-incomplete',
  uploadRefused: 'upload-refused',
  gaveUpWaiting: 'gave-up-waiting',
  deadLetterKept: 'dead-letter-kept',
} as const;
