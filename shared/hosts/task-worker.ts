/** The thread that runs tasks: their code, their reads and their writes. Started by `task-pool.ts`. */
import { workerData } from 'piscina';
import { openStore } from '../adapters/open-store.ts';
import type { TaskReport } from '../engine/engine.ts';
import type { ObjectStore } from '../engine/ports.ts';
import type { JobRecord, RunRef } from '../engine/records.ts';
import { runTask } from '../engine/run-task.ts';
import type { Pipeline } from '../engine/step.ts';
import { countReads, countWrites } from './counting-store.ts';
import { packError, type PackedError } from './packed-error.ts';

export interface WorkerData {
  /** File URL of a JavaScript module that exports `pipeline`. */
  readonly pipelineModule: string;
}

export interface WorkerTask {
  readonly job: JobRecord;
  readonly task: RunRef & { readonly index: number };
}

export type WorkerResult = { readonly report: TaskReport } | { readonly error: PackedError };

const loading: Promise<{ pipeline: Pipeline<unknown> }> = import((workerData as WorkerData).pipelineModule);
const stores = new Map<string, Promise<ObjectStore>>();
