/**
 * Dead letters of a deployment. Looking is a receive with a short lease that is given back: it raises the message's
 * receive count, which nothing reads there, and hides the message from others for that moment.
 */
import { createHash } from 'node:crypto';
import { parseMessage } from '../../shared/engine/messages.ts';
import type { Delivery, TaskQueue } from '../../shared/engine/ports.ts';
import type { Cloud } from './cloud.ts';

export interface DeadLetter {
  /** Of the text: equal messages are one letter. */
  readonly id: string;
  readonly queue: string;
  readonly body: string;
}

/** Long enough to hold all of a queue at once, so that each is seen once. */
const LEASE_SECONDS = 60;
const AT_ONCE = 10;
/** A long poll asks every server of the queue; a short one may miss letters. */
const WAIT_SECONDS = 1;
/** Of one queue; beyond it nobody reads them one by one. */
const MOST = 1000;

/** Calls `use` with the letters of each queue while they are held; those it does not delete are given back. */
export async function withDeadLetters<T>(
  { engine: { queues } }: Pick<Cloud, 'engine'>,
  queue: string,
  use: (letters: readonly HeldLetter[]) => Promise<T>,
): Promise<T> {
  const dead = queues.dead(queue);
  const held: HeldLetter[] = [];
  try {
    await hold(dead, queue, held);
    return await use(held);
  } finally {
    await Promise.all(held.filter(({ isGone }) => !isGone()).map(({ giveBack }) => giveBack()));
  }
}

export interface HeldLetter extends DeadLetter {
  remove(): Promise<void>;
  giveBack(): Promise<void>;
  isGone(): boolean;
}

async function hold(dead: TaskQueue, queue: string, held: HeldLetter[]): Promise<void> {
  while (held.length < MOST) {
    const deliveries = await dead.receive({
      max: AT_ONCE,
      waitSeconds: WAIT_SECONDS,
      leaseSeconds: LEASE_SECONDS,
    });
    if (deliveries.length === 0) return;
    held.push(...deliveries.map((delivery) => heldLetter(dead, queue, delivery)));
  }
}

function heldLetter(dead: TaskQueue, queue: string, { handle, body }: Delivery): HeldLetter {
  let gone = false;
  return {
    id: createHash('sha256').update(body).digest('hex').slice(0, 8),
    queue,
    body,
    isGone: () => gone,
    giveBack: () => dead.release(handle, 0),
    async remove() {
      await dead.delete([handle]);
      gone = true;
    },
  };
}

/** What it asks for, in a few words. */
export function letterText(body: string): string {
  const parsed = parseMessage(body);
  if (parsed.kind === 'newer') return `written by a newer build (message version ${parsed.version})`;
  if (parsed.kind === 'garbage') return `not a message of this program: ${body.slice(0, 60)}`;
  const { job, kind, step, g } = parsed.message;
  const what = 'index' in parsed.message ? `task ${parsed.message.index}` : kind;
  return `job ${job}: ${step}@${g}, ${what}`;
}

export function jobOf(body: string): string | undefined {
  const parsed = parseMessage(body);
  return parsed.kind === 'message' ? parsed.message.job : undefined;
}
