/** Creates the queues and the table of a deployment on servers that have none yet, with the attributes of the stacks. */
import { DynamoDB, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { SQS, type SQSClientConfig } from '@aws-sdk/client-sqs';
import {
  type Deployment,
  deadQueueName,
  queueName,
  tableName,
} from '../../shared/adapters/aws/deployment.ts';

export interface CreateOptions {
  readonly sqs?: SQSClientConfig;
  readonly dynamodb?: DynamoDBClientConfig;
  /** Receives after which a message is a dead letter. Well above the engine's own attempts. */
  readonly maxReceives?: number;
}

const DAY_SECONDS = 86_400;
const LEASE_SECONDS = 300;

export async function createDeployment(
  deployment: Deployment,
  queues: readonly string[],
  { sqs, dynamodb, maxReceives = 50 }: CreateOptions = {},
): Promise<void> {
  await createQueues(deployment, queues, maxReceives, sqs);
  await createTable(deployment, dynamodb);
}

export async function createQueues(
  deployment: Deployment,
  queues: readonly string[],
  maxReceives: number,
  config: SQSClientConfig = {},
): Promise<void> {
  const sqs = new SQS({ region: deployment.region, useQueueUrlAsEndpoint: false, ...config });
  for (const name of queues) {
    // A dead letter keeps the time at which it was first sent, so it must be kept longer than the queue keeps it.
    const dead = await sqs.createQueue({
      QueueName: deadQueueName(deployment, name),
      Attributes: { MessageRetentionPeriod: String(14 * DAY_SECONDS) },
    });
    const { Attributes } = await sqs.getQueueAttributes({
      QueueUrl: dead.QueueUrl,
      AttributeNames: ['QueueArn'],
    });
    await sqs.createQueue({
      QueueName: queueName(deployment, name),
      Attributes: {
        MessageRetentionPeriod: String(10 * DAY_SECONDS),
        VisibilityTimeout: String(LEASE_SECONDS),
        RedrivePolicy: JSON.stringify({
          deadLetterTargetArn: Attributes?.QueueArn,
          maxReceiveCount: maxReceives,
        }),
      },
    });
  }
  sqs.destroy();
}

export async function createTable(deployment: Deployment, config: DynamoDBClientConfig = {}): Promise<void> {
  const dynamo = new DynamoDB({ region: deployment.region, ...config });
  await dynamo.createTable({
    TableName: tableName(deployment),
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
  });
  dynamo.destroy();
}
