/** What in a graph is stored in clear, or belongs to nobody; nothing, if all is well. */
import { DEPLOYMENT_TAG } from '../../../stacks/names.ts';
import { type Graph, ofType, type Resource } from './graph.ts';

/** What AWS gives no tags: parts of others, and policies. A new kind of resource belongs here or carries the tag. */
const WITHOUT_TAGS: readonly string[] = [
  'autoscaling/policy',
  'cloudfront/originAccessControl',
  'cloudfront/responseHeadersPolicy',
  'cloudwatch/dashboard',
  'cloudwatch/eventTarget',
  'cloudwatch/logMetricFilter',
  'ec2/routeTableAssociation',
  'kms/alias',
  'lambda/permission',
  's3/bucketCorsConfiguration',
  's3/bucketLifecycleConfiguration',
  's3/bucketNotification',
  's3/bucketPolicy',
  's3/bucketPublicAccessBlock',
  's3/bucketServerSideEncryptionConfiguration',
  's3/bucketVersioning',
  'sns/topicPolicy',
  'sns/topicSubscription',
  'sqs/queuePolicy',
];

export const untagged = ({ resources }: Graph, deployment: string): readonly string[] =>
  resources
    .filter(({ type }) => !WITHOUT_TAGS.includes(type.split(':')[1]!))
    .filter(({ inputs }) => tagOf(inputs.tags) !== deployment)
    .map(({ type, name }) => `${type} ${name}`);

function tagOf(tags: unknown): unknown {
  if (!Array.isArray(tags)) return (tags as Record<string, unknown> | undefined)?.[DEPLOYMENT_TAG];
  return tags.find(({ key, propagateAtLaunch }) => key === DEPLOYMENT_TAG && propagateAtLaunch)?.value;
}

/** What stores, and whether it does so encrypted. */
const STORES: Readonly<Record<string, (resource: Resource, graph: Graph) => boolean>> = {
  's3/bucket': ({ inputs }, graph) =>
    ofType(graph, 's3/bucketServerSideEncryptionConfiguration').some(
      (one) => one.inputs.bucket === inputs.bucket && one.inputs.rules.length > 0,
    ),
  's3/bucketObjectv2': ({ inputs }) => inputs.serverSideEncryption !== undefined,
  'sqs/queue': ({ inputs }) => inputs.sqsManagedSseEnabled === true,
  'dynamodb/table': ({ inputs }) => inputs.serverSideEncryption?.enabled === true,
  'cloudwatch/logGroup': ({ inputs }) => inputs.kmsKeyId !== undefined,
  'sns/topic': ({ inputs }) => inputs.kmsMasterKeyId !== undefined,
  'ec2/launchTemplate': ({ inputs }) =>
    inputs.blockDeviceMappings.every((disk: { ebs: { encrypted: string } }) => disk.ebs.encrypted === 'true'),
};

export const unencrypted = (graph: Graph): readonly string[] =>
  Object.entries(STORES).flatMap(([type, isEncrypted]) =>
    ofType(graph, type)
      .filter((resource) => !isEncrypted(resource, graph))
      .map(({ name }) => `${type} ${name}`),
  );
