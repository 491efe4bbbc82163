/** Counts what a consumer does, and publishes it once a minute while it has work. */
import type { TaskReport } from '../../engine/engine.ts';
import type {
  Clock,
  ConsumerFigures,
  JobFigures,
  Metrics,
  StepFigures,
  TaskQueue,
} from '../../engine/ports.ts';
import type { StepId } from '../../engine/records.ts';

const INTERVAL_MILLISECONDS = 60_000;

export interface Figures {
  taskDone(job: string, step: StepId, seconds: number, report: TaskReport): void;
  taskFailed(job: string, step: StepId): void;
  taskAborted(step: StepId): void;
  /** How many messages are at work from now on. */
  busy(slots: number): void;
  /** The same queue, its requests counted. */
  counted(queue: TaskQueue): TaskQueue;
  /** Of the consumer's whole life. */
  totals(): { readonly done: number; readonly failed: number; readonly aborted: number };
  /** Publishes until the signal aborts, and once more then. */
  publishUntil(ended: AbortSignal, metrics: Metrics): Promise<void>;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type Requests = Pick<ConsumerFigures, 'receives' | 'emptyReceives' | 'heartbeats' | 'releases' | 'deletes'>;

const NO_REQUESTS: Requests = { receives: 0, emptyReceives: 0, heartbeats: 0, releases: 0, deletes: 0 };
const newStep = (step: StepId) => ({
  ...{ step, done: 0, failed: 0, aborted: 0, bytesRead: 0, bytesWritten: 0, voxels: 0 },
  taskSeconds: [] as number[],
});

export function makeFigures(service: string, clock: Clock): Figures {
  const totals = { done: 0, failed: 0, aborted: 0 };
  let steps = new Map<StepId, Mutable<StepFigures> & { readonly taskSeconds: number[] }>();
  let jobs = new Map<string, Mutable<JobFigures>>();
  let requests: Mutable<Requests> = { ...NO_REQUESTS };
  const busy = busyMeter(clock);

  const of = (step: StepId) => {
    const figures = steps.get(step) ?? newStep(step);
    steps.set(step, figures);
    return figures;
  };
  const ofJob = (job: string, step: StepId) => {
    const figures = jobs.get(`${job}/${step}`) ?? { job, step, done: 0, failed: 0 };
    jobs.set(`${job}/${step}`, figures);
    return figures;
  };
  /** What was counted since the last call; undefined where nothing was at work. */
  const take = (): ConsumerFigures | undefined => {
    const busySlots = busy.takeMean();
    const counted = { steps: [...steps.values()], jobs: [...jobs.values()], ...requests };
    const taken = { at: clock.now(), service, busySlots, ...counted };
    steps = new Map();
    jobs = new Map();
    requests = { ...NO_REQUESTS };
    return busySlots > 0 || taken.steps.length > 0 ? taken : undefined;
  };

  return {
    taskDone(job, step, seconds, report) {
      totals.done += 1;
      ofJob(job, step).done += 1;
      const figures = of(step);
      figures.done += 1;
      figures.taskSeconds.push(seconds);
      figures.bytesRead += report.bytesRead;
      figures.bytesWritten += report.bytesWritten;
      figures.voxels += report.voxels ?? 0;
    },
    taskFailed(job, step) {
      totals.failed += 1;
      ofJob(job, step).failed += 1;
      of(step).failed += 1;
    },
    taskAborted(step) {
      totals.aborted += 1;
      of(step).aborted += 1;
    },
    busy: busy.set,
    counted: (queue) => countRequests(queue, (request) => void (requests[request] += 1)),
    totals: () => totals,
    async publishUntil(ended, metrics) {
      while (!ended.aborted) {
        await clock.sleep(INTERVAL_MILLISECONDS, ended);
        const figures = take();
        if (figures) metrics.publish(figures);
      }
    },
  };
}

/** The mean over time of a number that changes. */
function busyMeter(clock: Clock) {
  let slots = 0;
  let since = clock.now();
  let started = since;
  let slotMilliseconds = 0;
  const set = (now: number): void => {
    slotMilliseconds += slots * (clock.now() - since);
    since = clock.now();
    slots = now;
  };
  return {
    set,
    takeMean(): number {
      set(slots);
      const mean = slotMilliseconds / Math.max(1, since - started);
      started = since;
      slotMilliseconds = 0;
      return mean;
    },
  };
}

const countRequests = (queue: TaskQueue, count: (request: keyof Requests) => void): TaskQueue => ({
  ...queue,
  async receive(options) {
    const deliveries = await queue.receive(options);
    count(deliveries.length > 0 ? 'receives' : 'emptyReceives');
    return deliveries;
  },
  extend(handle, leaseSeconds) {
    count('heartbeats');
    return queue.extend(handle, leaseSeconds);
  },
  release(handle, delaySeconds) {
    count('releases');
    return queue.release(handle, delaySeconds);
  },
  delete(handles) {
    count('deletes');
    return queue.delete(handles);
  },
});
