/**
 * Names of what only the stacks make. Queues, table and log group are named by the program itself
 * (shared/adapters/aws/deployment.ts), as it looks for them by name.
 */
import { type Deployment, queueName } from '../shared/adapters/aws/deployment.ts';

/** Where one deployment lives: all its names and ARNs follow. */
export interface Place {
  readonly deployment: Deployment;
  readonly account: string;
  /** `aws`, or `aws-cn` and the like. */
  readonly partition: string;
  /** Availability zones that machines may start in. */
  readonly zones: readonly string[];
}

/**
 * raw: acquisitions, as they were uploaded. output: volumes for good. intermediates: outputs of trial runs, which expire.
 * program: what machines start from.
 */
export type BucketUse = 'raw' | 'output' | 'intermediates' | 'program';

/** Unique in the world by the account's number. */
export const bucketName = ({ deployment, account }: Place, use: BucketUse): string =>
  `${deployment.name}-${use}-${account}`;

/** S3 takes no longer names; the longest is that of the intermediates. */
const LONGEST_BUCKET_NAME = 63;

export function checkNames(place: Place): void {
  const longest = bucketName(place, 'intermediates');
  if (longest.length <= LONGEST_BUCKET_NAME) return;
  const tooMany = longest.length - LONGEST_BUCKET_NAME;
  throw new Error(
    `The bucket ${longest} has ${longest.length} characters, S3 takes ${LONGEST_BUCKET_NAME}: ` +
      `choose a stage whose name is shorter by ${tooMany}.`,
  );
}

/** Of the Auto Scaling group and the launch template of a service. */
export const fleetName = (deployment: Deployment, service: string): string => queueName(deployment, service);

/** Holds a machine that the group takes away until its tasks have ended. */
export const DRAIN_HOOK = 'drain';

export type FunctionUse = 'plans' | 'uploads' | 'dead-letters';
export const functionName = ({ name }: Deployment, use: FunctionUse): string => `${name}-${use}`;

export const roleName = ({ name }: Deployment, use: string): string => `${name}-${use}`;
export const topicName = ({ name }: Deployment): string => `${name}-alarms`;

/** Every resource carries it; the budget counts what carries it. */
export const DEPLOYMENT_TAG = 'cloudreg:deployment';

type ArnOf = (service: string, resource: string) => string;
export const arnsIn =
  ({ deployment, account, partition }: Place): ArnOf =>
  (service, resource) =>
    `arn:${partition}:${service}:${deployment.region}:${account}:${resource}`;

export const bucketArn = (place: Place, use: BucketUse): string =>
  `arn:${place.partition}:s3:::${bucketName(place, use)}`;
