/** Worker threads that run tasks; aborting a task ends its thread. */
import type { Piscina } from 'piscina';
import type { TaskRunner } from '../engine/engine.ts';
import { TaskAborted } from '../engine/errors.ts';
import { unpackError } from './packed-error.ts';
import type { WorkerData, WorkerResult, WorkerTask } from './task-worker.ts';

export interface TaskPool extends TaskRunner {
  /** Ends every thread, also one at work. */
  close(): Promise<void>;
}

export interface ThreadLimits {
  /** Of JavaScript objects in each thread, not of pixels; Node's own limit where absent. */
  readonly heapMiB?: number;
}

/** Threads that start at once; more of them only when there is work for them. */
const FIRST_THREADS = 2;

/**
 * piscina tries `require` on its file before `import`. Node 20 aborts the whole process when a thread is ended in the
 * middle of requiring an ES module, as one may be that starts in the place of an aborted one (seen: once in 130).
 */
const NO_REQUIRE_OF_MODULES = '--no-experimental-require-module';
/** Errors of tasks are kept with the lines of the sources, not of the bundle. */
const LINES_OF_SOURCES = '--enable-source-maps';

/** Starts in the background: what goes wrong is told to the tasks. */
export function startTaskPool(
  threads: number,
  { pipelineModule }: Pick<WorkerData, 'pipelineModule'>,
  limits: ThreadLimits = {},
): TaskPool {
  const starting = openPool({ pipelineModule, threads }, limits);
  starting.catch(() => undefined);
  return {
    async run(job, task, signal) {
      const pool = await starting;
      if (signal.aborted) throw abortedBy(signal);
      const message: WorkerTask = { job, task };
      const result: WorkerResult = await pool.run(message, { signal }).catch((error: unknown) => {
        throw signal.aborted ? abortedBy(signal) : threadDied(error);
      });
      if ('error' in result) throw unpackError(result.error);
      return result.report;
    },
    async close() {
      const pool = await starting.catch(() => undefined);
      await pool?.destroy();
    },
  };
}

/** Of short-lived objects, which tasks make few of at a time: left alone, a thread takes 48 MiB for them and keeps those. */
const YOUNG_MIB = 12;

async function openPool(data: WorkerData, { heapMiB }: ThreadLimits): Promise<Piscina> {
  const { Piscina } = await import('piscina');
  const pool = new Piscina({
    filename: workerUrl().href,
    minThreads: Math.min(FIRST_THREADS, data.threads),
    maxThreads: data.threads,
    idleTimeout: Number.POSITIVE_INFINITY,
    workerData: data,
    execArgv: [...process.execArgv, NO_REQUIRE_OF_MODULES, LINES_OF_SOURCES],
    resourceLimits: {
      maxYoungGenerationSizeMb: YOUNG_MIB,
      ...(heapMiB === undefined ? {} : { maxOldGenerationSizeMb: heapMiB }),
    },
  });
  // A thread without a task died, or one whose task was aborted before: nobody waits for it, and it is replaced.
  pool.on('error', () => undefined);
  return pool;
}

/** Node 20 starts threads from JavaScript only: from the sources (tests), the built twin is taken. */
const workerUrl = (): URL =>
  import.meta.url.endsWith('.ts')
    ? new URL('../../dist/program/task-worker.js', import.meta.url)
    : new URL('./task-worker.js', import.meta.url);

const abortedBy = (signal: AbortSignal): TaskAborted =>
  signal.reason instanceof TaskAborted ? signal.reason : new TaskAborted(String(signal.reason));

/** Errors of a task come back as values: what is thrown here is the end of its thread. */
function threadDied(error: unknown): Error {
  const { message, code } = error as NodeJS.ErrnoException;
  const advice =
    code === 'ERR_WORKER_OUT_OF_MEMORY'
      ? 'It needed more memory than a thread may have; run fewer at once (--workers) or on a machine with more.'
      : 'Its code ended the thread, or a native library did.';
  return new Error(`the thread of this task died: ${message}. ${advice}`, { cause: error });
}
