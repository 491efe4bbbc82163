/** What a consumer does with one message that it received. */
import type { Engine } from '../../engine/engine.ts';
import { handleMessage, stillWanted } from '../../engine/handle-message.ts';
import { parseMessage } from '../../engine/messages.ts';
import { type Outcome, release } from '../../engine/outcome.ts';
import type { Delivery, JobTable, TaskQueue } from '../../engine/ports.ts';
import type { JobRecord } from '../../engine/records.ts';
import { type Heartbeats, LeaseLost } from '../heartbeat.ts';
import type { Asks } from './asks.ts';
import type { Deletes } from './deletes.ts';
import type { Departure } from './departure.ts';
import { type About, aboutOf, type Log } from './events.ts';
import type { Flight } from './flights.ts';
import type { Insist } from './patience.ts';
import type { Place, Slots } from './slots.ts';
import type { Durations } from './watch.ts';

export interface SettleOptions {
  readonly engine: Engine;
  /** For heartbeats, which must not wait: its calls are tried once. */
  readonly impatientTable: JobTable;
  readonly queue: TaskQueue;
  readonly asks: Asks;
  readonly slots: Slots;
  readonly heartbeats: Heartbeats;
  readonly deletes: Deletes;
  readonly departure: Departure;
  readonly flights: Set<Flight>;
  readonly durations: Durations;
  readonly insist: Insist;
  readonly log: Log;
  /** Why messages could not be read, of those that were told. */
  readonly unreadable: Set<string>;
}

type HandedBack = Extract<Outcome, { kind: 'release' }>;

/** A port failed for minutes: it is no attempt, but each look is a receive. */
const TROUBLE_SECONDS = 300;

/** Takes a place of the slots at once, decides over the message, then tells the queue, last of all. Never rejects. */
export async function settle(options: SettleOptions, delivery: Delivery): Promise<void> {
  const { slots, heartbeats, queue, impatientTable } = options;
  const { handle, body } = delivery;
  const place = slots.reserve();
  const lease = { queue, handle, stillWanted: () => stillWanted({ table: impatientTable }, body) };
  try {
    await heartbeats.keep(lease, async (signal) => {
      const outcome = await decide(options, place, delivery, signal).catch((error: Error) =>
        release(signal.aborted ? 0 : TROUBLE_SECONDS, error.message),
      );
      await tellQueue(options, delivery, outcome, signal);
    });
  } finally {
    place.free();
  }
}

async function decide(
  options: SettleOptions,
  place: Place,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<Outcome> {
  const { asks, departure, engine, flights, durations } = options;
  const { handle, body, receives } = delivery;
  // What a last poll brings.
  if (departure.leaving.aborted) return release(0, departure.why() ?? '');
  const [needs, about] = [await asks.of(body), aboutBody(body)];
  const seconds = (about && durations.typicalSeconds(about.step)) ?? needs.seconds;
  if (!(await place.fill({ ...needs, seconds })))
    return release(0, departure.why() ?? 'larger than the room there is here');
  const flight = { handle, needs, about, startedAt: engine.clock.now() };
  flights.add(flight);
  try {
    const onTask = () => place.ended();
    return await handleMessage(body, engine, { signal, receives, onTask, onGaveUp: sayGaveUp(options.log) });
  } finally {
    flights.delete(flight);
  }
}

const sayGaveUp = (log: Log) => (job: JobRecord) =>
  log({ event: 'gave-up-waiting', job: job.jobId, progress: job.waiting?.progress ?? '' });

async function tellQueue(
  options: SettleOptions,
  { handle, body }: Delivery,
  outcome: Outcome,
  signal: AbortSignal,
): Promise<void> {
  const { queue, deletes, insist, log } = options;
  if (outcome.kind === 'delete') return deletes.add(handle);
  const { delaySeconds, why } = outcome;
  // Whoever has the message now must not have it taken away by an old handle.
  if (signal.reason instanceof LeaseLost) return log({ event: 'lost', why, ...aboutBody(body) });
  sayHandedBack(options, body, outcome);
  // Where even this fails, the end of the lease brings it back; `insist` told it.
  await insist('release', () => queue.release(handle, delaySeconds)).catch(() => undefined);
}

/** What cannot be read comes back again and again: it is said once. */
function sayHandedBack({ log, unreadable }: SettleOptions, body: string, outcome: HandedBack): void {
  const { why, delaySeconds } = outcome;
  const about = aboutBody(body);
  if (about === undefined && unreadable.has(why)) return;
  if (about === undefined) unreadable.add(why);
  log({ event: 'handed-back', why, delaySeconds, ...about });
}

function aboutBody(body: string): About | undefined {
  const parsed = parseMessage(body);
  return parsed.kind === 'message' ? aboutOf(parsed.message) : undefined;
}
