/** Bringing a world to the moment where a trace begins, and what must hold at its end. */
import { expect } from 'vitest';
import { start } from '../../../shared/engine/commands.ts';
import type { GroupRef, RunRef, StepId } from '../../../shared/engine/records.ts';
import { consumeNext, dieWithMessage, handleOne } from './drive.ts';
import { finish, until } from './process.ts';
import type { ScriptedStep } from './script.ts';
import { type Consumer, makeWorld, type World } from './world.ts';

export const A: ScriptedStep = { id: 'a', tasks: 4 };
export const B: ScriptedStep = { id: 'b', tasks: 1, waitsFor: ['a'] };

export async function started(...steps: ScriptedStep[]): Promise<World> {
  const world = makeWorld(steps);
  await start(world.engine, world.newJob);
  return world;
}

export const runOf = (world: World, step: StepId, generation = 0): RunRef => ({
  jobId: world.jobId,
  step,
  generation,
  pass: 0,
});
export const groupOf = (world: World, step: StepId, group: number): GroupRef => ({
  ...runOf(world, step),
  group,
});

/** Plans and expands a step, and leaves its tasks. */
export async function expandedStep(world: World, step: StepId): Promise<void> {
  await handleOne(world, `plan ${step}`);
  const generation = (await world.jobNow()).generations[step];
  const groups = world.sent.filter(
    (message) => message.kind === 'expand' && message.step === step && message.g === generation,
  ).length;
  for (let group = 0; group < groups; group++) await handleOne(world, `expand ${step}`);
}

export async function expectDone(world: World): Promise<void> {
  expect(await world.status()).toBe('done');
  expect(await world.wrongFiles()).toEqual([]);
  expect(world.violations).toEqual([]);
}

/** The next task, after all plans and expansions. */
export async function takeTask(world: World): Promise<Consumer> {
  for (;;) {
    const consumer = await consumeNext(world);
    if (!consumer) throw new Error('no task left');
    if (consumer.message.kind === 'task') return consumer;
    await finish(consumer);
  }
}

/** Dies after that call, and its message is gone. */
export async function dieAfter(consumer: Consumer, call: string): Promise<void> {
  await until(consumer, call);
  await consumer.step();
  await dieWithMessage(consumer);
}
