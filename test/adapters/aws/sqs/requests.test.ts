/** What goes over the wire to SQS, and what is made of every kind of answer. */
import { afterEach, describe, expect, it } from 'vitest';
import { AwsError } from '../../../../shared/adapters/aws/aws-errors.ts';
import { sqsQueues } from '../../../../shared/adapters/aws/sqs/queues.ts';
import { openSqs, type Sqs, type SqsRequest } from '../../../../shared/adapters/aws/sqs/sqs-client.ts';
import { handClock } from '../../../../shared/adapters/memory/clock.ts';
import {
  type Answer,
  type Asked,
  type Script,
  type ScriptedServer,
  startScriptedServer,
} from '../scripted-server.ts';

const deployment = { name: 'test-one', region: 'eu-west-1' };
const ids = (entries: readonly { readonly Id: string }[]) => entries.map(({ Id }) => ({ Id }));
const done = ({ body }: Asked): Answer => ({ ok: { Successful: ids(body.Entries) } });
const messages = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ body: `body ${i}`, group: 'job-7' }));
const received = (count: number): Answer => ({
  ok: {
    Messages: Array.from({ length: count }, (_, i) => ({
      ReceiptHandle: `handle ${i}`,
      Body: `body ${i}`,
      Attributes: { ApproximateReceiveCount: '3' },
    })),
  },
});

let server: ScriptedServer;
let sqs: Sqs;
afterEach(async () => {
  sqs.destroy();
  await server.stop();
});

async function open(script: Script, attempts = 1) {
  server = await startScriptedServer((asked, earlier) =>
    asked.operation === 'GetQueueUrl'
      ? { ok: { QueueUrl: `http://nowhere.invalid/1/${asked.body.QueueName}` } }
      : script(asked, earlier),
  );
  // The scripts compute no checksums.
  sqs = await openSqs(deployment.region, { ...server.client, md5: false, maxAttempts: attempts });
  const clock = handClock(1_000_000);
  const requests: SqsRequest[] = [];
  const onRequest = (request: SqsRequest) => void requests.push(request);
  const queues = sqsQueues(deployment, { sqs, clock, random: () => 0, onRequest });
  const asked = (operation: string) =>
    server.asked.filter((one) => one.operation === operation).map(({ body }) => body);
  return { queue: queues.queue('tasks'), queues, clock, requests, asked };
}

describe('sending to SQS', () => {
  it('fills batches of ten, names the job as the group, and leaves bodies as they are', async () => {
    const { queue, asked, requests } = await open(done);
    const odd = '{"text":"µm 🧠 \\u0000 \\n"}';
    await queue.send([...messages(22), { body: odd, group: 'job-8' }]);
    const sent = asked('SendMessageBatch');
    expect(sent.map(({ Entries }) => Entries.length)).toEqual([10, 10, 3]);
    expect(sent[0].QueueUrl).toBe('http://nowhere.invalid/1/test-one-tasks');
    expect(sent[0].Entries[9]).toEqual({ Id: '9', MessageBody: 'body 9', MessageGroupId: 'job-7' });
    expect(sent[2].Entries[2]).toEqual({ Id: '2', MessageBody: odd, MessageGroupId: 'job-8' });
    expect(requests.filter(({ kind }) => kind === 'send').map((r) => [r.requests, r.messages])).toEqual([
      [1, 10],
      [1, 10],
      [1, 3],
    ]);
  });

  it('keeps each batch below 256 KiB, counted in bytes', async () => {
    const { queue, asked } = await open(done);
    const large = 'µ'.repeat(50 * 1024);
    await queue.send(Array.from({ length: 5 }, () => ({ body: large, group: 'job' })));
    expect(asked('SendMessageBatch').map(({ Entries }) => Entries.length)).toEqual([2, 2, 1]);
  });

  it('refuses a message that no batch can hold, before anything is sent', async () => {
    const { queue, asked } = await open(done);
    const tooLarge = { body: 'x'.repeat(256 * 1024 + 1), group: 'job' };
    await expect(queue.send([...messages(3), tooLarge])).rejects.toThrow(/262145 bytes.*at most 262144/);
    expect(asked('SendMessageBatch')).toEqual([]);
  });

  it('sends only the seventh of ten again when only that one failed', async () => {
    const { queue, asked } = await open((one, earlier) =>
      earlier > 0
        ? done(one)
        : {
            ok: {
              Successful: ids(one.body.Entries).filter(({ Id }) => Id !== '6'),
              Failed: [{ Id: '6', Code: 'InternalError', SenderFault: false }],
            },
          },
    );
    await queue.send(messages(10));
    expect(
      asked('SendMessageBatch').map(({ Entries }) =>
        Entries.map((e: { MessageBody: string }) => e.MessageBody),
      ),
    ).toEqual([messages(10).map(({ body }) => body), ['body 6']]);
  });

  it('sends again what an answer leaves out, and rejects when that does not end', async () => {
    const { queue, asked } = await open(({ body }) => ({ ok: { Successful: ids(body.Entries).slice(1) } }));
    await expect(queue.send(messages(2))).rejects.toThrow(
      /queue test-one-tasks \(deployment test-one, eu-west-1\): cannot send messages: 1 of a batch.*leaves them out/,
    );
    expect(asked('SendMessageBatch').length).toBeGreaterThan(3);
    expect(asked('SendMessageBatch').length).toBeLessThan(12);
  });

  it('rejects at once what is our own fault', async () => {
    const { queue, asked } = await open(() => ({
      ok: { Failed: [{ Id: '0', Code: 'InvalidMessageContents', Message: 'odd', SenderFault: true }] },
    }));
    await expect(queue.send(messages(1))).rejects.toThrow(/InvalidMessageContents: odd/);
    expect(asked('SendMessageBatch')).toHaveLength(1);
  });
});

describe('receiving from SQS', () => {
  const options = { max: 10, waitSeconds: 20, leaseSeconds: 300 };

  it('asks for the lease, the receive count and a long poll, and counts empty receives apart', async () => {
    const { queue, asked, requests, clock } = await open((_, earlier) => {
      clock.advance(20_000);
      return earlier === 0 ? { ok: {} } : received(2);
    });
    expect(await queue.receive(options)).toEqual([]);
    expect(await queue.receive(options)).toEqual([
      { handle: 'handle 0', body: 'body 0', receives: 3 },
      { handle: 'handle 1', body: 'body 1', receives: 3 },
    ]);
    expect(asked('ReceiveMessage')[0]).toEqual({
      QueueUrl: 'http://nowhere.invalid/1/test-one-tasks',
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 20,
      VisibilityTimeout: 300,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    });
    expect(requests.map(({ kind, messages: count }) => [kind, count])).toEqual([
      ['other', 0],
      ['empty receive', 0],
      ['receive', 2],
    ]);
  });

  it('asks for more than ten only once the first ten came, without waiting', async () => {
    const { queue, asked } = await open(({ body }) => received(body.MaxNumberOfMessages));
    expect(await queue.receive({ ...options, max: 25 })).toHaveLength(25);
    const polls = asked('ReceiveMessage').map((body) => [body.MaxNumberOfMessages, body.WaitTimeSeconds]);
    expect(polls[0]).toEqual([10, 20]);
    expect(polls.slice(1).sort()).toEqual([
      [10, 0],
      [5, 0],
    ]);
  });

  it('hands over the first ten when a poll for the rest fails', async () => {
    const { queue, asked } = await open((_, earlier) =>
      earlier === 0 ? received(10) : { error: 'AccessDenied' },
    );
    expect(await queue.receive({ ...options, max: 30 })).toHaveLength(10);
    expect(asked('ReceiveMessage')).toHaveLength(3);
  });

  it('waits longer than one poll may', async () => {
    const { queue, asked, clock } = await open(({ body }) => {
      clock.advance(body.WaitTimeSeconds * 1000);
      return { ok: {} };
    });
    expect(await queue.receive({ ...options, waitSeconds: 50 })).toEqual([]);
    expect(asked('ReceiveMessage').map((body) => body.WaitTimeSeconds)).toEqual([20, 20, 10]);
  });

  it('leaves an open poll alone when its signal aborts, and gives back what it still brings', async () => {
    const leaving = new AbortController();
    const { queue, asked } = await open((one) => {
      if (one.operation !== 'ReceiveMessage') return { ok: {} };
      leaving.abort();
      return received(2);
    });
    expect(await queue.receive({ ...options, signal: leaving.signal })).toEqual([]);
    expect(server.cutOff()).toBe(0);
    const given = asked('ChangeMessageVisibility').map((body) => [
      body.ReceiptHandle,
      body.VisibilityTimeout,
    ]);
    expect(given.sort()).toEqual([
      ['handle 0', 0],
      ['handle 1', 0],
    ]);
    expect(await queue.receive({ ...options, signal: leaving.signal })).toEqual([]);
    expect(asked('ReceiveMessage')).toHaveLength(1);
  });

  it('takes too many messages in flight for none, and waits before it asks again', async () => {
    const { queue, asked, clock } = await open(() => ({ error: 'OverLimit', status: 403 }));
    const receiving = queue.receive(options);
    while (asked('ReceiveMessage').length === 0) await new Promise(setImmediate);
    const state = await Promise.race([receiving, new Promise((resolve) => setTimeout(resolve, 30, 'waits'))]);
    expect(state).toBe('waits');
    clock.advance(20_000);
    expect(await receiving).toEqual([]);
    expect(asked('ReceiveMessage')).toHaveLength(1);
  });

  it('says what is wrong with an answer that is none', async () => {
    const { queue } = await open(() => ({ raw: '<html>a proxy says hello</html>' }));
    const error = await queue.receive(options).catch((caught) => caught);
    expect(error).toBeInstanceOf(AwsError);
    expect(error.message).toMatch(/queue test-one-tasks .*cannot receive messages/);
  });
});

describe('leases of SQS', () => {
  const options = { max: 1, waitSeconds: 0, leaseSeconds: 300 };

  it('are extended until the 12 h of a message cannot hold another whole one', async () => {
    const { queue, asked, clock } = await open(({ operation }) =>
      operation === 'ReceiveMessage' ? received(1) : { ok: {} },
    );
    const leaseSeconds = 3600;
    const [held] = await queue.receive({ ...options, leaseSeconds });
    const extended: boolean[] = [];
    for (let hour = 1; hour <= 12; hour++) {
      clock.advance(3_599_000);
      extended.push(await queue.extend(held!.handle, leaseSeconds));
    }
    expect(extended).toEqual([...Array(11).fill(true), false]);
    expect(asked('ChangeMessageVisibility')).toHaveLength(11);
  });

  it('end by the consumer’s own clock too: nothing is asked for a lease that has run out', async () => {
    const { queue, asked, clock } = await open(({ operation }) =>
      operation === 'ReceiveMessage' ? received(1) : { ok: {} },
    );
    const [held] = await queue.receive(options);
    clock.advance(300_000);
    expect(await queue.extend(held!.handle, 300)).toBe(false);
    await queue.release(held!.handle, 0);
    expect(asked('ChangeMessageVisibility')).toEqual([]);
  });

  it.each([
    ['MessageNotInflight', 'no'],
    ['AWS.SimpleQueueService.MessageNotInflight', 'no'],
    ['ReceiptHandleIsInvalid', 'no'],
    [
      'InvalidParameterValue',
      'Value x for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.',
    ],
  ])('are lost when SQS says %s', async (error, message) => {
    const { queue } = await open(({ operation }) =>
      operation === 'ReceiveMessage' ? received(1) : { error, message },
    );
    const [held] = await queue.receive(options);
    expect(await queue.extend(held!.handle, 300)).toBe(false);
    await queue.release(held!.handle, 0);
  });

  it('are not lost because a request failed: that rejects', async () => {
    const { queue } = await open(({ operation }) =>
      operation === 'ReceiveMessage' ? received(1) : { error: 'InternalFailure', status: 500 },
    );
    const [held] = await queue.receive(options);
    await expect(queue.extend(held!.handle, 300)).rejects.toThrow(AwsError);
    await expect(queue.release(held!.handle, 0)).rejects.toThrow(AwsError);
  });

  it('of a message that another was handed can be given back and deleted here', async () => {
    const { queue, asked } = await open((one) => (one.body.Entries ? done(one) : { ok: {} }));
    await queue.release('from a function’s event', 61.2);
    await queue.delete(['from a function’s event']);
    expect(asked('ChangeMessageVisibility')[0]).toMatchObject({ VisibilityTimeout: 62 });
    expect(asked('DeleteMessageBatch')).toHaveLength(1);
  });
});

describe('deleting from SQS', () => {
  it('fills batches of ten, takes a stale handle for done, and repeats what failed', async () => {
    const { queue, asked } = await open((one, earlier) =>
      earlier === 0
        ? {
            ok: {
              Successful: ids(one.body.Entries).slice(2),
              Failed: [
                { Id: '0', Code: 'ReceiptHandleIsInvalid', SenderFault: true },
                { Id: '1', Code: 'InternalError', SenderFault: false },
              ],
            },
          }
        : done(one),
    );
    await queue.delete(Array.from({ length: 10 }, (_, i) => `handle ${i}`));
    const handles = asked('DeleteMessageBatch').map(({ Entries }) =>
      Entries.map((entry: { ReceiptHandle: string }) => entry.ReceiptHandle),
    );
    expect(handles.map((list) => list.length)).toEqual([10, 1]);
    expect(handles[1]).toEqual(['handle 1']);
  });
});

describe('requests to SQS', () => {
  it('are tried again when throttled, and all attempts are counted', async () => {
    const { queue, requests } = await open(
      (one, earlier) => (earlier < 2 ? { error: 'RequestThrottled', status: 403 } : done(one)),
      3,
    );
    const { random } = Math;
    Math.random = () => 0;
    try {
      await queue.send(messages(1));
    } finally {
      Math.random = random;
    }
    expect(requests.find(({ kind }) => kind === 'send')).toMatchObject({ requests: 3, messages: 1 });
  });

  it('share one look-up of the URL, and one that failed is not kept', async () => {
    const asked: string[] = [];
    server = await startScriptedServer(({ operation }) => {
      asked.push(operation);
      if (operation !== 'GetQueueUrl') return { ok: { Attributes: {} } };
      return asked.length === 1
        ? { error: 'com.amazonaws.sqs#QueueDoesNotExist', message: 'The specified queue does not exist.' }
        : { ok: { QueueUrl: 'http://nowhere.invalid/1/x' } };
    });
    sqs = await openSqs(deployment.region, { ...server.client, maxAttempts: 1 });
    const queue = sqsQueues(deployment, { sqs, clock: handClock() }).dead('tasks');
    const error = await queue.depth().catch((caught) => caught);
    expect(error).toMatchObject({ kind: 'missing', permanent: true });
    expect(error.message).toMatch(
      /queue test-one-tasks-dead \(deployment test-one, eu-west-1\).*does not exist in this region/,
    );
    await Promise.all([queue.depth(), queue.depth()]);
    expect(await queue.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    expect(asked.filter((operation) => operation === 'GetQueueUrl')).toHaveLength(2);
  });
});
