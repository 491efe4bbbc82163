/** Four buckets: nobody reads or writes them in public, and only over TLS. */
import type { Output } from '@pulumi/pulumi';
import { type Cloud, pascal } from './cloud.ts';
import type { Bucket } from './components.ts';
import { type BucketUse, bucketArn, bucketName } from './names.ts';
import { policyText, type Statement, tlsOnly } from './policy.ts';

export type Buckets = Readonly<Record<BucketUse, Bucket>>;

interface Rules {
  /** Where an object cannot be made again. */
  readonly isVersioned: boolean;
  readonly expireDays?: number;
  /** Overwritten and deleted objects are kept for so long. */
  readonly formerDays?: number;
}

const RULES: Readonly<Record<BucketUse, Rules>> = {
  // The one thing that nobody can make again.
  raw: { isVersioned: true, formerDays: 30 },
  // Follows from the raw data: a copy of each rewritten chunk would double the bill of a redone step.
  output: { isVersioned: false },
  intermediates: { isVersioned: false, expireDays: 30 },
  // A machine that starts during a deployment may still want the program of before.
  program: { isVersioned: true, formerDays: 30 },
};

/** Parts of an upload that nobody finished are stored, and billed. */
const UNFINISHED_DAYS = 7;

/** `distributionArn`: of the one that shows volumes to viewers. */
export function makeBuckets(cloud: Cloud, distributionArn: Output<string>): Buckets {
  const closed = (use: BucketUse) =>
    makeBucket(cloud, use, policyText([tlsOnly(bucketArn(cloud.place, use))]));
  return {
    raw: closed('raw'),
    output: makeBucket(
      cloud,
      'output',
      distributionArn.apply((arn) => policyText(outputStatements(cloud, arn))),
    ),
    intermediates: closed('intermediates'),
    program: closed('program'),
  };
}

function makeBucket(cloud: Cloud, use: BucketUse, policy: string | Output<string>): Bucket {
  const { aws, components, place, settings } = cloud;
  const name = pascal(use);
  const rules = RULES[use];
  const stays = (use === 'raw' || use === 'output') && settings.keepsData;
  // With all that protects it.
  const options = { retainOnDelete: stays };
  const bucket = new components.Bucket(
    name,
    {
      versioning: rules.isVersioned,
      cors: false,
      transform: {
        bucket: { bucket: bucketName(place, use), forceDestroy: !stays },
        policy: { policy },
      },
    },
    options,
  );
  const encryption = [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }];
  new aws.s3.BucketServerSideEncryptionConfiguration(
    `${name}Encryption`,
    { bucket: bucket.name, rules: encryption },
    options,
  );
  new aws.s3.BucketLifecycleConfiguration(
    `${name}Lifecycle`,
    { bucket: bucket.name, rules: lifecycleRules(rules) },
    options,
  );
  return bucket;
}

const lifecycleRules = ({ expireDays, formerDays }: Rules) => [
  {
    id: 'unfinished-uploads',
    status: 'Enabled',
    filter: { prefix: '' },
    abortIncompleteMultipartUpload: { daysAfterInitiation: UNFINISHED_DAYS },
  },
  ...(expireDays === undefined
    ? []
    : [{ id: 'expiry', status: 'Enabled', filter: { prefix: '' }, expiration: { days: expireDays } }]),
  ...(formerDays === undefined
    ? []
    : [
        {
          id: 'former-versions',
          status: 'Enabled',
          filter: { prefix: '' },
          noncurrentVersionExpiration: { noncurrentDays: formerDays },
        },
      ]),
];

/** CloudFront reads volumes on behalf of viewers: this one distribution, and nobody else from outside. */
const outputStatements = ({ place }: Cloud, distributionArn: string): readonly Statement[] => [
  tlsOnly(bucketArn(place, 'output')),
  {
    Effect: 'Allow',
    Principal: { Service: 'cloudfront.amazonaws.com' },
    Action: ['s3:GetObject'],
    Resource: [`${bucketArn(place, 'output')}/*`],
    Condition: { StringEquals: { 'aws:SourceArn': distributionArn } },
  },
];
