/**
 * Ports that fail for a while. Their adapters retry single requests within seconds; what still fails is tried again here
 * with growing pauses, so that an outage of minutes loses no work and costs next to nothing.
 */
import type { Clock } from '../../engine/ports.ts';
import type { Log } from './events.ts';

/** About two and a half minutes with the pauses below: longer than a new role or table needs to be known everywhere. */
const TRIES = 9;
const FIRST_PAUSE_SECONDS = 1;
const LONGEST_PAUSE_SECONDS = 60;

/** Calls until it succeeds. Rejects with the last error when it was tried often enough, or once `giveUp` aborts. */
export type Insist = <T>(what: string, call: () => Promise<T>, giveUp?: AbortSignal) => Promise<T>;

export interface PatienceOptions {
  readonly clock: Clock;
  /** 0 to 1: consumers that failed together must not come back together. */
  readonly random: () => number;
  readonly log: Log;
  /** For calls that name no other. */
  readonly giveUp: AbortSignal;
  /** Told each error that a call was given up with. */
  readonly gaveUp: (error: unknown) => void;
}

export function makePatience({ clock, random, log, gaveUp, giveUp: usual }: PatienceOptions): Insist {
  /** What fails now: told once, however many calls meet it. */
  const troubles = new Set<string>();
  const failed = (what: string, error: unknown): void => {
    if (troubles.has(what)) return;
    troubles.add(what);
    log({ event: 'trouble', what, error: error instanceof Error ? error.message : String(error) });
  };
  const worked = (what: string): void => {
    if (troubles.delete(what)) log({ event: 'recovered', what });
  };
  const isOver = async (tries: number, giveUp: AbortSignal): Promise<boolean> => {
    if (tries < TRIES) await clock.sleep(pauseSeconds(tries, random()) * 1000, giveUp);
    return tries >= TRIES || giveUp.aborted;
  };
  return async (what, call, giveUp = usual) => {
    for (let tries = 1; ; tries++) {
      try {
        const result = await call();
        worked(what);
        return result;
      } catch (error) {
        failed(what, error);
        if (!(await isOver(tries, giveUp))) continue;
        gaveUp(error);
        throw error;
      }
    }
  };
}

const pauseSeconds = (tries: number, random: number): number =>
  Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (tries - 1)) * (0.5 + random / 2);

type Calls<T> = { readonly [Verb in keyof T]: (...args: never[]) => Promise<unknown> };

/** The same port, every verb of it insisted on. */
export function patientPort<T extends Calls<T>>(name: string, port: T, insist: Insist): T {
  const verbs = Object.entries<(...args: unknown[]) => Promise<unknown>>(port as never);
  const patient = verbs.map(([verb, call]) => [
    verb,
    (...args: unknown[]) => insist(`${name}: ${verb}`, () => call(...args)),
  ]);
  return Object.fromEntries(patient) as T;
}
