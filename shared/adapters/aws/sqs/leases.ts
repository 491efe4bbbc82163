/** The leases that this process holds: SQS knows neither how long one was held nor that it was given back early. */
import type { Clock } from '../../../engine/ports.ts';

/** A message is invisible for 12 h at most, from its receive, extensions included. */
const LONGEST_SECONDS = 12 * 3600;

export interface Leases {
  taken(handle: string, leaseSeconds: number): void;
  /** `from`: when the extension was asked for, ms. */
  extended(handle: string, from: number, leaseSeconds: number): void;
  /** Deleted, given back or lost. */
  ended(handle: string): void;
  /** This process held it, and another consumer may have it by now. */
  hasRunOut(handle: string): boolean;
  /** For how long this message can be kept invisible from now on; undefined where this process does not hold it. */
  secondsLeft(handle: string): number | undefined;
}

interface Lease {
  /** Milliseconds, like `endsAt`. */
  readonly receivedAt: number;
  /** From then on another consumer may have the message. */
  readonly endsAt: number;
}

export function trackLeases(clock: Clock): Leases {
  /** The oldest receive first. */
  const held = new Map<string, Lease>();
  const oldest = (): number => clock.now() - LONGEST_SECONDS * 1000;
  /** Of work that ended without a word, after an error of a port. */
  const forgetOldest = (): void => {
    for (const [handle, { receivedAt }] of held) {
      if (receivedAt > oldest()) return;
      held.delete(handle);
    }
  };
  return {
    taken: (handle, leaseSeconds) => {
      forgetOldest();
      const now = clock.now();
      held.set(handle, { receivedAt: now, endsAt: now + leaseSeconds * 1000 });
    },
    extended: (handle, from, leaseSeconds) => {
      const lease = held.get(handle);
      if (lease) held.set(handle, { ...lease, endsAt: from + leaseSeconds * 1000 });
    },
    ended: (handle) => void held.delete(handle),
    hasRunOut: (handle) => (held.get(handle)?.endsAt ?? Number.POSITIVE_INFINITY) <= clock.now(),
    secondsLeft: (handle) => {
      const lease = held.get(handle);
      if (!lease || lease.endsAt <= clock.now()) return undefined;
      return Math.floor((lease.receivedAt - oldest()) / 1000);
    },
  };
}
