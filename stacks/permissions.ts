/**
 * What each program of a deployment may do, and the people who use it: exactly the calls of its adapters (shared/adapters/aws), on exactly the
 * queues, table, buckets and log group that it uses.
 */
import {
  deadQueueName,
  logGroupName,
  queueName,
  tableName,
  UPLOAD_QUEUE,
} from '../shared/adapters/aws/deployment.ts';
import { PLAN_QUEUE } from '../shared/engine/engine.ts';
import { arnsIn, type BucketUse, bucketArn, fleetName, type Place } from './names.ts';
import { allow, type Statement } from './policy.ts';
import { queueNames } from './queues.ts';
import type { Service } from './services.ts';

const FIND_QUEUE = ['sqs:GetQueueUrl', 'sqs:GetQueueAttributes'];
const TAKE = ['sqs:ReceiveMessage', 'sqs:ChangeMessageVisibility', 'sqs:DeleteMessage'];

/** A machine of a service: its own queue, and the plans of what its last task completes. */
export function fleetStatements(place: Place, { name }: Service): readonly Statement[] {
  const own = queueArn(place, name);
  const plans = queueArn(place, PLAN_QUEUE);
  return [
    allow([...FIND_QUEUE, ...TAKE, 'sqs:SendMessage'], [own]),
    allow(FIND_QUEUE, [deadQueueArn(place, name)]),
    allow([...FIND_QUEUE, 'sqs:SendMessage'], [plans]),
    ...recordStatements(place),
    ...dataStatements(place),
    ...logStatements(place),
    allow(['s3:GetObject'], [`${bucketArn(place, 'program')}/*`]),
    allow(
      ['autoscaling:CompleteLifecycleAction', 'autoscaling:SetInstanceProtection'],
      [fleetArn(place, name)],
    ),
    ...sessionStatements(place),
  ];
}

export function planStatements(place: Place, services: readonly Service[]): readonly Statement[] {
  const plans = queueArn(place, PLAN_QUEUE);
  return [
    allow(TAKE, [plans]),
    allow([...FIND_QUEUE, 'sqs:SendMessage'], [plans, ...services.map(({ name }) => queueArn(place, name))]),
    ...recordStatements(place),
    ...dataStatements(place),
    ...logStatements(place),
  ];
}

/** An upload may begin a job, or go on with one: `resume` sends what is missing of any step. */
export function uploadStatements(place: Place, services: readonly Service[]): readonly Statement[] {
  const sentTo = [PLAN_QUEUE, ...services.map(({ name }) => name)].map((name) => queueArn(place, name));
  return [
    allow([...TAKE, 'sqs:GetQueueAttributes'], [queueArn(place, UPLOAD_QUEUE)]),
    allow([...FIND_QUEUE, 'sqs:SendMessage'], sentTo),
    ...recordStatements(place),
    ...dataStatements(place),
    ...logStatements(place),
  ];
}

export function deadLetterStatements(place: Place, services: readonly Service[]): readonly Statement[] {
  const names = queueNames(services);
  const sentTo = [PLAN_QUEUE, ...services.map(({ name }) => name)].map((name) => queueArn(place, name));
  return [
    allow(
      [...FIND_QUEUE, ...TAKE],
      names.map((name) => deadQueueArn(place, name)),
    ),
    allow([...FIND_QUEUE, 'sqs:SendMessage'], sentTo),
    ...recordStatements(place),
    ...dataStatements(place),
    ...logStatements(place),
  ];
}

/** A person at the command line: what the functions may do, with dead letters too, and reading the log. */
export function operatorStatements(place: Place, services: readonly Service[]): readonly Statement[] {
  const names = queueNames(services);
  const dead = names.map((name) => deadQueueArn(place, name));
  return [
    allow(
      [...FIND_QUEUE, 'sqs:SendMessage'],
      names.map((name) => queueArn(place, name)),
    ),
    allow([...FIND_QUEUE, ...TAKE], dead),
    ...recordStatements(place),
    ...dataStatements(place),
    allow(
      ['logs:FilterLogEvents', 'logs:GetLogEvents', 'logs:DescribeLogStreams', 'logs:StartQuery'],
      [arnsIn(place)('logs', `log-group:${logGroupName(place.deployment)}:*`)],
    ),
  ];
}

export const uploaderStatements = (place: Place): readonly Statement[] => [
  allow(['s3:ListBucket'], [bucketArn(place, 'raw'), bucketArn(place, 'output')]),
  allow(
    ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
    [`${bucketArn(place, 'raw')}/*`],
  ),
  allow(['s3:GetObject'], [`${bucketArn(place, 'output')}/*`]),
];

const recordStatements = (place: Place): readonly Statement[] => [
  allow(
    [
      'dynamodb:GetItem',
      'dynamodb:UpdateItem',
      'dynamodb:Query',
      'dynamodb:BatchGetItem',
      'dynamodb:BatchWriteItem',
    ],
    [arnsIn(place)('dynamodb', `table/${tableName(place.deployment)}`)],
  ),
];

const OUTPUTS: readonly BucketUse[] = ['output', 'intermediates'];

/** Acquisitions are only read. Volumes of earlier jobs are inputs too: of `correct` and `register`. */
const dataStatements = (place: Place): readonly Statement[] => [
  allow(
    ['s3:ListBucket'],
    ['raw', ...OUTPUTS].map((use) => bucketArn(place, use as BucketUse)),
  ),
  allow(['s3:GetObject'], [`${bucketArn(place, 'raw')}/*`]),
  allow(
    ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
    OUTPUTS.map((use) => `${bucketArn(place, use)}/*`),
  ),
];

const logStatements = (place: Place): readonly Statement[] => [
  allow(
    ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
    [arnsIn(place)('logs', `log-group:${logGroupName(place.deployment)}:*`)],
  ),
];

/** Session Manager in place of SSH. Its channels belong to no resource that could be named. */
const sessionStatements = (place: Place): readonly Statement[] => [
  allow(['ssm:UpdateInstanceInformation'], [arnsIn(place)('ec2', 'instance/*')]),
  allow(
    [
      'ssmmessages:CreateControlChannel',
      'ssmmessages:CreateDataChannel',
      'ssmmessages:OpenControlChannel',
      'ssmmessages:OpenDataChannel',
    ],
    ['*'],
    { StringEquals: { 'aws:RequestedRegion': place.deployment.region } },
  ),
];

const queueArn = (place: Place, name: string): string =>
  arnsIn(place)('sqs', queueName(place.deployment, name));
const deadQueueArn = (place: Place, name: string): string =>
  arnsIn(place)('sqs', deadQueueName(place.deployment, name));
/** The middle part is a number that AWS gives out. */
const fleetArn = (place: Place, service: string): string =>
  arnsIn(place)(
    'autoscaling',
    `autoScalingGroup:*:autoScalingGroupName/${fleetName(place.deployment, service)}`,
  );
