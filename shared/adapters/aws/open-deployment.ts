/** A deployment's records and queues, ready to use. */
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { SQSClientConfig } from '@aws-sdk/client-sqs';
import type { Clock, JobTable, Queues } from '../../engine/ports.ts';
import { systemClock } from '../local/system-clock.ts';
import type { Deployment } from './deployment.ts';
import { openDynamo } from './dynamodb/dynamodb-client.ts';
import type { Consumed } from './dynamodb/items.ts';
import { dynamoTable } from './dynamodb/job-table.ts';
import { sqsQueues } from './sqs/queues.ts';
import { openSqs, type SqsRequest } from './sqs/sqs-client.ts';

export interface DeploymentOptions {
  /** Queues that must be there, with their dead letters. Any other is looked up when it is first used. */
  readonly queues?: readonly string[];
  readonly clock?: Clock;
  /** Each request to SQS, for counting. */
  readonly onRequest?: (request: SqsRequest) => void;
  /** What each request to DynamoDB cost. */
  readonly onConsumed?: (consumed: Consumed) => void;
  /** Over what the environment says. */
  readonly sqs?: SQSClientConfig;
  readonly dynamodb?: DynamoDBClientConfig;
}

export interface OpenDeployment {
  readonly table: JobTable;
  readonly queues: Queues;
  /** Closes the connections. */
  close(): void;
}

/**
 * Rejects with an `AwsError` that says what to do: no credentials, access denied, a table or queue that is not there. By
 * one small read and one look-up for each queue, with no rights beyond those that the work itself needs.
 */
export async function openDeployment(
  deployment: Deployment,
  options: DeploymentOptions = {},
): Promise<OpenDeployment> {
  const { clock = systemClock, onRequest, onConsumed } = options;
  const [sqs, dynamo] = await Promise.all([
    openSqs(deployment.region, options.sqs),
    openDynamo(deployment.region, options.dynamodb),
  ]);
  const queues = sqsQueues(deployment, { sqs, clock, ...(onRequest ? { onRequest } : {}) });
  const table = dynamoTable(deployment, { dynamo, clock, ...(onConsumed ? { onConsumed } : {}) });
  const close = () => {
    sqs.destroy();
    dynamo.destroy();
  };
  try {
    await Promise.all([table.check(), queues.check(options.queues ?? [])]);
  } catch (error) {
    close();
    throw error;
  }
  return { table, queues, close };
}
