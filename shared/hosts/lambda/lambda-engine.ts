/** The engine as Lambda runs it: tasks in the one thread there is, so light ones only. */
import { type Engine, shapeOf, type TaskRunner } from '../../engine/engine.ts';
import { type InputsCache, makeInputsCache } from '../../engine/loaded-step.ts';
import { makePlanner } from '../../engine/planner.ts';
import type { Clock, JobTable, ObjectStore, Queues } from '../../engine/ports.ts';
import type { JobRecord } from '../../engine/records.ts';
import { runTask } from '../../engine/run-task.ts';
import type { Pipeline } from '../../engine/step.ts';
import { countReads, countWrites } from '../counting-store.ts';

export interface LambdaEngineOptions<P> {
  readonly table: JobTable;
  readonly queues: Queues;
  readonly clock: Clock;
  readonly pipeline: Pipeline<P>;
  readonly openStore: (url: string) => Promise<ObjectStore>;
  /** For failure records. */
  readonly worker: string;
}

export function lambdaEngine<P>({ pipeline, openStore, ...ports }: LambdaEngineOptions<P>): Engine {
  const cache = makeInputsCache<P>();
  const openOutput = (job: JobRecord) => openStore(job.output);
  const openSource = (job: JobRecord) => openStore(job.input);
  return {
    ...ports,
    steps: pipeline.steps.map(shapeOf),
    planner: makePlanner(pipeline, openOutput, cache, openSource),
    runner: threadlessRunner(pipeline, openStore, cache),
    openOutput,
  };
}

/** Nothing can end a task in this thread: one that is told to stop goes on, but writes nothing more. */
const threadlessRunner = <P>(
  pipeline: Pipeline<P>,
  openStore: LambdaEngineOptions<P>['openStore'],
  cache: InputsCache<P>,
): TaskRunner => ({
  async run(job, task, signal) {
    let [bytesRead, bytesWritten] = [0, 0];
    const countRead = (bytes: number): void => {
      bytesRead += bytes;
    };
    const source = countReads(await openStore(job.input), countRead);
    const store = countWrites(writableUntil(await openStore(job.output), signal), (bytes) => {
      bytesWritten += bytes;
    });
    const worked = await runTask(pipeline, job, task, { store, source, cache, countRead });
    return { bytesRead, bytesWritten, ...worked };
  },
});

const writableUntil = (store: ObjectStore, signal: AbortSignal): ObjectStore => ({
  ...store,
  put: async (key, body, options) => {
    if (signal.aborted) throw signal.reason;
    return store.put(key, body, options);
  },
});
