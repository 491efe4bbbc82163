/**
 * How a fleet follows its queue, in CloudWatch's metric math: none while there is no work, one machine as soon as messages
 * wait for it or for a service that it waits for, then as many as end the backlog in time. Deployments hand these texts
 * to AWS; the simulation evaluates the same ones.
 *
 * Their metrics: `waiting` and `working` are the queue's visible messages and those in flight, `machines` those in service
 * (where the fleet sleeps: those that were asked for); `waiting1`, `working1`, ... are of the queues of the services before.
 */
import type { StepId } from '../engine/records.ts';

/** What waits for a machine is to be done in about this time; booting takes two minutes of it. */
const ACCEPTABLE_SECONDS = 600;

/** Messages that one machine gets through in the acceptable time. */
export const messagesPerMachine = (slots: number, longestTaskSeconds: number): number =>
  Math.max(1, Math.floor((slots * ACCEPTABLE_SECONDS) / longestTaskSeconds));

interface PlacedStep {
  readonly id: StepId;
  readonly service: string;
  readonly waitsFor: readonly StepId[];
}

/** The services whose work brings work to this one. */
export function servicesBefore(steps: readonly PlacedStep[], service: string): readonly string[] {
  const waitedFor = steps.filter((step) => step.service === service).flatMap(({ waitsFor }) => waitsFor);
  const before = steps.filter(({ id }) => waitedFor.includes(id)).map((step) => step.service);
  return [...new Set(before)].filter((name) => name !== service);
}

/** With what is in work, or a fleet would leave before its last tasks are done. */
const backlogOf = (place: number | ''): string => `FILL(waiting${place}, 0) + FILL(working${place}, 0)`;

const coming = (before: number): string =>
  ['0', ...Array.from({ length: before }, (_, place) => backlogOf(place + 1))].join(' + ');

/**
 * Followed to `target` messages. A group without machines has no figure at all: nothing is divided by it. While work is
 * coming there is load for one machine at least, so that the last one stays.
 */
export const backlogPerMachine = (before: number, target: number): string => {
  const own = backlogOf('');
  const load = `IF(${own} < ${target} AND ${coming(before)} > 0, ${target}, ${own})`;
  return `IF(FILL(machines, 0) > 0, ${load} / machines, 0)`;
};

/** From 1 on the first machine starts: it boots while the services before it work. */
export const reasonsToWake = (before: number): string =>
  `IF(FILL(machines, 0) < 1, FILL(waiting, 0) + ${coming(before)}, 0)`;
