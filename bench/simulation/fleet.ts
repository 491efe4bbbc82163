/**
 * The fleet of one service, scaled by the texts that AWS is given (`shared/hosts/scaling.ts`); workers boot, and spot
 * ones die.
 */
import type { Clock, TaskQueue } from '../../shared/engine/ports.ts';
import { backlogPerMachine, reasonsToWake } from '../../shared/hosts/scaling.ts';
import { metricMath } from './metric-math.ts';
import type { Worker } from './worker.ts';

export interface FleetOptions {
  readonly clock: Clock;
  readonly queue: TaskQueue;
  /** Of the services whose work brings work to this one. */
  readonly before: readonly TaskQueue[];
  readonly mostWorkers: number;
  /** That a worker gets through in the acceptable time. */
  readonly messagesPerWorker: number;
  readonly bootSeconds: number;
  /** Until a spot worker is taken away, on average; infinite: never. */
  readonly meanLifeSeconds: number;
  /** Share of deaths that come without a notice. */
  readonly suddenShare: number;
  readonly random: () => number;
  readonly start: (name: string) => Worker;
}

export interface Fleet {
  /** Once a minute, as the alarms look. */
  evaluate(): Promise<void>;
  readonly inService: () => number;
  /** Booting or leaving, too: what is billed. */
  readonly billed: () => number;
  readonly deaths: () => number;
  readonly backlog: () => Promise<number>;
}

/** Minutes above the target before workers come, and below nine tenths of it before they go: target tracking's own. */
const MINUTES_TO_GROW = 3;
const MINUTES_TO_SHRINK = 15;
const SHRINK_BELOW = 0.9;
const NOTICE_SECONDS = 120;

export function makeFleet(options: FleetOptions): Fleet {
  const { clock, queue, before, mostWorkers, messagesPerWorker, bootSeconds, random } = options;
  const perMachine = metricMath(backlogPerMachine(before.length, messagesPerWorker));
  const toWake = metricMath(reasonsToWake(before.length));
  const working = new Set<Worker>();
  let [billed, booting, deaths, started, desired] = [0, 0, 0, 0, 0];
  let [high, low] = [0, 0];

  const boot = async (): Promise<void> => {
    billed += 1;
    booting += 1;
    await clock.sleep(bootSeconds * 1000 * (0.75 + random() / 2));
    booting -= 1;
    const worker = options.start(`worker-${++started}`);
    working.add(worker);
    void live(worker);
    await worker.gone;
    working.delete(worker);
    billed -= 1;
  };
  const live = async (worker: Worker): Promise<void> => {
    const seconds = -Math.log(1 - random()) * options.meanLifeSeconds;
    if (!Number.isFinite(seconds)) return;
    const isSudden = random() < options.suddenShare;
    const left = new AbortController();
    void worker.gone.then(() => left.abort());
    await clock.sleep(seconds * 1000, left.signal);
    if (left.signal.aborted) return;
    deaths += 1;
    if (!isSudden) {
      worker.noticeSpot();
      await clock.sleep(NOTICE_SECONDS * 1000, left.signal);
    }
    if (!left.signal.aborted) worker.die();
  };
  const setDesired = (wanted: number): void => {
    desired = wanted;
    const capacity = working.size + booting;
    for (let more = capacity; more < desired; more++) void boot();
    for (const worker of [...working].slice(0, Math.max(0, capacity - desired))) {
      working.delete(worker);
      worker.askToLeave();
    }
  };
  const backlog = async (): Promise<number> => {
    const { visible, inFlight } = await queue.depth();
    return visible + inFlight;
  };
  const metrics = async (machines: number): Promise<Record<string, number>> => {
    const depths = await Promise.all([queue, ...before].map((one) => one.depth()));
    const ofQueues = depths.flatMap(({ visible, inFlight }, place) => [
      [`waiting${place || ''}`, visible] as const,
      [`working${place || ''}`, inFlight] as const,
    ]);
    return { ...Object.fromEntries(ofQueues), machines };
  };
  return {
    async evaluate() {
      // Who died is replaced, whatever waits.
      setDesired(desired);
      if (desired === 0) {
        [high, low] = [0, 0];
        if (toWake(await metrics(desired)) >= 1) setDesired(1);
        return;
      }
      // Of workers in service alone, as the metric math has it; nothing is decided while none is.
      const load = perMachine(await metrics(working.size));
      high = load > messagesPerWorker ? high + 1 : 0;
      low = working.size > 0 && load < SHRINK_BELOW * messagesPerWorker ? low + 1 : 0;
      const wanted = Math.min(mostWorkers, Math.ceil((load * working.size) / messagesPerWorker));
      if (high >= MINUTES_TO_GROW) setDesired(Math.max(desired, wanted));
      else if (low >= MINUTES_TO_SHRINK) setDesired(Math.min(desired, wanted));
    },
    inService: () => working.size,
    billed: () => billed,
    deaths: () => deaths,
    backlog,
  };
}
