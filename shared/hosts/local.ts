/** The host on one machine: one process for all services, worker threads for the tasks, state in one SQLite file. */
import { hostname } from 'node:os';
import { acquireOwner } from '../adapters/local/owner-lock.ts';
import { type LocalState, openState } from '../adapters/local/state.ts';
import { systemClock } from '../adapters/local/system-clock.ts';
import { openStore } from '../adapters/open-store.ts';
import { shapeOf, type TaskRunner } from '../engine/engine.ts';
import { makeInputsCache } from '../engine/loaded-step.ts';
import { makePlanner } from '../engine/planner.ts';
import type { Clock } from '../engine/ports.ts';
import type { JobRecord, NewJob, StepId } from '../engine/records.ts';
import type { Pipeline } from '../engine/step.ts';
import { type LocalCommand, type LocalJob, pumpJob } from './local-job.ts';
import type { RunProgress } from './run-progress.ts';
import type { LocalRunResult } from './run-result.ts';
import { needsReader } from './step-needs.ts';
import { startTaskPool, type TaskPool } from './task-pool.ts';

export type { LocalCommand } from './local-job.ts';
export type { RunProgress, RunStep } from './run-progress.ts';
export type { LocalRunResult, RunFailure } from './run-result.ts';

export interface LocalRunOptions<P> {
  readonly pipeline: Pipeline<P>;
  /** File URL of a JavaScript module that exports the same pipeline, for the worker threads. */
  readonly pipelineModule: string;
  readonly job: NewJob;
  readonly stateFolder: string;
  /** Threads that run tasks. */
  readonly workers: number;
  readonly memoryMiB: number;
  /** Does this step and all it waits for, no more. */
  readonly until?: StepId;
  readonly command?: LocalCommand;
  /** Receives nothing more; what runs runs to its end. */
  readonly drain: AbortSignal;
  /** Ends the threads at once. Nothing that is done is lost. */
  readonly stop: AbortSignal;
  /** About five times a second, and once at the end. */
  readonly onProgress?: (progress: RunProgress) => void;
  /** What the user should know, a sentence each. */
  readonly onNote?: (text: string) => void;
  readonly clock?: Clock;
  /** Runs tasks in place of the worker threads, for tests and benchmarks. */
  readonly runner?: TaskRunner;
}

/**
 * Resolves when nothing is left to do, or when it was drained or stopped. Rejects with `OutputOwnedError` where another
 * process works on the folder, with `CommandRefused` where the job cannot do what is asked, and with the errors of the
 * state or the stores (a full disk); then the same command goes on where it stopped.
 */
export async function runLocal<P>(options: LocalRunOptions<P>): Promise<LocalRunResult> {
  const { stateFolder, clock = systemClock, workers, pipelineModule } = options;
  // The threads start while SQLite opens.
  const pool = options.runner ? noThreads(options.runner) : startTaskPool(workers, { pipelineModule });
  const closing: (() => Promise<void> | void)[] = [];
  try {
    const owner = await acquireOwner(stateFolder, clock.now());
    closing.unshift(owner.release);
    const state = await openState(stateFolder, clock);
    closing.unshift(state.close);
    return await pumpJob(localJob(options, state, clock, pool));
  } finally {
    // Threads first: nothing writes to the output once another process may own it.
    await pool.close();
    for (const close of closing) await close();
  }
}

const noThreads = (runner: TaskRunner): TaskPool => ({ run: runner.run, close: async () => {} });

function localJob<P>(
  options: LocalRunOptions<P>,
  state: LocalState,
  clock: Clock,
  runner: TaskRunner,
): LocalJob {
  const { pipeline, job, workers, memoryMiB, until, drain, stop } = options;
  const cache = makeInputsCache<P>();
  const openOutput = (record: JobRecord) => openStore(record.output);
  return {
    engine: {
      table: state.table,
      queues: state.queues,
      clock,
      steps: pipeline.steps.map(shapeOf),
      planner: makePlanner(pipeline, openOutput, cache, (record) => openStore(record.input)),
      runner,
      openOutput,
      worker: `${hostname()}-${process.pid}`,
    },
    queues: state.queues,
    figures: state.figures,
    job,
    command: options.command ?? { kind: 'run' },
    until,
    capacity: { threads: workers, memoryMiB },
    readNeeds: needsReader(pipeline, openOutput, cache),
    drain,
    stop,
    show: options.onProgress ?? (() => {}),
    note: options.onNote ?? (() => {}),
  };
}
