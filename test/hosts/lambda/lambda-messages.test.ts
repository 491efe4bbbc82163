import { describe, expect, it } from 'vitest';
import { start } from '../../../shared/engine/commands.ts';
import { type Engine, PLAN_QUEUE } from '../../../shared/engine/engine.ts';
import { expandMessage, type Message, planMessage } from '../../../shared/engine/messages.ts';
import type { Delivery } from '../../../shared/engine/ports.ts';
import type { RunRef } from '../../../shared/engine/records.ts';
import { newWaiting } from '../../../shared/engine/waiting.ts';
import {
  handleMessages,
  type LambdaContext,
  type LambdaEvent,
  type SqsRecord,
} from '../../../shared/hosts/lambda/lambda-messages.ts';
import { makeWorld, type World } from '../../engine/kit/world.ts';

const ARN = 'arn:aws:sqs:us-east-1:123456789012:cloudreg-dev-';
const FIVE_MINUTES = 300_000;

async function lambda(tasks = 600) {
  const world = makeWorld([
    { id: 'a', tasks },
    { id: 'b', tasks: 1, waitsFor: ['a'] },
  ]);
  await start(world.engine, world.newJob);
  const run: RunRef = { jobId: world.jobId, step: 'a', generation: 0, pass: 0 };
  const log: LambdaEvent[] = [];
  /** Receives as Lambda does, invokes, and deletes what was not named as failed. */
  const invoke = async (engine: Engine = world.engine, context: LambdaContext = plentyOfTime) => {
    const deliveries: SqsRecord[] = [];
    for (const name of world.queueNames) {
      const received = await world.queues
        .queue(name)
        .receive({ max: 10, waitSeconds: 0, leaseSeconds: 1800 });
      deliveries.push(...received.map((delivery) => recordOf(name, delivery)));
    }
    const queueNameOf = (resource: string) => resource.slice('cloudreg-dev-'.length);
    const options = { engine, queueNameOf, log: (event: LambdaEvent) => log.push(event) };
    const { batchItemFailures } = await handleMessages({ Records: deliveries }, context, options);
    const failed = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    for (const { messageId, receiptHandle, eventSourceARN } of deliveries)
      if (!failed.includes(messageId))
        await world.queues.queue(eventSourceARN.slice(ARN.length)).delete([receiptHandle]);
    return { received: deliveries.length, failed: failed.length };
  };
  const send = (...messages: Message[]) =>
    world.queues
      .queue(PLAN_QUEUE)
      .send(messages.map((message) => ({ body: JSON.stringify(message), group: world.jobId })));
  return { world, run, log, invoke, send };
}

function promise() {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

const plentyOfTime: LambdaContext = { getRemainingTimeInMillis: () => FIVE_MINUTES };

const recordOf = (queue: string, { handle, body, receives }: Delivery): SqsRecord => ({
  messageId: `id-${queue}-${handle}`,
  receiptHandle: handle,
  body,
  attributes: { ApproximateReceiveCount: String(receives) },
  eventSourceARN: `${ARN}${queue}`,
});

const tasksSent = (world: World) =>
  new Set(world.sent.filter((m) => m.kind === 'task').map((m) => JSON.stringify(m)));

describe('an invocation', () => {
  it('handles plans, expansions and tasks, from any queue, until the job is done', async () => {
    const { world, invoke } = await lambda();
    let calls = 0;
    while ((await world.depths()).visible > 0 && ++calls < 200) expect((await invoke()).failed).toBe(0);
    expect(await world.status()).toBe('done');
    expect(await world.wrongFiles()).toEqual([]);
  });

  it('names what failed alone, and releases it with its delay', async () => {
    const { world, run, log, invoke, send } = await lambda();
    world.follow({ plan: () => 'throws' });
    await send(planMessage({ ...run, jobId: 'nobody' }), planMessage({ ...run, step: 'z' }));
    expect(await invoke()).toEqual({ received: 3, failed: 2 });
    const delays = log
      .map((event) => (event.event === 'handed-back' ? event.delaySeconds : undefined))
      .sort();
    expect(delays).toEqual([1, 900]);
    expect(await invoke()).toEqual({ received: 0, failed: 0 });
    world.clock.advance(1000);
    world.follow({});
    expect(await invoke()).toEqual({ received: 1, failed: 0 });
  });

  it('gives a message back soon where a port fails, without an attempt, and the others are done', async () => {
    const { world, run, log, invoke, send } = await lambda();
    await send(planMessage({ ...run, jobId: 'nobody' }));
    const table = { ...world.engine.table, createRun: () => Promise.reject(new Error('throttled')) };
    expect(await invoke({ ...world.engine, table })).toEqual({ received: 2, failed: 1 });
    expect(log).toContainEqual({ event: 'trouble', problem: 'throttled' });
    expect(await world.table.listFailures(run)).toEqual([]);
    world.clock.advance(30_000);
    expect(await invoke()).toEqual({ received: 1, failed: 0 });
  });

  it('names a message as failed even where it cannot be released', async () => {
    const { world, log, invoke } = await lambda();
    world.follow({ plan: () => 'throws' });
    const queue = (name: string) => ({
      ...world.engine.queues.queue(name),
      release: () => Promise.reject(new Error('lost')),
    });
    const queues = { ...world.engine.queues, queue };
    expect(await invoke({ ...world.engine, queues })).toEqual({ received: 1, failed: 1 });
    expect(log).toContainEqual({ event: 'trouble', problem: 'a message was not released: lost' });
  });

  it('looks for a job that waits, and tells when it gives up', async () => {
    const { world, log, invoke } = await lambda();
    const { jobId } = await world.table.createJob({
      ...world.newJob,
      jobId: 'upload',
      waiting: newWaiting(60, world.clock.now()),
    });
    world.follow({ ready: () => 'not yet' });
    await world.queues.queue(PLAN_QUEUE).purge();
    const plan = planMessage({ jobId, step: 'a', generation: 0, pass: 0 });
    await world.queues.queue(PLAN_QUEUE).send([{ body: JSON.stringify(plan), group: jobId }]);
    await invoke();
    world.clock.advance(60_000);
    expect(await invoke()).toEqual({ received: 1, failed: 0 });
    expect(log.at(-1)).toEqual({ event: 'gave-up-waiting', job: 'upload', progress: 'look 2' });
  });

  it('passes on how often a message was received: one that waits is sent anew in time', async () => {
    const { world, invoke } = await lambda();
    await world.queues.queue(PLAN_QUEUE).purge();
    const waiting = newWaiting(1_000_000, world.clock.now());
    const { jobId } = await world.table.createJob({ ...world.newJob, jobId: 'upload', waiting });
    world.follow({ ready: () => 'not yet' });
    const plan = planMessage({ jobId, step: 'a', generation: 0, pass: 0 });
    await world.queues.queue(PLAN_QUEUE).send([{ body: JSON.stringify(plan), group: jobId }]);
    const sentBefore = world.sent.length;
    for (let look = 0; look < 25; look++) {
      await invoke();
      world.clock.advance(1_200_000);
    }
    expect(world.sent.length).toBe(sentBefore + 1);
  });
});

describe('near its time limit an invocation', () => {
  it('hands back at once what it has not finished, and sends nothing more; the next one finishes', async () => {
    const { world, log, invoke } = await lambda();
    const calls = { sends: 0 };
    const [reached, stuck] = [promise(), promise()];
    const planner = {
      ...world.engine.planner,
      plan: async (...at: Parameters<Engine['planner']['plan']>) => {
        reached.resolve();
        await stuck.promise;
        return world.engine.planner.plan(...at);
      },
    };
    const queue = (name: string) => {
      const real = world.engine.queues.queue(name);
      return {
        ...real,
        send: async (messages: Parameters<typeof real.send>[0]) => {
          calls.sends += 1;
          await real.send(messages);
        },
      };
    };
    const engine = { ...world.engine, planner, queues: { ...world.engine.queues, queue } };
    const invoking = invoke(engine);
    await reached.promise;
    world.clock.advance(FIVE_MINUTES - 5_001);
    expect(log).toEqual([]);
    world.clock.advance(1);
    expect(await invoking).toEqual({ received: 1, failed: 1 });
    expect(log).toMatchObject([
      { event: 'handed-back', delaySeconds: 0, why: expect.stringContaining('time limit') },
    ]);
    // Frozen, and thawed in the middle of a later invocation.
    stuck.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(calls.sends).toBe(0);
    expect(await invoke()).toEqual({ received: 1, failed: 0 });
    expect(world.sent.filter(({ kind }) => kind === 'expand')).toHaveLength(3);
  });

  it('keeps what it has sent: the next one sends all again, and every task is there', async () => {
    const { world, run, invoke } = await lambda();
    await invoke();
    await world.queues.queue(PLAN_QUEUE).purge();
    await world.queues.queue(PLAN_QUEUE).send([{ body: JSON.stringify(expandMessage(run, 0)), group: 'x' }]);
    const queue = (name: string) => {
      const real = world.engine.queues.queue(name);
      const send = async (messages: Parameters<typeof real.send>[0]) => {
        await real.send(messages.slice(0, 100));
        world.clock.advance(FIVE_MINUTES);
        await real.send(messages.slice(100));
        await new Promise<void>(() => undefined);
      };
      return { ...real, send };
    };
    const engine = { ...world.engine, queues: { ...world.engine.queues, queue } };
    expect(await invoke(engine)).toEqual({ received: 1, failed: 1 });
    expect((await world.table.getGroup({ ...run, group: 0 }))?.sent).toBe(false);
    expect(await invoke()).toMatchObject({ failed: 0 });
    expect(tasksSent(world).size).toBe(256);
    expect((await world.table.getGroup({ ...run, group: 0 }))?.sent).toBe(true);
  });

  it('has no time at all: everything is handed back', async () => {
    const { world, invoke } = await lambda();
    expect(await invoke(world.engine, { getRemainingTimeInMillis: () => 3 })).toEqual({
      received: 1,
      failed: 1,
    });
    expect((await world.depths()).visible).toBe(1);
  });
});
