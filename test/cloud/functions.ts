/**
 * Stands for Lambda: receives from the queue of uploads and invokes the very functions that Lambda would, and sweeps the
 * dead letters by a schedule, every few seconds instead of minutes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Message, SQS } from '@aws-sdk/client-sqs';
import { deadLetters, uploads } from '../../services/lambda.ts';
import { deploymentSchema, queueName, UPLOAD_QUEUE } from '../../shared/adapters/aws/deployment.ts';

const TIME_LIMIT_MILLISECONDS = 30_000;
const SWEEP_MILLISECONDS = 3_000;
const POLL_SECONDS = 2;
const VISIBILITY_SECONDS = 10;
const PAUSE_AFTER_ERROR_MILLISECONDS = 1_000;

const { AWS_REGION: region, CLOUDREG_DEPLOYMENT: name } = process.env;
const deployment = deploymentSchema.parse({ name, region });
const sqs = new SQS({ region: deployment.region, useQueueUrlAsEndpoint: false });

const context = () => {
  const until = Date.now() + TIME_LIMIT_MILLISECONDS;
  return { getRemainingTimeInMillis: () => until - Date.now() };
};

async function invokeUploads(): Promise<void> {
  const { QueueUrl } = await sqs.getQueueUrl({ QueueName: queueName(deployment, UPLOAD_QUEUE) });
  const { Messages = [] } = await sqs.receiveMessage({
    QueueUrl,
    MaxNumberOfMessages: 10,
    WaitTimeSeconds: POLL_SECONDS,
    VisibilityTimeout: VISIBILITY_SECONDS,
  });
  if (Messages.length === 0) return;
  const { batchItemFailures } = await uploads({ Records: Messages.map(recordOf) });
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  for (const { MessageId = '', ReceiptHandle } of Messages)
    if (!failed.has(MessageId)) await sqs.deleteMessage({ QueueUrl, ReceiptHandle });
}

const recordOf = ({ MessageId = '', ReceiptHandle = '', Body = '' }: Message) => ({
  messageId: MessageId,
  receiptHandle: ReceiptHandle,
  body: Body,
});

/** What fails is invoked again, as Lambda does. */
async function again(invoke: () => Promise<unknown>, pauseMilliseconds: number): Promise<never> {
  for (;;) {
    try {
      await invoke();
      await sleep(pauseMilliseconds);
    } catch (error) {
      process.stdout.write(`${(error as Error).stack}\n`);
      await sleep(PAUSE_AFTER_ERROR_MILLISECONDS);
    }
  }
}

process.stdout.write(`${JSON.stringify({ event: 'started' })}\n`);
process.on('SIGTERM', () => process.exit(0));
await Promise.all([again(invokeUploads, 0), again(() => deadLetters({}, context()), SWEEP_MILLISECONDS)]);
