/** What a message asks of the machine, by the needs of its step in its job. */
import { PLAN_QUEUE } from '../../engine/engine.ts';
import { parseMessage } from '../../engine/messages.ts';
import type { Clock, JobTable } from '../../engine/ports.ts';
import type { Needs } from '../../engine/step.ts';
import { type Ask, type Capacity, isTooLarge, largestOf } from '../admission.ts';
import type { ReadNeeds } from '../step-needs.ts';
import type { Log } from './events.ts';

export interface Asks {
  of(body: string): Promise<Needs>;
  /** What the next message probably asks; undefined where no step was seen lately. */
  expected(): Ask | undefined;
}

export interface AsksOptions {
  readonly table: Pick<JobTable, 'getJob'>;
  readonly readNeeds: ReadNeeds;
  readonly clock: Clock;
  readonly capacity: Capacity;
  readonly log: Log;
}

/** Plans, and messages that will be dropped or handed back: they wait for the ports only. */
const LIGHT: Needs = { threads: 1, memoryMiB: 0, seconds: 0 };
/** A step that sent nothing for so long does not count for the next message. */
const REMEMBERED_MILLISECONDS = 10 * 60_000;
/** Plans and expansions in flight at once. */
const PLANS_AT_ONCE = 32;

/** What a queue's messages may take of the machine: plans take no thread of the pool. */
export const capacityFor = (queue: string, machine: Capacity): Capacity =>
  queue === PLAN_QUEUE ? { threads: PLANS_AT_ONCE, memoryMiB: machine.memoryMiB } : machine;

export const asksOf = (queue: string, options: AsksOptions): Asks =>
  queue === PLAN_QUEUE ? { of: async () => LIGHT, expected: () => LIGHT } : taskAsks(options);

/** Jobs and steps share a queue, so the next message may be of any that was seen lately: the largest counts. */
function taskAsks({ table, readNeeds, clock, capacity, log }: AsksOptions): Asks {
  const seen = new Map<string, { readonly needs: Needs; at: number }>();
  const forget = (): void => {
    const oldest = clock.now() - REMEMBERED_MILLISECONDS;
    for (const [key, { at }] of seen) if (at < oldest) seen.delete(key);
  };
  const learn = (key: string, step: string, needs: Needs): Needs => {
    seen.set(key, { needs, at: clock.now() });
    if (isTooLarge(capacity, needs)) log({ event: 'too-large', step, text: tooLargeText(needs, capacity) });
    return needs;
  };
  return {
    async of(body) {
      const parsed = parseMessage(body);
      if (parsed.kind !== 'message' || parsed.message.kind !== 'task' || parsed.message.wrote) return LIGHT;
      const { job: jobId, step, g } = parsed.message;
      const key = `${jobId}/${step}@${g}`;
      const known = seen.get(key);
      if (known) {
        known.at = clock.now();
        return known.needs;
      }
      const job = await table.getJob(jobId);
      if (!job || job.cancelled || job.generations[step] !== g) return LIGHT;
      const needs = await readNeeds(job, step);
      // Its files cannot be read: the task will say why, alone, as nobody knows what it would take.
      return needs ? learn(key, step, needs) : { ...capacity, seconds: 0 };
    },
    expected() {
      forget();
      return seen.size === 0 ? undefined : largestOf([...seen.values()].map(({ needs }) => needs));
    },
  };
}

const tooLargeText = (ask: Ask, capacity: Capacity): string =>
  `a task needs ${Math.ceil(ask.memoryMiB)} MiB; ` +
  `${Math.floor(capacity.memoryMiB)} MiB are allowed: its tasks run one at a time.`;
