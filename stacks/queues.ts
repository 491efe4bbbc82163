/** A queue for each service, one for plans and one for uploads; beside each the one of its dead letters. */
import { deadQueueName, queueName, UPLOAD_QUEUE } from '../shared/adapters/aws/deployment.ts';
import { PLAN_QUEUE } from '../shared/engine/engine.ts';
import { type Cloud, pascal } from './cloud.ts';
import type { Queue } from './components.ts';
import { FUNCTION_SECONDS } from './function-limits.ts';
import { arnsIn } from './names.ts';
import { longestSeconds, type Service } from './services.ts';

export interface QueuePair {
  readonly name: string;
  readonly queue: Queue;
  readonly dead: Queue;
}

export type QueuePairs = ReadonlyMap<string, QueuePair>;

const DAY_SECONDS = 86_400;
const RETENTION_SECONDS = 10 * DAY_SECONDS;
/** A dead letter keeps the time at which it was first sent, so it must be kept longer than its queue keeps it. */
const DEAD_RETENTION_SECONDS = 14 * DAY_SECONDS;
/** Well above the engine's own attempts: handing back on a spot notice is a receive, and no attempt. */
const MAX_RECEIVES = 50;
const LONG_POLL_SECONDS = 20;
/** As AWS asks of a queue that a function receives from (AWS-LIMITS, Lambda). */
const TIMES_FUNCTION_LIMIT = 6;
/** What a consumer holds a message for at each receive, whatever the queue says. */
const LEASE_SECONDS = 300;
/** Tasks differ; a slow one on a busy machine must not be done twice. */
const TIMES_LONGEST_TASK = 3;
const LONGEST_VISIBILITY_SECONDS = 12 * 3600;

export const queueNames = (services: readonly Service[]): readonly string[] => [
  PLAN_QUEUE,
  UPLOAD_QUEUE,
  ...services.map(({ name }) => name),
];

export function makeQueues(cloud: Cloud): QueuePairs {
  const { services } = cloud;
  const ofFunctions = TIMES_FUNCTION_LIMIT * FUNCTION_SECONDS;
  const visibilities: readonly (readonly [string, number])[] = [
    [PLAN_QUEUE, ofFunctions],
    [UPLOAD_QUEUE, ofFunctions],
    ...services.map((service) => [service.name, taskVisibility(service)] as const),
  ];
  return new Map(visibilities.map(([name, seconds]) => [name, makePair(cloud, name, seconds)]));
}

const taskVisibility = (service: Service): number =>
  Math.min(
    LONGEST_VISIBILITY_SECONDS,
    Math.max(LEASE_SECONDS, Math.ceil(TIMES_LONGEST_TASK * longestSeconds(service))),
  );

function makePair({ components, place }: Cloud, name: string, visibilitySeconds: number): QueuePair {
  const { deployment } = place;
  const arn = arnsIn(place)('sqs', queueName(deployment, name));
  const dead = new components.Queue(`${pascal(name)}Dead`, {
    transform: {
      queue: {
        name: deadQueueName(deployment, name),
        messageRetentionSeconds: DEAD_RETENTION_SECONDS,
        sqsManagedSseEnabled: true,
        redriveAllowPolicy: JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns: [arn] }),
      },
    },
  });
  const queue = new components.Queue(pascal(name), {
    visibilityTimeout: `${visibilitySeconds} seconds`,
    dlq: { queue: dead.arn, retry: MAX_RECEIVES },
    transform: {
      queue: {
        name: queueName(deployment, name),
        messageRetentionSeconds: RETENTION_SECONDS,
        receiveWaitTimeSeconds: LONG_POLL_SECONDS,
        sqsManagedSseEnabled: true,
      },
    },
  });
  return { name, queue, dead };
}
