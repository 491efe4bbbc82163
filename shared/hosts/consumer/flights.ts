/** The messages that are at work in this process. */
import type { Needs } from '../../engine/step.ts';
import type { About } from './events.ts';
import type { Durations } from './watch.ts';

export interface Flight {
  readonly handle: string;
  readonly about: About | undefined;
  readonly needs: Needs;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/**
 * True where it will probably not end in time: as long as this step's tasks took here, or as its needs say. One that
 * runs longer than that already may end at any moment.
 */
export function isTooLate(
  flight: Flight,
  durations: Durations,
  nowMilliseconds: number,
  secondsLeft: number,
): boolean {
  const typical = (flight.about && durations.typicalSeconds(flight.about.step)) ?? flight.needs.seconds;
  const elapsed = (nowMilliseconds - flight.startedAt) / 1000;
  return typical - elapsed > secondsLeft;
}
