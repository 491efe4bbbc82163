/** Every message leaves through here. */
import { type Engine, PLAN_QUEUE } from './engine.ts';
import { type Message, planMessage } from './messages.ts';
import type { RunRef } from './records.ts';

/** Messages handed to a queue at once. */
const BATCH = 1000;

/** Resolves when every message is safe. Rejects where any was refused; some may have been sent, so send all again. */
export async function sendMessages(
  engine: Pick<Engine, 'queues' | 'steps'>,
  messages: readonly Message[],
): Promise<void> {
  const byQueue = new Map<string, Message[]>();
  for (const message of messages) {
    const name = queueOf(engine, message);
    const waiting = byQueue.get(name) ?? [];
    byQueue.set(name, waiting);
    waiting.push(message);
  }
  for (const [name, waiting] of byQueue) await sendTo(engine, name, waiting);
}

/** Plans of step runs, except those whose children were already sent. */
export async function sendPlans(engine: Engine, refs: readonly RunRef[]): Promise<void> {
  const plans: Message[] = [];
  for (const ref of refs) {
    const run = await engine.table.getRun(ref);
    if (!run?.expanded) plans.push(planMessage(ref));
  }
  await sendMessages(engine, plans);
}

async function sendTo(engine: Pick<Engine, 'queues'>, name: string, messages: Message[]): Promise<void> {
  const queue = engine.queues.queue(name);
  for (let first = 0; first < messages.length; first += BATCH) {
    const batch = messages.slice(first, first + BATCH);
    await queue.send(batch.map((message) => ({ body: JSON.stringify(message), group: message.job })));
  }
}

function queueOf({ steps }: Pick<Engine, 'steps'>, message: Message): string {
  if (message.kind !== 'task') return PLAN_QUEUE;
  const step = steps.find(({ id }) => id === message.step);
  if (!step)
    throw new Error(`step ${message.step} is not one of this pipeline's: ${steps.map(({ id }) => id)}`);
  return step.service;
}
