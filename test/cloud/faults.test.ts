import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Random } from '../engine/kit/random.ts';
import { type FaultCounts, type FaultRates, faultyHandle } from './faults.ts';
import { type Service, startProxy, type WireProxy } from './wire-proxy.ts';

/** Answers every call with `answer`, and remembers what it was sent. */
const behind = { answer: '{}', bodies: [] as string[] };
const server = createServer((incoming, answer) => {
  let body = '';
  incoming.on('data', (part) => {
    body += part;
  });
  incoming.on('end', () => {
    behind.bodies.push(body);
    answer.setHeader('content-type', 'application/x-amz-json-1.0').end(behind.answer);
  });
});
let target = '';
const proxies: WireProxy[] = [];

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  behind.bodies.length = 0;
  behind.answer = '{}';
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
});
afterAll(() => server.close());

/** Always this fault, where there is one. */
const always = (fault: string): Random => ({
  next: () => 0,
  below: () => 0,
  chance: (probability) => probability > 0,
  pick: <T>(list: readonly T[]) => list.find((one) => one === fault) ?? (list[0] as T),
});

async function proxyOf(service: Service, fault: string, rates: FaultRates) {
  const counts: FaultCounts = new Map();
  const proxy = await startProxy(
    service,
    target,
    faultyHandle({ service, random: always(fault), rates, counts }),
  );
  proxies.push(proxy);
  const settings = {
    endpoint: proxy.url,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  };
  return { counts, settings };
}

const CALLS = { calls: 1, messages: 0 };
const MESSAGES = { calls: 0, messages: 1 };

const ask = {
  s3: (settings: object) =>
    new S3Client({ ...settings, forcePathStyle: true }).send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })),
  dynamodb: (settings: object) =>
    new DynamoDBClient(settings).send(new GetItemCommand({ TableName: 'jobs', Key: { k: { S: '1' } } })),
  sqs: (settings: object) =>
    new SQSClient(settings).send(new ReceiveMessageCommand({ QueueUrl: 'http://queue/0/q' })),
};

const send = (settings: object, ...ids: string[]) =>
  new SQSClient(settings).send(
    new SendMessageBatchCommand({
      QueueUrl: 'http://queue/0/q',
      Entries: ids.map((Id) => ({ Id, MessageBody: Id })),
    }),
  );

describe('the fault proxy', () => {
  it.each([
    ['s3', 'throttled', 'SlowDown'],
    ['s3', 'error', 'InternalError'],
    ['dynamodb', 'throttled', 'ProvisionedThroughputExceededException'],
    ['dynamodb', 'error', 'InternalServerError'],
    ['sqs', 'throttled', 'RequestThrottled'],
    ['sqs', 'error', 'InternalError'],
  ] as const)('answers for %s: %s, so that its client reads %s', async (service, fault, name) => {
    const { counts, settings } = await proxyOf(service, fault, CALLS);
    await expect(ask[service](settings)).rejects.toMatchObject({ name });
    expect(behind.bodies).toEqual([]);
    expect(Object.fromEntries(counts)).toEqual({ [`${service}: calls`]: 1, [`${service}: ${fault}`]: 1 });
  });

  it('cuts the connection before the call arrives, or after it was done', async () => {
    const before = await proxyOf('dynamodb', 'cut before', CALLS);
    await expect(ask.dynamodb(before.settings)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(behind.bodies).toHaveLength(0);
    const after = await proxyOf('dynamodb', 'reply lost', CALLS);
    await expect(ask.dynamodb(after.settings)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(behind.bodies).toHaveLength(1);
  });

  it('fails one entry of a batch, and says so', async () => {
    const { settings } = await proxyOf('sqs', 'failed in part', CALLS);
    const { Failed } = await send(settings, 'one', 'two');
    expect(Failed).toMatchObject([{ Id: 'one', SenderFault: false }]);
    const [sent = '{}'] = behind.bodies;
    expect(JSON.parse(sent).Entries.map(({ Id }: { Id: string }) => Id)).toEqual(['two']);
  });

  it('doubles and delays messages', async () => {
    const { counts, settings } = await proxyOf('sqs', '', MESSAGES);
    await send(settings, 'one');
    const [once = '{}', again = '{}'] = behind.bodies;
    expect(JSON.parse(once).Entries).toMatchObject([{ Id: 'one', DelaySeconds: 1 }]);
    expect(JSON.parse(again).Entries).toMatchObject([{ Id: 'one' }]);
    expect(counts.get('sqs: message doubled')).toBe(1);
    expect(counts.get('sqs: message delayed')).toBe(1);
  });
});
