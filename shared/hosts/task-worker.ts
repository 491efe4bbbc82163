/** The thread that runs tasks: their code, their reads and their writes. Started by `task-pool.ts`. */
import { workerData } from 'piscina';
import { openStore } from '../adapters/open-store.ts';
import type { TaskReport } from '../engine/engine.ts';
import { makeInputsCache } from '../engine/loaded-step.ts';
import type { JobRecord, RunRef } from '../engine/records.ts';
import { runTask } from '../engine/run-task.ts';
import type { Pipeline } from '../engine/step.ts';
import { countReads, countWrites } from './counting-store.ts';
import { type PackedError, packError } from './packed-error.ts';

export interface WorkerData {
  /** File URL of a JavaScript module that exports `pipeline`: shared code may not import the services. */
  readonly pipelineModule: string;
  /** Of the pool. */
  readonly threads: number;
}

export interface WorkerTask {
  readonly job: JobRecord;
  readonly task: RunRef & { readonly index: number };
}

export type WorkerResult = { readonly report: TaskReport } | { readonly error: PackedError };

type PipelineModule = { readonly pipeline: Pipeline<unknown> };

// Loaded while the thread starts, so that the first task need not wait. A module that cannot be loaded is reported by
// the tasks: a thread that dies at its start would be started again for ever.
const { pipelineModule, threads } = workerData as WorkerData;
const loading: Promise<PipelineModule> = import(pipelineModule);
await loading.catch(() => undefined);
const cache = makeInputsCache<unknown>();

export default async function ({ job, task }: WorkerTask): Promise<WorkerResult> {
  let bytesRead = 0;
  let bytesWritten = 0;
  try {
    const { pipeline } = await loading;
    const countRead = (bytes: number): void => {
      bytesRead += bytes;
    };
    const source = countReads(await openStore(job.input), countRead);
    const store = countWrites(await openStore(job.output), (bytes) => {
      bytesWritten += bytes;
    });
    const worked = await runTask(pipeline, job, task, { store, source, cache, threads, countRead });
    return { report: { bytesRead, bytesWritten, ...worked } };
  } catch (error) {
    return { error: packError(error) };
  }
}
