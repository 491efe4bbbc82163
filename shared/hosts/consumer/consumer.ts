/** Consumes one queue: receives what there is room for, keeps the leases, leaves in time, and counts what it did. */
import type { Engine } from '../../engine/engine.ts';
import type { Delivery, Interruptions, Metrics, Queues } from '../../engine/ports.ts';
import type { Capacity } from '../admission.ts';
import { startHeartbeats } from '../heartbeat.ts';
import { tellJobEvents } from '../job-events.ts';
import type { ReadNeeds } from '../step-needs.ts';
import { asksOf, capacityFor } from './asks.ts';
import { batchDeletes } from './deletes.ts';
import { type Departure, followNotices, makeDeparture } from './departure.ts';
import type { Log } from './events.ts';
import { makeFigures } from './figures.ts';
import type { Flight } from './flights.ts';
import { type Insist, makePatience, patientPort } from './patience.ts';
import { receiveUntilLeaving } from './receiving.ts';
import { settle } from './settle.ts';
import { makeSlots } from './slots.ts';
import { watchTasks } from './watch.ts';

export interface ConsumerOptions {
  readonly engine: Engine;
  /** A service, or the queue of plans. */
  readonly queue: string;
  /** Of this machine, for tasks. */
  readonly capacity: Capacity;
  readonly readNeeds: ReadNeeds;
  readonly interruptions: Interruptions;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Receives nothing more; what runs runs to its end. */
  readonly drain: AbortSignal;
  /** Ends the tasks at once and hands them back. */
  readonly stop: AbortSignal;
  /** Ends when it had nothing to do for so long; where absent it stays. */
  readonly untilIdleSeconds?: number;
  /** 300 where absent. */
  readonly leaseSeconds?: number;
  readonly random?: () => number;
}

/** Renewed at a third of it: a consumer that dies delays its tasks by no more, and tasks of 100 s need no renewal. */
const LEASE_SECONDS = 300;

export interface ConsumerResult {
  /** Why it left. */
  readonly why: string;
  readonly done: number;
  readonly failed: number;
  readonly aborted: number;
}

/**
 * Resolves when it left: told to, idle, or after a notice. Rejects with the error of a queue or table that it cannot
 * use, after some minutes of trying; a restart would meet the same.
 */
export async function runConsumer(options: ConsumerOptions): Promise<ConsumerResult> {
  const { queue, capacity, log, metrics } = options;
  const consumer = assemble(options);
  const { departure, heartbeats, figures, deletes } = consumer;
  log({ event: 'started', queue, ...capacity });
  const ended = new AbortController();
  const unlisten = listen(options, departure);
  const following = followNotices(consumer, ended.signal);
  const publishing = figures.publishUntil(ended.signal, metrics);
  try {
    await receiveUntilLeaving(consumer);
    await deletes.flush();
  } finally {
    unlisten();
    heartbeats.end();
    ended.abort();
    await Promise.allSettled([following, publishing]);
  }
  return sayGoodbye(options, departure, figures.totals());
}

/** The parts of a consumer, each of which takes of the others what it needs. */
function assemble(options: ConsumerOptions) {
  const { log, leaseSeconds = LEASE_SECONDS, random = Math.random, interruptions } = options;
  const { clock, queues, table } = options.engine;
  const figures = makeFigures(options.queue, clock);
  const queue = figures.counted(queues.queue(options.queue));
  const heartbeats = startHeartbeats(clock, leaseSeconds);
  const departure = makeDeparture(() => slots.close(), heartbeats);
  const [giveUp, gaveUp] = [departure.cut, departure.failIfPermanent];
  const insist = makePatience({ clock, random, log, giveUp, gaveUp });
  const telling = tellJobEvents(patientEngine(options.engine, insist), log);
  const { engine, durations } = watchTasks(telling, figures, log);
  const capacity = capacityFor(options.queue, options.capacity);
  const { readNeeds, untilIdleSeconds } = options;
  const asks = asksOf(options.queue, { table: engine.table, readNeeds, clock, capacity, log });
  const slots = makeSlots(capacity, asks.expected);
  const deletes = batchDeletes(queue, clock, insist);
  const [flights, unreadable] = [new Set<Flight>(), new Set<string>()];
  const ports = { engine, impatientTable: table, queue, clock, insist, log, interruptions };
  const memory = { flights, unreadable };
  const parts = { ...ports, ...memory, figures, heartbeats, departure, durations, asks, slots, deletes };
  const tellBusy = (): void => {
    figures.busy(slots.busy());
    interruptions.busy?.(!slots.isEmpty());
  };
  const settleOne = async (delivery: Delivery): Promise<void> => {
    const settled = settle(parts, delivery);
    tellBusy();
    await settled;
    tellBusy();
  };
  return { ...parts, leaseSeconds, untilIdleSeconds, settle: settleOne };
}

/** The tables and queues of an engine, insisted on. */
const patientEngine = (engine: Engine, insist: Insist): Engine => {
  const patientQueue = (dead: boolean) => (name: string) =>
    patientPort(name, dead ? engine.queues.dead(name) : engine.queues.queue(name), insist);
  const queues: Queues = { queue: patientQueue(false), dead: patientQueue(true) };
  return { ...engine, table: patientPort('job table', engine.table, insist), queues };
};

/** A drain ends receiving; a stop aborts what runs too. Returns what takes the listeners away. */
function listen({ drain, stop }: ConsumerOptions, departure: Departure): () => void {
  const end = () => departure.leave('it was told to end');
  const endAtOnce = () => departure.cutShort('it was told to end at once');
  if (drain.aborted) end();
  if (stop.aborted) endAtOnce();
  drain.addEventListener('abort', end);
  stop.addEventListener('abort', endAtOnce);
  return () => {
    drain.removeEventListener('abort', end);
    stop.removeEventListener('abort', endAtOnce);
  };
}

async function sayGoodbye(
  { interruptions, log }: ConsumerOptions,
  departure: Departure,
  totals: Omit<ConsumerResult, 'why'>,
): Promise<ConsumerResult> {
  // The fleet waits an hour where this fails, no more is lost.
  await interruptions.left().catch((error: Error) => {
    log({ event: 'trouble', what: 'telling the fleet that this machine is done', error: error.message });
  });
  const result = { why: departure.why() ?? '', ...totals };
  log({ event: 'ended', ...result });
  const failure = departure.failure();
  if (failure) throw failure;
  return result;
}
