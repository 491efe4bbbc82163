import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type InstanceMetadata,
  instanceMetadata,
} from '../../../../shared/adapters/aws/interruptions/instance-metadata.ts';
import {
  ec2Interruptions,
  noInterruptions,
} from '../../../../shared/adapters/aws/interruptions/interruptions.ts';
import { type HandClock, handClock } from '../../../../shared/adapters/memory/clock.ts';
import { type ImdsServer, startImdsServer } from '../../../cloud/servers/imds-server.ts';

describe('instance metadata', () => {
  let server: ImdsServer;
  beforeEach(async () => {
    server = await startImdsServer({ 'instance-id': 'i-0123' });
  });
  afterEach(() => server.close());

  it('asks for one token, and uses it for every request', async () => {
    const metadata = instanceMetadata(`${server.endpoint}/`);
    expect(await metadata.get('instance-id')).toBe('i-0123');
    expect(await metadata.get('spot/instance-action')).toBeUndefined();
    expect(server.requests).toEqual([
      'PUT api/token 200',
      'GET instance-id 200',
      'GET spot/instance-action 404',
    ]);
  });

  it('takes a new token when the old one ran out', async () => {
    const metadata = instanceMetadata(server.endpoint);
    await metadata.get('instance-id');
    server.expireTokens();
    expect(await metadata.get('instance-id')).toBe('i-0123');
    expect(server.requests.slice(2)).toEqual([
      'GET instance-id 401',
      'PUT api/token 200',
      'GET instance-id 200',
    ]);
  });

  it('says where nobody answers', async () => {
    await server.close();
    const metadata = instanceMetadata(server.endpoint);
    await expect(metadata.get('instance-id')).rejects.toThrow(
      new RegExp(`^instance metadata at ${server.endpoint}: .*ECONNREFUSED`),
    );
  });
});

describe('notices on EC2', () => {
  let server: ImdsServer;
  let clock: HandClock;
  let troubles: string[];
  let completed: number;
  beforeEach(async () => {
    server = await startImdsServer({ 'autoscaling/target-lifecycle-state': 'InService' });
    clock = handClock();
    troubles = [];
    completed = 0;
  });
  afterEach(() => server.close());

  const interruptions = (metadata = instanceMetadata(server.endpoint)) =>
    ec2Interruptions({
      metadata,
      clock,
      completeLifecycle: async () => void (completed += 1),
      onTrouble: (error) => troubles.push(error.message),
    });

  /** Moves the clock on, poll by poll, until it is so. */
  async function pollUntil(isSo: () => boolean, stepMilliseconds = 5000): Promise<void> {
    while (!isSo()) {
      await new Promise(setImmediate);
      clock.advance(stepMilliseconds);
    }
  }
  const never = new AbortController().signal;

  it('come from three places, looked at every 5 s', async () => {
    let found: unknown;
    void interruptions()
      .next(never)
      .then((notice) => {
        found = notice;
      });
    while (server.requests.length < 4) await new Promise(setImmediate);
    expect([...server.requests].sort()).toEqual([
      'GET autoscaling/target-lifecycle-state 200',
      'GET events/recommendations/rebalance 404',
      'GET spot/instance-action 404',
      'PUT api/token 200',
    ]);
    clock.advance(4999);
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    expect(server.requests).toHaveLength(4);
    server.texts.set('spot/instance-action', '{"action": "terminate", "time": "2026-11-22T08:22:00Z"}');
    await pollUntil(() => found !== undefined);
    expect(found).toEqual({ kind: 'spot', at: Date.UTC(2026, 10, 22, 8, 22) });
  });

  it('are told once each', async () => {
    server.texts.set('events/recommendations/rebalance', '{"noticeTime": "2026-11-22T08:20:00Z"}');
    server.texts.set('spot/instance-action', '{"action": "stop", "time": "2026-11-22T08:22:00Z"}');
    server.texts.set('autoscaling/target-lifecycle-state', 'Terminated');
    const source = interruptions();
    const told = [await source.next(never), await source.next(never), await source.next(never)];
    expect(told.map((notice) => notice?.kind).sort()).toEqual(['rebalance', 'scale-in', 'spot']);
    const ended = new AbortController();
    const last = source.next(ended.signal);
    ended.abort();
    expect(await last).toBeUndefined();
  });

  it('are believed also in words that nobody knows', async () => {
    server.texts.set('spot/instance-action', 'goodbye');
    expect(await interruptions().next(never)).toEqual({ kind: 'spot', at: 0 });
  });

  it('complete the lifecycle action only where the fleet waits for it', async () => {
    const source = interruptions();
    server.texts.set('events/recommendations/rebalance', '{}');
    await source.next(never);
    await source.left();
    expect(completed).toBe(0);
    server.texts.set('autoscaling/target-lifecycle-state', 'Terminated');
    await source.next(never);
    await source.left();
    expect(completed).toBe(1);
  });

  it('are waited for through trouble, which is told once', async () => {
    let asked = 0;
    const silent: InstanceMetadata = {
      get: async () => {
        asked += 1;
        throw new Error('nobody answers');
      },
    };
    const ended = new AbortController();
    const next = interruptions(silent).next(ended.signal);
    await pollUntil(() => asked >= 3, 60_000);
    ended.abort();
    expect(await next).toBeUndefined();
    expect(troubles).toEqual(['nobody answers']);
  });
});

describe('a machine that nobody takes away', () => {
  it('gets no notice, and ends its wait when it is told to', async () => {
    const ended = new AbortController();
    const next = noInterruptions.next(ended.signal);
    ended.abort();
    expect(await next).toBeUndefined();
    expect(await noInterruptions.next(ended.signal)).toBeUndefined();
    await noInterruptions.left();
  });
});
