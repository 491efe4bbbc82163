/**
 * The port's suite over the wire. Server and client live in this process, so both go by the clock that the test moves;
 * what happens on sockets takes real time, which `advance` leaves them.
 */
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest';
import type { Deployment } from '../../../../shared/adapters/aws/deployment.ts';
import { sqsQueues } from '../../../../shared/adapters/aws/sqs/queues.ts';
import { openSqs } from '../../../../shared/adapters/aws/sqs/sqs-client.ts';
import type { Clock } from '../../../../shared/engine/ports.ts';
import { createQueues } from '../../../cloud/create-deployment.ts';
import type { RunningServer } from '../../../cloud/servers/endpoint.ts';
import { startSqsServer } from '../../../cloud/servers/sqs-server.ts';
import { type QueueDifferences, taskQueueSuite } from '../../../ports/task-queue.ts';

const realTimeout = setTimeout;
/** A round trip on loopback takes about 2 ms. */
const SOCKET_MILLISECONDS = 5;

const clock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

const DIFFERENCES: QueueDifferences = {
  // SQS: the longest poll, with room for the clock's steps.
  openReceiveSeconds: 22,
  countsReleasedAsInFlight: true,
  // fauxqs only.
  countsEndedLeasesLate: true,
  refusesAstral: true,
};

let server: RunningServer;
let suites = 0;
beforeAll(async () => {
  server = await startSqsServer();
});
afterAll(() => server.stop());
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

taskQueueSuite('SQS', async ({ maxReceives }) => {
  const deployment: Deployment = { name: `suite-${++suites}`, region: 'us-east-1' };
  await createQueues(deployment, ['tasks'], maxReceives, server.client);
  const sqs = await openSqs(deployment.region, server.client);
  const queues = sqsQueues(deployment, { sqs, clock });
  return {
    queue: queues.queue('tasks'),
    dead: queues.dead('tasks'),
    advance: async (milliseconds) => {
      await vi.advanceTimersByTimeAsync(milliseconds);
      await new Promise((resolve) => realTimeout(resolve, SOCKET_MILLISECONDS));
    },
    dispose: async () => sqs.destroy(),
    differs: DIFFERENCES,
  };
});
