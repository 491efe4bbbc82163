/** The figures of a job of this machine, read beside whoever works on it: what the cloud's dashboard shows of a service. */
import { readState, type SeenState } from '../../shared/adapters/local/state.ts';
import { parseMessage } from '../../shared/engine/messages.ts';
import type { NewJob, StepId } from '../../shared/engine/records.ts';
import { type JobState, NOT_STARTED, stateOf } from '../job-state.ts';
import type { OutputFolder } from '../output-folder.ts';
import { type HistoryPoint, historyOf } from './history.ts';
import { type Speeds, speedsOf } from './speeds.ts';

export interface StepFigures {
  readonly step: StepId;
  readonly state: string;
  /** Undefined until the step is planned. */
  readonly tasks: number | undefined;
  readonly done: number;
  readonly failed: number;
  readonly accepted: number;
  /** Tasks that are planned and neither ended nor at work. */
  readonly backlog: number;
  /** How long the oldest message has waited; of its service's queue, so of one step of the service only. */
  readonly oldestSeconds: number | undefined;
  /** Tasks at work. */
  readonly workers: number;
  /** Undefined where no task has ended. */
  readonly speeds: Speeds | undefined;
}

export interface JobFigures {
  readonly state: JobState;
  readonly steps: readonly StepFigures[];
  readonly history: readonly HistoryPoint[];
}

const NOTHING: JobFigures = { state: NOT_STARTED, steps: [], history: [] };

/** `isAtWork`: a process works on it; else what looks like work was cut short with its process. `now` in milliseconds. */
export async function readJobFigures(
  folder: OutputFolder,
  { jobId }: NewJob,
  isAtWork: boolean,
  now: number,
): Promise<JobFigures> {
  const seen = await readState(folder.stateFolder);
  if (!seen) return NOTHING;
  try {
    const job = await seen.table.getJob(jobId);
    if (!job) return NOTHING;
    const state = await stateOf(seen.table, job);
    const messages = isAtWork ? lookAtMessages(seen, state, now) : NO_MESSAGES;
    const rows = state.steps.map(({ step, generation }) => seen.figures.rows(jobId, step, generation));
    const steps = state.steps.map((step, index) => {
      const speeds = speedsOf(rows[index]!, now, isAtWork && step.state === 'running');
      return figuresOf(step, messages, speeds, now);
    });
    return { state, steps, history: historyOf(rows.flat()) };
  } finally {
    seen.close();
  }
}

interface Messages {
  readonly inWork: ReadonlyMap<StepId, number>;
  readonly oldest: ReadonlyMap<StepId, number>;
}

const NO_MESSAGES: Messages = { inWork: new Map(), oldest: new Map() };

/** Of tasks only: plans and expansions have a queue of their own. */
function lookAtMessages(seen: SeenState, { steps }: JobState, now: number): Messages {
  const inWork = new Map<StepId, number>();
  const oldest = new Map<StepId, number>();
  const services = new Set(steps.map(({ step }) => step.slice(0, step.indexOf('.'))));
  for (const service of services) {
    const queue = seen.queue(service, now);
    for (const body of queue.inWork) {
      const step = stepOf(body);
      if (step) inWork.set(step, (inWork.get(step) ?? 0) + 1);
    }
    const step = queue.oldest && stepOf(queue.oldest.body);
    if (queue.oldest && step) oldest.set(step, queue.oldest.since);
  }
  return { inWork, oldest };
}

function stepOf(body: string): StepId | undefined {
  const parsed = parseMessage(body);
  return parsed.kind === 'message' ? parsed.message.step : undefined;
}

function figuresOf(
  { step, state, passes, tasks, done, failed, accepted }: JobState['steps'][number],
  { inWork, oldest }: Messages,
  speeds: Speeds | undefined,
  now: number,
): StepFigures {
  const workers = inWork.get(step) ?? 0;
  const since = oldest.get(step);
  return {
    ...{ step, state, done, failed, accepted, workers, speeds },
    tasks: passes === 0 ? undefined : tasks,
    backlog: Math.max(0, tasks - done - failed - accepted - workers),
    oldestSeconds: since === undefined ? undefined : Math.max(0, (now - since) / 1000),
  };
}
