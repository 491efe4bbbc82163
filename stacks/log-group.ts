/** The log of all programs, and the key that keeps it and the alarms from other eyes. */
import type { Output } from '@pulumi/pulumi';
import { logGroupName } from '../shared/adapters/aws/deployment.ts';
import type { Cloud } from './cloud.ts';
import { arnsIn, type Place } from './names.ts';
import { policyText, type Statement } from './policy.ts';

/** Logs are read in the days after a job; kept for ever they cost more than the job. */
const RETENTION_DAYS = 30;
const DELETION_DAYS = 7;

/** ARN of the deployment's own key: AWS's own one for topics does not let alarms speak. */
export function makeKey({ aws, place }: Cloud): Output<string> {
  const key = new aws.kms.Key('Key', {
    description: `Log and alarms of ${place.deployment.name}`,
    enableKeyRotation: true,
    deletionWindowInDays: DELETION_DAYS,
    policy: policyText(keyStatements(place)),
  });
  new aws.kms.Alias('KeyAlias', { name: `alias/${place.deployment.name}`, targetKeyId: key.keyId });
  return key.arn;
}

export function makeLogGroup({ aws, place }: Cloud, keyArn: Output<string>): Output<string> {
  const group = new aws.cloudwatch.LogGroup('Log', {
    name: logGroupName(place.deployment),
    retentionInDays: RETENTION_DAYS,
    kmsKeyId: keyArn,
  });
  return group.name;
}

const USE_KEY = ['kms:Decrypt', 'kms:GenerateDataKey'];

/** In a key's own policy `*` means this key. */
function keyStatements(place: Place): readonly Statement[] {
  const { account, partition, deployment } = place;
  const logArn = arnsIn(place)('logs', `log-group:${logGroupName(deployment)}`);
  const allowed = (
    Principal: Readonly<Record<string, string>>,
    Action: readonly string[],
    Condition?: NonNullable<Statement['Condition']>,
  ): Statement => ({
    Effect: 'Allow',
    Principal,
    Action,
    Resource: ['*'],
    ...(Condition ? { Condition } : {}),
  });
  return [
    allowed({ AWS: `arn:${partition}:iam::${account}:root` }, KEEP_KEY),
    allowed(
      { Service: `logs.${deployment.region}.amazonaws.com` },
      [...USE_KEY, 'kms:Encrypt', 'kms:ReEncryptFrom', 'kms:ReEncryptTo', 'kms:DescribeKey'],
      { ArnEquals: { 'kms:EncryptionContext:aws:logs:arn': logArn } },
    ),
    ...['cloudwatch.amazonaws.com', 'budgets.amazonaws.com'].map((Service) =>
      allowed({ Service }, USE_KEY, { StringEquals: { 'aws:SourceAccount': account } }),
    ),
  ];
}

/** For the people who deploy, as far as their own permissions go. */
const KEEP_KEY = [
  'kms:DescribeKey',
  'kms:GetKeyPolicy',
  'kms:PutKeyPolicy',
  'kms:ListKeyPolicies',
  'kms:GetKeyRotationStatus',
  'kms:EnableKeyRotation',
  'kms:DisableKeyRotation',
  'kms:EnableKey',
  'kms:DisableKey',
  'kms:UpdateKeyDescription',
  'kms:CreateAlias',
  'kms:UpdateAlias',
  'kms:DeleteAlias',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:ListResourceTags',
  'kms:ScheduleKeyDeletion',
  'kms:CancelKeyDeletion',
  ...USE_KEY,
];
