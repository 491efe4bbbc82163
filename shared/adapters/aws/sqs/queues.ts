/** The queues of a deployment. Each has its dead letters beside it; both are made with the deployment, never here. */
import type { Clock, Queues, TaskQueue } from '../../../engine/ports.ts';
import { type AwsResource, fromAwsError } from '../aws-errors.ts';
import { type Deployment, deadQueueName, queueName } from '../deployment.ts';
import type { OpenQueue, Sqs, SqsRequest } from './sqs-client.ts';
import { sqsTaskQueue } from './task-queue.ts';

export interface SqsQueuesOptions {
  readonly sqs: Sqs;
  readonly clock: Clock;
  /** From 0 up to 1, for jitter. */
  readonly random?: () => number;
  readonly onRequest?: (request: SqsRequest) => void;
}

export interface SqsQueues extends Queues {
  /** Rejects where one of these queues, or its dead letters, is not there. */
  check(names: readonly string[]): Promise<void>;
}

/** A queue's URL is looked up when it is first used. One object for each queue, as it knows the leases it holds. */
export function sqsQueues(deployment: Deployment, options: SqsQueuesOptions): SqsQueues {
  const queues = new Map<string, { readonly open: OpenQueue; readonly queue: TaskQueue }>();
  const find = (fullName: string) => {
    const found = queues.get(fullName);
    if (found) return found;
    const open = openQueue(deployment, fullName, options);
    const made = { open, queue: sqsTaskQueue(open) };
    queues.set(fullName, made);
    return made;
  };
  const fullNames = (name: string): string[] => [
    queueName(deployment, name),
    deadQueueName(deployment, name),
  ];
  return {
    queue: (name) => find(queueName(deployment, name)).queue,
    dead: (name) => find(deadQueueName(deployment, name)).queue,
    check: async (names) => {
      await Promise.all(names.flatMap(fullNames).map((fullName) => find(fullName).open.url()));
    },
  };
}

function openQueue(
  { name: deployment, region }: Deployment,
  fullName: string,
  { sqs, clock, random = Math.random, onRequest = () => undefined }: SqsQueuesOptions,
): OpenQueue {
  const resource: AwsResource = { name: `queue ${fullName}`, region, deployment };
  const lookUp = async (): Promise<string> => {
    try {
      const { QueueUrl, $metadata } = await sqs.getQueueUrl({ QueueName: fullName });
      onRequest({ kind: 'other', queue: resource.name, requests: $metadata.attempts ?? 1, messages: 0 });
      if (QueueUrl === undefined) throw new Error('the answer holds no URL');
      return QueueUrl;
    } catch (error) {
      throw fromAwsError(error, 'find it', resource);
    }
  };
  let url: Promise<string> | undefined;
  const known = (): Promise<string> => {
    url ??= lookUp().catch((error) => {
      url = undefined;
      throw error;
    });
    return url;
  };
  return { sqs, resource, url: known, clock, random, onRequest };
}
