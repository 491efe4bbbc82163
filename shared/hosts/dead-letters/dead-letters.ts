/**
 * Dead letters: messages that were received too often, mostly as each of their consumers died. What can be told of
 * them is recorded (a failed task, a failed plan), so that their job comes to an end; the rest is kept for people.
 */
import type { Engine } from '../../engine/engine.ts';
import { handleMessage } from '../../engine/handle-message.ts';
import type { Outcome } from '../../engine/outcome.ts';
import type { Delivery, TaskQueue } from '../../engine/ports.ts';
import { type JobEvent, tellJobEvents } from '../job-events.ts';

const REASON = 'given up: every process that received it ended before it could tell how it went';

/** Records it, fans in, and says whether it may be deleted. A release: nobody can do anything with it, so it is kept. */
export const handleDeadLetter = (engine: Engine, body: string, signal: AbortSignal): Promise<Outcome> =>
  handleMessage(body, engine, { signal, dead: { reason: REASON } });

export type DeadLetterEvent =
  | JobEvent
  | { readonly event: 'dead-letter-recorded'; readonly queue: string; readonly body: string }
  /** Written by a newer build, or no message of ours: told at every sweep. */
  | {
      readonly event: 'dead-letter-kept';
      readonly queue: string;
      readonly body: string;
      readonly why: string;
    };

export interface SweepOptions {
  readonly engine: Engine;
  /** Whose dead letters. */
  readonly queueNames: readonly string[];
  readonly log: (event: DeadLetterEvent) => void;
  /** Aborted: receives no more. */
  readonly stop: AbortSignal;
  /** How long each receive waits; below 1, SQS asks only some of its servers. */
  readonly waitSeconds?: number;
}

export interface Sweep {
  readonly recorded: number;
  readonly kept: number;
}

/** More than a sweep takes: what is kept is not to be received twice in it. */
const LEASE_SECONDS = 300;
const LETTERS_AT_ONCE = 10;

/**
 * Goes once through all dead letters. It is run every few minutes, and not at each letter: one that is kept must be
 * visible in between, where `cloudreg dead-letters` finds it. Rejects on errors of the ports; the next sweep goes on.
 */
export async function sweepDeadLetters(sweep: SweepOptions): Promise<Sweep> {
  const options = { ...sweep, engine: tellJobEvents(sweep.engine, sweep.log) };
  let [recorded, kept] = [0, 0];
  for (const name of options.queueNames) {
    const swept = await sweepQueue(options, name);
    recorded += swept.recorded;
    kept += swept.kept;
  }
  return { recorded, kept };
}

async function sweepQueue(options: SweepOptions, name: string): Promise<Sweep> {
  const queue = options.engine.queues.dead(name);
  const held: Delivery[] = [];
  let recorded = 0;
  try {
    for (;;) {
      const letters = await receive(queue, options);
      if (letters.length === 0) return { recorded, kept: held.length };
      // Held until they are done with, also where handling one of them fails.
      held.push(...letters);
      for (const letter of letters) {
        if (!(await settle(options, name, queue, letter))) continue;
        held.splice(held.indexOf(letter), 1);
        recorded += 1;
      }
    }
  } finally {
    await Promise.all(held.map(({ handle }) => queue.release(handle, 0)));
  }
}

const receive = async (
  queue: TaskQueue,
  { stop, waitSeconds = 1 }: SweepOptions,
): Promise<readonly Delivery[]> =>
  stop.aborted ? [] : queue.receive({ max: LETTERS_AT_ONCE, waitSeconds, leaseSeconds: LEASE_SECONDS });

/** False: it is kept. */
async function settle(
  { engine, log, stop }: SweepOptions,
  queueName: string,
  queue: TaskQueue,
  { handle, body }: Delivery,
): Promise<boolean> {
  const outcome = await handleDeadLetter(engine, body, stop);
  if (outcome.kind === 'release') {
    log({ event: 'dead-letter-kept', queue: queueName, body, why: outcome.why });
    return false;
  }
  await queue.delete([handle]);
  log({ event: 'dead-letter-recorded', queue: queueName, body });
  return true;
}
