/** S3's notifications, as they come and as SQS and SNS wrap them. */
import { readFileSync } from 'node:fs';

export const s3Event = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/s3-events/${name}.json`, import.meta.url), 'utf8'));

/** A notification that this key was put. */
export function putEvent(key: string, bucket = 'raw-brains'): unknown {
  const event = s3Event('put') as {
    Records: [{ s3: { bucket: { name: string }; object: { key: string } } }];
  };
  event.Records[0].s3.bucket.name = bucket;
  event.Records[0].s3.object.key = encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');
  return event;
}

export const inSqs = (...contents: unknown[]): unknown => ({
  Records: contents.map((content, index) => ({
    messageId: `message-${index}`,
    receiptHandle: `handle-${index}`,
    body: typeof content === 'string' ? content : JSON.stringify(content),
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1763630042118' },
    messageAttributes: {},
    md5OfBody: '0',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:cloudreg-dev-uploads',
    awsRegion: 'us-east-1',
  })),
});

export const inSns = (content: unknown): unknown => ({
  Records: [
    {
      EventSource: 'aws:sns',
      EventVersion: '1.0',
      EventSubscriptionArn: 'arn:aws:sns:us-east-1:123456789012:uploads:1',
      Sns: { Type: 'Notification', Subject: 'Amazon S3 Notification', Message: JSON.stringify(content) },
    },
  ],
});

/** What SNS puts into the body of an SQS message, unless it is told to deliver raw ones. */
export const inSnsInSqs = (content: unknown): unknown =>
  inSqs({ Type: 'Notification', MessageId: '1', TopicArn: 'arn', Message: JSON.stringify(content) });
