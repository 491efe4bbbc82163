/** One job on one machine: begins what was asked, and pumps until nothing is left or it is told to end. */
import type { FigureWriter } from '../adapters/local/figure-table.ts';
import type { LocalQueues } from '../adapters/local/task-queue.ts';
import { acceptMissing, redo, retry, start } from '../engine/commands.ts';
import type { Engine, StepShape } from '../engine/engine.ts';
import { CommandRefused } from '../engine/errors.ts';
import type { NewJob, StepId } from '../engine/records.ts';
import { watchActivity } from './activity.ts';
import type { Capacity } from './admission.ts';
import { type Heartbeats, startHeartbeats } from './heartbeat.ts';
import { localSources } from './local-sources.ts';
import { pump } from './pump.ts';
import { recordFigures } from './record-figures.ts';
import { progressReader, type RunProgress, showProgress } from './run-progress.ts';
import { type LocalRunResult, runResult } from './run-result.ts';
import type { ReadNeeds } from './step-needs.ts';

export type LocalCommand =
  | { readonly kind: 'run' }
  | { readonly kind: 'retry'; readonly acceptMissing: boolean }
  | { readonly kind: 'redo'; readonly step: StepId };

export interface LocalJob {
  /** With all steps of the pipeline. */
  readonly engine: Engine;
  readonly queues: LocalQueues;
  readonly figures: FigureWriter;
  readonly job: NewJob;
  readonly command: LocalCommand;
  /** Does this step and all it waits for, no more. */
  readonly until: StepId | undefined;
  readonly capacity: Capacity;
  readonly readNeeds: ReadNeeds;
  readonly drain: AbortSignal;
  readonly stop: AbortSignal;
  readonly show: (progress: RunProgress) => void;
  readonly note: (text: string) => void;
}

/** Renewed at a third of it. Long, as this process is the only consumer. */
const LEASE_SECONDS = 120;

export async function pumpJob(run: LocalJob): Promise<LocalRunResult> {
  const { jobId } = run.job;
  const steps = stepsUntil(run.engine.steps, run.until);
  if (run.command.kind === 'redo') await redoAll(run, run.command.step);
  const { engine, activity } = watchActivity(recordFigures({ ...run.engine, steps }, run.figures));
  const reader = progressReader(engine.table, jobId, steps, activity);
  const heartbeats = startHeartbeats(engine.clock, LEASE_SECONDS);
  const ended = new AbortController();
  const showing = showProgress(reader, engine.clock, run.show, ended.signal);
  let drained: boolean;
  try {
    drained = await pumpToEnd(run, engine, heartbeats);
  } finally {
    heartbeats.end();
    ended.abort();
    await Promise.allSettled([showing]);
  }
  const result = await runResult(engine, jobId, await showing, { drained, ran: activity.ran() });
  if (!drained && (result.status === 'running' || result.status === 'waiting'))
    throw new UnfinishedJobError(jobId);
  return result;
}

/** Receives while the command still sends. Resolves with true where it was told to end before nothing was left. */
async function pumpToEnd(run: LocalJob, engine: Engine, heartbeats: Heartbeats): Promise<boolean> {
  const receiving = new AbortController();
  const unlisten = listen(run, heartbeats, receiving);
  const beginning = watched(begin(run, engine));
  beginning.ended.catch(() => receiving.abort());
  let isOver = false;
  const pumping = pump({
    ...localSources({ ...run, engine, jobId: run.job.jobId }),
    heartbeats,
    leaseSeconds: LEASE_SECONDS,
    stop: receiving.signal,
    async idle(withRoom, inFlight, signal) {
      isOver = inFlight === 0 && beginning.hasEnded() && (await areEmpty(run.queues));
      if (isOver) return receiving.abort();
      const visible = run.queues.visible(withRoom, signal);
      await (beginning.hasEnded() ? visible : Promise.race([visible, beginning.ended]));
    },
  });
  const results = await Promise.allSettled([beginning.ended, pumping]);
  unlisten();
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return !isOver;
}

/** A drain ends receiving; a stop aborts what runs too. Returns what takes the listeners away. */
function listen({ drain, stop }: LocalJob, heartbeats: Heartbeats, receiving: AbortController): () => void {
  const end = () => receiving.abort();
  const endAtOnce = () => {
    heartbeats.abortAll('this process was stopped');
    end();
  };
  if (drain.aborted) end();
  if (stop.aborted) endAtOnce();
  drain.addEventListener('abort', end);
  stop.addEventListener('abort', endAtOnce);
  return () => {
    drain.removeEventListener('abort', end);
    stop.removeEventListener('abort', endAtOnce);
  };
}

async function begin({ job, command }: LocalJob, engine: Engine): Promise<void> {
  if (command.kind === 'retry') {
    await (command.acceptMissing ? acceptMissing : retry)(engine, job.jobId);
    return;
  }
  await start(engine, job);
}

/** All that depend on the step are undone, also beyond `until`. What may run now is sent by the start that follows. */
async function redoAll({ engine, job, queues }: LocalJob, step: StepId): Promise<void> {
  await engine.table.createJob(job);
  // No wait: this process is the only one, and no task runs yet.
  await redo(engine, job.jobId, step, { quietMilliseconds: 0 });
  await queues.purge();
}

async function areEmpty(queues: LocalQueues): Promise<boolean> {
  const { visible, inFlight, delayed } = await queues.depth();
  return visible + inFlight + delayed === 0;
}

function watched(work: Promise<void>) {
  let ended = false;
  const end = work.finally(() => {
    ended = true;
  });
  return { ended: end, hasEnded: () => ended };
}

/** The step and all that it waits for, however far. */
function stepsUntil(steps: readonly StepShape[], until: StepId | undefined): readonly StepShape[] {
  if (until === undefined) return steps;
  const wanted = new Set<StepId>([until]);
  for (let before = 0; before < wanted.size; ) {
    before = wanted.size;
    for (const step of steps) if (wanted.has(step.id)) for (const other of step.waitsFor) wanted.add(other);
  }
  if (steps.some((step) => step.id === until)) return steps.filter((step) => wanted.has(step.id));
  throw new CommandRefused(`there is no step ${until}; there are ${steps.map((step) => step.id).join(', ')}`);
}

/** A fault of the program: the records say that there is more to do, and no message asks for it. */
class UnfinishedJobError extends Error {
  override readonly name = 'UnfinishedJobError';
  constructor(jobId: string) {
    super(
      `job ${jobId} has more to do, but no message is left that asks for it. Please report this; resume goes on.`,
    );
  }
}
