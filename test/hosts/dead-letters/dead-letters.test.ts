import { describe, expect, it, vi } from 'vitest';
import { retry, start } from '../../../shared/engine/commands.ts';
import { PLAN_QUEUE } from '../../../shared/engine/engine.ts';
import {
  type Message,
  parseMessage,
  planMessage,
  taskMessage,
  wroteMessage,
} from '../../../shared/engine/messages.ts';
import type { RunRef } from '../../../shared/engine/records.ts';
import { type DeadLetterEvent, sweepDeadLetters } from '../../../shared/hosts/dead-letters/dead-letters.ts';
import { drain, drainVisible, handleOne } from '../../engine/kit/drive.ts';
import { makeWorld } from '../../engine/kit/world.ts';

vi.mock('../../../shared/engine/sizes.ts', () => ({ GROUP_SIZE: 2, BLOCK_SIZE: 2, MAX_CHILDREN: 3 }));

async function deployment() {
  const world = makeWorld([
    { id: 'a', tasks: 3 },
    { id: 'b', tasks: 1, waitsFor: ['a'] },
  ]);
  await start(world.engine, world.newJob);
  const run: RunRef = { jobId: world.jobId, step: 'a', generation: 0, pass: 0 };
  const log: DeadLetterEvent[] = [];
  const bury = (name: string, content: Message | string | object) =>
    world.queues
      .dead(name)
      .send([{ body: typeof content === 'string' ? content : JSON.stringify(content), group: 'dead' }]);
  const sweep = (engine = world.engine) =>
    sweepDeadLetters({
      engine,
      queueNames: world.queueNames,
      log: (event) => log.push(event),
      stop: new AbortController().signal,
      waitSeconds: 0,
    });
  const deadVisible = async (name: string) => (await world.queues.dead(name).depth()).visible;
  return { world, run, log, bury, sweep, deadVisible };
}

describe('a sweep of dead letters', () => {
  it('records a dead task as failed with the reason, fans in, and the rest of the job goes on', async () => {
    const { world, run, bury, sweep, log, deadVisible } = await deployment();
    await handleOne(world, 'plan a');
    await handleOne(world, 'expand a@0/0/0');
    await handleOne(world, 'expand a@0/0/1');
    await world.queues.queue('a').purge();
    for (const index of [0, 1, 2]) await bury('a', taskMessage(run, index));
    expect(await sweep()).toEqual({ recorded: 3, kept: 0 });
    expect(await world.status()).toBe('failed');
    expect((await world.table.listFailures(run))[0]?.lastError.message).toContain('given up');
    world.clock.advance(3_600_000);
    expect(await deadVisible('a')).toBe(0);
    const events = log.map(({ event }) => event);
    expect(events.filter((event) => event === 'dead-letter-recorded')).toHaveLength(3);
    expect(events).toContain('step-failed');
    await retry(world.engine, world.jobId);
    await drain(world);
    expect(await world.status()).toBe('done');
  });

  it('does not fail a task that is done, and heals one that wrote', async () => {
    const { world, run, bury, sweep } = await deployment();
    await drainVisible(world);
    await bury('a', taskMessage(run, 0));
    await bury('a', wroteMessage(run, 1));
    expect(await sweep()).toEqual({ recorded: 2, kept: 0 });
    expect(await world.status()).toBe('done');
    expect(await world.table.listFailures(run)).toEqual([]);
  });

  it('records a dead plan as the failure of its step, which retry plans again', async () => {
    const { world, run, bury, sweep } = await deployment();
    await world.queues.queue(PLAN_QUEUE).purge();
    await bury(PLAN_QUEUE, planMessage(run));
    expect(await sweep()).toEqual({ recorded: 1, kept: 0 });
    expect(await world.status()).toBe('failed');
    await retry(world.engine, world.jobId);
    await drain(world);
    expect(await world.status()).toBe('done');
  });

  it('drops what nobody wants any more', async () => {
    const { run, bury, sweep, deadVisible } = await deployment();
    await bury('a', taskMessage({ ...run, jobId: 'gone' }, 0));
    expect(await sweep()).toEqual({ recorded: 1, kept: 0 });
    expect(await deadVisible('a')).toBe(0);
  });

  it.each([
    ['of a newer build', { v: 99, kind: 'something new' }, 'newer build'],
    ['that is no JSON', '{', 'not JSON'],
    ['of another program', { Records: [{ eventSource: 'aws:s3' }] }, 'not a message'],
  ])('keeps a letter %s, tells it, and leaves it where the command finds it', async (_, letter, why) => {
    const { run, bury, sweep, log, deadVisible } = await deployment();
    await bury('a', letter);
    await bury('a', taskMessage({ ...run, jobId: 'gone' }, 0));
    for (let again = 0; again < 3; again++) {
      expect(await sweep()).toMatchObject({ kept: 1 });
      expect(await deadVisible('a')).toBe(1);
    }
    expect(log.filter(({ event }) => event === 'dead-letter-kept')).toHaveLength(3);
    expect(log.at(-1)).toMatchObject({ queue: 'a', why: expect.stringContaining(why) });
  });

  it('goes through more letters than one receive brings, each once', async () => {
    const { run, bury, sweep, deadVisible, log } = await deployment();
    for (let letter = 0; letter < 25; letter++)
      await bury('b', letter % 2 ? 'garbage' : taskMessage({ ...run, jobId: 'x' }, letter));
    expect(await sweep()).toEqual({ recorded: 13, kept: 12 });
    expect(await deadVisible('b')).toBe(12);
    expect(log.every((event) => 'body' in event && parseMessage(event.body).kind !== 'newer')).toBe(true);
  });

  it('deletes nothing where a port fails: all are back for the next sweep', async () => {
    const { world, run, bury, sweep, deadVisible } = await deployment();
    await drainVisible(world);
    await bury('a', 'garbage');
    await bury('a', taskMessage(run, 0));
    const table = { ...world.engine.table, getJob: () => Promise.reject(new Error('throttled')) };
    await expect(sweep({ ...world.engine, table })).rejects.toThrow('throttled');
    expect(await deadVisible('a')).toBe(2);
    expect(await sweep()).toEqual({ recorded: 1, kept: 1 });
  });

  it('receives no more once it is told to stop', async () => {
    const { world, bury, deadVisible } = await deployment();
    await bury('a', 'garbage');
    const sweep = sweepDeadLetters({
      engine: world.engine,
      queueNames: world.queueNames,
      log: () => undefined,
      stop: AbortSignal.abort(),
    });
    expect(await sweep).toEqual({ recorded: 0, kept: 0 });
    expect(await deadVisible('a')).toBe(1);
  });
});
