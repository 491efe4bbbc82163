/** Driving a world by hand: which message is consumed next, and until everything is at rest. */

import type { Engine } from '../../../shared/engine/engine.ts';
import type { Message } from '../../../shared/engine/messages.ts';
import { nameOf } from './message-names.ts';
import { finish, type Process, spawn } from './process.ts';
import { type Consumer, LEASE_SECONDS, type World } from './world.ts';

/** Consumes one visible message, plans first; undefined where there is none. */
export async function consumeNext(world: World): Promise<Consumer | undefined> {
  for (const name of world.queueNames) {
    const consumer =
      (await world.consumeFrom(world.queues.queue(name), false)) ??
      (await world.consumeFrom(world.queues.dead(name), true));
    if (consumer) return consumer;
  }
  return undefined;
}

/** Takes the first visible message whose name begins so and leaves the others where they are. */
export async function take(world: World, start: string): Promise<Consumer> {
  const seen: string[] = [];
  for (const name of world.queueNames) {
    const queue = world.queues.queue(name);
    const { visible } = await queue.depth();
    for (let looked = 0; looked < visible; looked++) {
      const consumer = await world.consumeFrom(queue, false);
      if (!consumer) break;
      if (nameOf(consumer.message).startsWith(start)) return consumer;
      seen.push(nameOf(consumer.message));
      consumer.crash();
      await queue.release(consumer.delivery.handle, 0);
    }
  }
  throw new Error(`no message ${start}; visible are: ${seen.join(', ') || 'none'}`);
}

/** Handles all visible messages, and those they send. Time stands still: leases hold, delays go on. */
export async function drainVisible(world: World): Promise<void> {
  for (let handled = 0; handled < 10_000; handled++) {
    const consumer = await consumeNext(world);
    if (!consumer) return;
    await runOut(consumer);
  }
  throw new Error('10,000 messages were handled and there are still more');
}

/** Handles everything, moving the time on where only delays and leases are left. */
export async function drain(world: World): Promise<void> {
  for (let seconds = 0; seconds < 100_000; seconds += LEASE_SECONDS) {
    await drainVisible(world);
    if ((await world.depths()).hidden === 0) return;
    world.clock.advance(LEASE_SECONDS * 1000);
  }
  throw new Error('the queues do not get empty');
}

/** Runs to its end; a consumer that its own script kills has ended too. */
async function runOut(process: Process): Promise<void> {
  while (process.end() === 'no') await process.step();
  const end = process.end();
  if (end instanceof Error) throw end;
}

export const handleOne = async (world: World, start: string): Promise<void> =>
  finish(await take(world, start));

/** A second delivery of a message, as after a lease that ended while its consumer goes on. */
export async function twice(world: World, consumer: Consumer): Promise<Consumer> {
  await consumer.queue.release(consumer.delivery.handle, 0);
  return take(world, nameOf(consumer.message));
}

/** A consumer dies, and its message is gone too: a peer with the same message has deleted it. */
export async function dieWithMessage(consumer: Consumer): Promise<void> {
  consumer.crash();
  await consumer.queue.delete([consumer.delivery.handle]);
}

export async function purge(world: World): Promise<void> {
  for (const name of world.queueNames) await world.queues.queue(name).purge();
}

export const command = (
  world: World,
  name: string,
  run: (engine: Engine) => Promise<unknown>,
): Promise<Process> =>
  spawn(name, async (calls) => {
    await run(world.engineFor(calls));
  });

export const countSent = (world: World, kind: Message['kind']): number =>
  world.sent.filter((message) => message.kind === kind).length;
