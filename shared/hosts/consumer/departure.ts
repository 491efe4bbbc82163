/** How a consumer leaves: it receives nothing more and lets its work end; at the end of its time, or told to, it cuts it. */
import { isPermanent } from '../../engine/errors.ts';
import type { Clock, Interruptions, Notice } from '../../engine/ports.ts';
import type { Heartbeats } from '../heartbeat.ts';
import type { Log } from './events.ts';
import { type Flight, isTooLate } from './flights.ts';
import type { Durations } from './watch.ts';

export interface Departure {
  /** Aborted when nothing more may be received. */
  readonly leaving: AbortSignal;
  /** Aborted when what runs was aborted too: then no call is tried twice. */
  readonly cut: AbortSignal;
  /** Why it leaves; undefined while it stays. */
  why(): string | undefined;
  leave(why: string): void;
  /** Leaves, and aborts what runs: it is handed back at once. */
  cutShort(why: string): void;
  /** Cuts short where trying again cannot help: a table or a queue that is missing or denied. */
  failIfPermanent(error: unknown): void;
  /** What it failed with. */
  failure(): Error | undefined;
}

export function makeDeparture(closeSlots: () => void, heartbeats: Pick<Heartbeats, 'abortAll'>): Departure {
  const leaving = new AbortController();
  const cut = new AbortController();
  let failure: Error | undefined;
  const leave = (why: string): void => {
    if (leaving.signal.aborted) return;
    leaving.abort(why);
    closeSlots();
  };
  const cutShort = (why: string): void => {
    leave(why);
    cut.abort(why);
    heartbeats.abortAll(why);
  };
  return {
    leaving: leaving.signal,
    cut: cut.signal,
    why: () => leaving.signal.reason as string | undefined,
    leave,
    cutShort,
    failIfPermanent(error) {
      if (!isPermanent(error)) return;
      failure ??= error as Error;
      cutShort(`it cannot work: ${failure.message}`);
    },
    failure: () => failure,
  };
}

export interface NoticeOptions {
  readonly interruptions: Interruptions;
  readonly departure: Departure;
  readonly clock: Clock;
  readonly log: Log;
  readonly flights: ReadonlySet<Flight>;
  readonly durations: Durations;
  readonly heartbeats: Pick<Heartbeats, 'abort'>;
}

const WHY: Readonly<Record<Notice['kind'], string>> = {
  spot: 'the spot machine is reclaimed',
  rebalance: 'the spot machine is likely to be reclaimed',
  'scale-in': 'the fleet shrinks',
};

/** Follows notices until the signal aborts. */
export async function followNotices(options: NoticeOptions, ended: AbortSignal): Promise<void> {
  const { interruptions, departure, clock, log } = options;
  for (;;) {
    const notice = await interruptions.next(ended);
    if (notice === undefined) return;
    if (notice.kind !== 'spot') {
      log({ event: 'notice', kind: notice.kind });
      departure.leave(WHY[notice.kind]);
      continue;
    }
    const secondsLeft = secondsToFinish(notice.at, clock.now());
    log({ event: 'notice', kind: 'spot', secondsLeft });
    departure.leave(WHY.spot);
    handBackWhatIsTooLate(options, secondsLeft);
    await clock.sleep(secondsLeft * 1000, ended);
    if (!ended.aborted) departure.cutShort(WHY.spot);
  }
}

/** Others can start at once what would not end here. */
function handBackWhatIsTooLate(options: NoticeOptions, secondsLeft: number): void {
  const { flights, durations, clock, heartbeats } = options;
  for (const flight of flights) {
    if (isTooLate(flight, durations, clock.now(), secondsLeft)) heartbeats.abort(flight.handle, WHY.spot);
  }
}

/** AWS gives two minutes' notice (AWS-LIMITS, EC2). */
const NOTICE_SECONDS = 120;
/** Kept for handing back, the last deletes and the end of the process. */
const RESERVE_SECONDS = 30;

/** A time that cannot be true is another clock's: then the notice counts from when it was seen. */
function secondsToFinish(takenAt: number, nowMilliseconds: number): number {
  const stated = (takenAt - nowMilliseconds) / 1000;
  const left = stated > 0 && stated <= NOTICE_SECONDS ? stated : NOTICE_SECONDS;
  return Math.max(0, left - RESERVE_SECONDS);
}
