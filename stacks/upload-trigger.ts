/** What begins a job: S3 tells the queue of uploads when one of the two files arrives that an upload begins with. */
import { CONFIG } from '../services/ingest/upload/upload-wish.ts';
import { INI } from '../shared/acquisition/colm/read-colm.ts';
import { queueName, UPLOAD_QUEUE } from '../shared/adapters/aws/deployment.ts';
import type { Buckets } from './buckets.ts';
import type { Cloud } from './cloud.ts';
import { arnsIn, bucketArn } from './names.ts';
import { policyText } from './policy.ts';
import type { QueuePairs } from './queues.ts';

export function makeUploadTrigger({ aws, place }: Cloud, buckets: Buckets, queues: QueuePairs): void {
  const { queue } = queues.get(UPLOAD_QUEUE)!;
  const policy = new aws.sqs.QueuePolicy('UploadsPolicy', {
    queueUrl: queue.url,
    policy: policyText([
      {
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: ['sqs:SendMessage'],
        Resource: [arnsIn(place)('sqs', queueName(place.deployment, UPLOAD_QUEUE))],
        Condition: {
          ArnEquals: { 'aws:SourceArn': bucketArn(place, 'raw') },
          StringEquals: { 'aws:SourceAccount': place.account },
        },
      },
    ]),
  });
  new aws.s3.BucketNotification(
    'Uploads',
    {
      bucket: buckets.raw.name,
      queues: [INI, CONFIG].map((filterSuffix) => ({
        id: filterSuffix,
        queueArn: queue.arn,
        events: ['s3:ObjectCreated:*'],
        filterSuffix,
      })),
    },
    // S3 tries the queue at once, and is refused without the policy.
    { dependsOn: [policy] },
  );
}
