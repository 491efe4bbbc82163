/** The host on a machine of a fleet: one process for one queue, worker threads for its tasks, state in AWS. */
import { systemClock } from '../../adapters/local/system-clock.ts';
import { openStore } from '../../adapters/open-store.ts';
import { PLAN_QUEUE, shapeOf } from '../../engine/engine.ts';
import { makeInputsCache } from '../../engine/loaded-step.ts';
import { makePlanner } from '../../engine/planner.ts';
import type { Clock, JobTable, Queues } from '../../engine/ports.ts';
import { recentJobs } from '../../engine/recent-jobs.ts';
import type { JobRecord } from '../../engine/records.ts';
import type { Pipeline } from '../../engine/step.ts';
import { needsReader } from '../step-needs.ts';
import { startTaskPool, type TaskPool } from '../task-pool.ts';
import { type ConsumerOptions, type ConsumerResult, runConsumer } from './consumer.ts';

export interface Ec2ConsumerOptions<P>
  extends Omit<ConsumerOptions, 'engine' | 'capacity' | 'readNeeds' | 'random'> {
  readonly pipeline: Pipeline<P>;
  /** File URL of a JavaScript module that exports the same pipeline, for the worker threads. */
  readonly pipelineModule: string;
  readonly table: JobTable;
  readonly queues: Queues;
  /** Names this consumer in failure records and in the log. */
  readonly worker: string;
  /** Threads that run tasks. */
  readonly workers: number;
  readonly memoryMiB: number;
  readonly clock?: Clock;
}

/** As `runConsumer`. */
export async function runEc2Consumer<P>(options: Ec2ConsumerOptions<P>): Promise<ConsumerResult> {
  const { pipeline, pipelineModule, workers, memoryMiB, clock = systemClock } = options;
  const cache = makeInputsCache<P>();
  const openOutput = (job: JobRecord) => openStore(job.output);
  const openSource = (job: JobRecord) => openStore(job.input);
  const pool = options.queue === PLAN_QUEUE ? NO_THREADS : startTaskPool(workers, { pipelineModule });
  try {
    return await runConsumer({
      ...options,
      engine: {
        table: options.table,
        queues: options.queues,
        clock,
        recentJobs: recentJobs(),
        steps: pipeline.steps.map(shapeOf),
        planner: makePlanner(pipeline, openOutput, cache, openSource),
        runner: pool,
        openOutput,
        worker: options.worker,
      },
      capacity: { threads: workers, memoryMiB },
      readNeeds: needsReader(pipeline, openOutput, cache),
    });
  } finally {
    await pool.close();
  }
}

/** Plans are made on the main thread. */
const NO_THREADS: TaskPool = {
  run: () => Promise.reject(new Error('a task came by the queue of plans, where nobody runs tasks')),
  close: async () => {},
};
