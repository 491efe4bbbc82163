import type { TaskReport } from './engine.ts';
import { PermanentError } from './errors.ts';
import { type InputsCache, loadStep } from './loaded-step.ts';
import type { ObjectStore } from './ports.ts';
import type { JobRecord, RunRef } from './records.ts';
import type { Pipeline } from './step.ts';

export interface TaskEnvironment<Parameters> {
  /** The job's output. */
  readonly store: ObjectStore;
  /** The job's input. */
  readonly source: ObjectStore;
  /** Kept by the caller from task to task: `makeInputsCache()`. */
  readonly cache: InputsCache<Parameters>;
  /** That all tasks of this machine share; 1 where absent. */
  readonly threads?: number;
  /** Is told of bytes of the input that are read in another way than from `source`. */
  readonly countRead?: (bytes: number) => void;
}

/** What a task worked through. */
type Worked = Pick<TaskReport, 'voxels'>;

/** Runs one task, in the thread of whoever calls it. */
export async function runTask<Parameters>(
  pipeline: Pipeline<Parameters>,
  job: JobRecord,
  task: RunRef & { readonly index: number },
  { cache, ...environment }: TaskEnvironment<Parameters>,
): Promise<Worked> {
  const loaded = await loadStep(pipeline, job, task, environment.store, cache);
  const plan = loaded.plan(task.pass);
  if (!(task.index >= 0 && task.index < plan.count)) {
    throw new PermanentError(
      `${task.step}, pass ${task.pass}: there is no task ${task.index}; its plan has ${plan.count} tasks`,
    );
  }
  const spec = plan.task(task.index);
  await loaded.step.run(spec, { inputs: loaded.inputs, ...environment });
  const voxels = loaded.step.voxels?.(spec, loaded.inputs);
  return voxels === undefined ? {} : { voxels };
}
