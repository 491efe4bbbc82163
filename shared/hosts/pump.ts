/** Moves messages from queues to the engine, never more than there is room for, until it is told to stop. */
import type { Outcome } from '../engine/outcome.ts';
import type { Delivery, TaskQueue } from '../engine/ports.ts';
import type { Heartbeats } from './heartbeat.ts';

export interface Source {
  readonly queue: TaskQueue;
  /** How many messages of this queue may be received now. */
  room(): number;
  /** Decides over one message, and takes its room at once until it has; rejects on errors of the ports only. */
  handle(delivery: Delivery, signal: AbortSignal): Promise<Outcome>;
  stillWanted(body: string): Promise<boolean>;
}

export interface PumpOptions<S extends Source> {
  readonly sources: readonly S[];
  readonly heartbeats: Heartbeats;
  readonly leaseSeconds: number;
  /** Before each round of receives. */
  readonly prepare: () => Promise<void>;
  /**
   * Waits when a round received nothing: until one of the sources with room may have a message, or the signal aborts,
   * as it does when a message is settled.
   */
  readonly idle: (withRoom: readonly S[], inFlight: number, signal: AbortSignal) => Promise<void>;
  /** Aborted: nothing more is received, and what runs runs to its end. */
  readonly stop: AbortSignal;
}

/** Resolves when it was stopped and nothing is in flight. An error of a port stops it, aborts what runs and rejects. */
export async function pump<S extends Source>(options: PumpOptions<S>): Promise<void> {
  const flight = inFlight();
  await receiveUntilStopped(options, flight).catch(flight.fail);
  if (flight.failure() !== undefined) options.heartbeats.abortAll('this process stops after an error');
  await flight.empty();
  const failure = flight.failure();
  if (failure !== undefined) throw failure;
}

async function receiveUntilStopped<S extends Source>(
  options: PumpOptions<S>,
  flight: InFlight,
): Promise<void> {
  while (!options.stop.aborted && flight.failure() === undefined) {
    const settledBefore = flight.settled();
    await options.prepare();
    const received = await receiveRound(options, flight);
    if (received === 0 && flight.settled() === settledBefore) await rest(options, flight);
  }
}

async function receiveRound<S extends Source>(options: PumpOptions<S>, flight: InFlight): Promise<number> {
  let received = 0;
  for (const source of options.sources) {
    const max = source.room();
    if (max <= 0) continue;
    const deliveries = await source.queue.receive({
      max,
      waitSeconds: 0,
      leaseSeconds: options.leaseSeconds,
    });
    for (const delivery of deliveries) flight.add(settle(options.heartbeats, source, delivery));
    received += deliveries.length;
  }
  return received;
}

/** Decides over the message, then tells its queue, last of all. */
async function settle(heartbeats: Heartbeats, source: Source, delivery: Delivery): Promise<void> {
  const { queue } = source;
  const { handle, body } = delivery;
  const lease = { queue, handle, stillWanted: () => source.stillWanted(body) };
  const outcome = await heartbeats.keep(lease, (signal) => source.handle(delivery, signal));
  if (outcome.kind === 'delete') await queue.delete([handle]);
  else await queue.release(handle, outcome.delaySeconds);
}

async function rest<S extends Source>(options: PumpOptions<S>, flight: InFlight): Promise<void> {
  const awake = new AbortController();
  // With a reason of its own: making the usual one, an error with a stack, costs more than the wait.
  const wake = () => awake.abort('awake');
  flight.onSettled(wake);
  options.stop.addEventListener('abort', wake);
  try {
    const withRoom = options.sources.filter((source) => source.room() > 0);
    if (!options.stop.aborted) await options.idle(withRoom, flight.size(), awake.signal);
  } finally {
    wake();
    options.stop.removeEventListener('abort', wake);
  }
}

interface InFlight {
  add(work: Promise<void>): void;
  size(): number;
  /** How many were settled so far. */
  settled(): number;
  /** Calls back once, when the next one settles. */
  onSettled(callback: () => void): void;
  fail(error: unknown): void;
  /** The first error. */
  failure(): unknown;
  empty(): Promise<void>;
}

function inFlight(): InFlight {
  const running = new Set<Promise<void>>();
  let settled = 0;
  let failure: unknown;
  let callback = () => {};
  const fail = (error: unknown) => {
    failure ??= error;
  };
  const end = (work: Promise<void>) => {
    running.delete(work);
    settled += 1;
    callback();
  };
  return {
    add(work) {
      running.add(work);
      work.catch(fail).finally(() => end(work));
    },
    fail,
    size: () => running.size,
    settled: () => settled,
    onSettled: (next) => {
      callback = next;
    },
    failure: () => failure,
    empty: async () => {
      await Promise.allSettled(running);
    },
  };
}
