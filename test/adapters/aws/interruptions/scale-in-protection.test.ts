import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ec2Interruptions } from '../../../../shared/adapters/aws/interruptions/interruptions.ts';
import {
  type ScaleInProtection,
  scaleInProtection,
  setScaleInProtection,
} from '../../../../shared/adapters/aws/interruptions/scale-in-protection.ts';
import { type HandClock, handClock } from '../../../../shared/adapters/memory/clock.ts';

describe('protection from scale-in', () => {
  let clock: HandClock;
  let told: boolean[];
  let protection: ScaleInProtection;
  beforeEach(() => {
    clock = handClock();
    told = [];
    protection = scaleInProtection(async (isProtected) => void told.push(isProtected), clock);
  });

  it('is asked for once while there is work, and taken back after a minute without', async () => {
    protection.busy(true);
    await protection.settle();
    await protection.settle();
    expect(told).toEqual([true]);
    protection.busy(false);
    clock.advance(59_000);
    await protection.settle();
    expect(told).toEqual([true]);
    clock.advance(1_000);
    await protection.settle();
    expect(told).toEqual([true, false]);
  });

  it('outlasts the pauses between messages', async () => {
    for (let message = 0; message < 10; message++) {
      protection.busy(true);
      clock.advance(200);
      protection.busy(false);
      clock.advance(30_000);
      await protection.settle();
    }
    expect(told).toEqual([true]);
  });

  it('is taken back on a machine that an earlier process had protected', async () => {
    clock.advance(60_000);
    await protection.settle();
    expect(told).toEqual([false]);
  });

  it('is not asked for before there is work', async () => {
    await protection.settle();
    await protection.end();
    expect(told).toEqual([]);
  });

  it('ends with the program', async () => {
    protection.busy(true);
    await protection.settle();
    await protection.end();
    expect(told).toEqual([true, false]);
  });

  it('is asked for again where the group could not be told', async () => {
    let isReachable = false;
    const shaky = scaleInProtection(async (isProtected) => {
      if (!isReachable) throw new Error('throttled');
      told.push(isProtected);
    }, clock);
    shaky.busy(true);
    await expect(shaky.settle()).rejects.toThrow('throttled');
    isReachable = true;
    await shaky.settle();
    expect(told).toEqual([true]);
  });
});

it('is looked after whenever a machine looks for notices, and ends before it leaves', async () => {
  const clock = handClock();
  const told: boolean[] = [];
  const ended = new AbortController();
  const interruptions = ec2Interruptions({
    metadata: { get: async () => undefined },
    clock,
    completeLifecycle: async () => {},
    protection: scaleInProtection(async (isProtected) => void told.push(isProtected), clock),
    onTrouble: (error) => {
      throw error;
    },
  });
  interruptions.busy?.(true);
  const next = interruptions.next(ended.signal);
  while (told.length === 0) {
    await new Promise(setImmediate);
    clock.advance(5000);
  }
  ended.abort();
  await next;
  await interruptions.left();
  expect(told).toEqual([true, false]);
});

afterEach(() => vi.unstubAllEnvs());

it('a machine is protected by the names of group and machine', async () => {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(await text(request));
    response.setHeader('content-type', 'text/xml');
    response.end(
      '<SetInstanceProtectionResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><SetInstanceProtectionResult/></SetInstanceProtectionResponse>',
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  vi.stubEnv('AWS_ENDPOINT_URL_AUTO_SCALING', `http://127.0.0.1:${port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  await setScaleInProtection({ group: 'stitching', region: 'us-east-1' }, 'i-0123', true);
  expect(Object.fromEntries(new URLSearchParams(bodies[0]))).toMatchObject({
    Action: 'SetInstanceProtection',
    AutoScalingGroupName: 'stitching',
    'InstanceIds.member.1': 'i-0123',
    ProtectedFromScaleIn: 'true',
  });
  server.close();
});
