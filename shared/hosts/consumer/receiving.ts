/** Receives as many messages as there is room for, and hands each on, until the consumer leaves. */
import type { Clock, Delivery, TaskQueue } from '../../engine/ports.ts';
import type { Departure } from './departure.ts';
import type { Insist } from './patience.ts';
import type { Slots } from './slots.ts';

export interface Receiving {
  readonly queue: TaskQueue;
  readonly slots: Slots;
  readonly departure: Departure;
  readonly clock: Clock;
  readonly insist: Insist;
  readonly leaseSeconds: number;
  /** Leaves when it had nothing to do for so long; never where undefined. */
  readonly untilIdleSeconds: number | undefined;
  /** Takes its place of the slots before it returns. Never rejects. */
  readonly settle: (delivery: Delivery) => Promise<void>;
}

/** The longest that SQS waits: an idle consumer then costs 4,320 requests a day. */
const LONG_POLL_SECONDS = 20;

/** Resolves when it left and nothing is at work any more. */
export async function receiveUntilLeaving(receiving: Receiving): Promise<void> {
  const { departure, slots, clock, untilIdleSeconds = Number.POSITIVE_INFINITY } = receiving;
  const atWork = new Set<Promise<void>>();
  let idleSince = clock.now();
  const take = (delivery: Delivery): void => {
    const work = receiving.settle(delivery).finally(() => {
      atWork.delete(work);
      idleSince = clock.now();
    });
    atWork.add(work);
  };
  while (!departure.leaving.aborted) {
    const room = slots.room();
    if (room === 0) {
      await slots.changed();
      continue;
    }
    for (const delivery of await poll(receiving, room)) take(delivery);
    if (atWork.size === 0 && clock.now() - idleSince >= untilIdleSeconds * 1000) {
      departure.leave('there was nothing to do');
    }
  }
  await Promise.all(atWork);
}

/**
 * Only a consumer that is cut short ends a poll: the server may give a message to a poll that nobody waits for any more,
 * where it stays until its lease ends. One that leaves waits for its last poll, and hands back what it brings.
 */
async function poll({ queue, departure, insist, leaseSeconds, ...rest }: Receiving, max: number) {
  const waitSeconds = Math.min(LONG_POLL_SECONDS, rest.untilIdleSeconds ?? LONG_POLL_SECONDS);
  const receive = () => queue.receive({ max, waitSeconds, leaseSeconds, signal: departure.cut });
  // A queue that fails for minutes is told by `insist`, and asked again.
  return insist('receive', receive, departure.leaving).catch((): Delivery[] => []);
}
