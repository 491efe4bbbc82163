/**
 * The resources that sst's components make of what the stacks give them, without sst: for the graph, and for tests
 * that need no platform. `npm run test:stacks` holds them against the real ones.
 */
import type { ComponentResourceOptions } from '@pulumi/pulumi';
import type { Cloud } from '../cloud.ts';
import type {
  Bucket,
  BucketArgs,
  Components,
  DynamoArgs,
  FunctionArgs,
  LambdaFunction,
  Queue,
  QueueArgs,
} from '../components.ts';

type Libraries = Pick<Cloud, 'aws' | 'pulumi'>;

export const standIns = (libraries: Libraries): Components => ({
  Bucket: component(libraries, bucket),
  Queue: component(libraries, queue),
  Dynamo: component(libraries, table),
  Function: component(libraries, lambdaFunction),
});

/** A class, as sst's are, of a function that makes the resources. */
function component<Args, Made extends object>(
  libraries: Libraries,
  make: (libraries: Libraries, name: string, args: Args, options?: ComponentResourceOptions) => Made,
) {
  function Component(name: string, args: Args, options?: ComponentResourceOptions): Made {
    return make(libraries, name, args, options);
  }
  return Component as unknown as new (
    name: string,
    args: Args,
    options?: ComponentResourceOptions,
  ) => Made;
}

function bucket({ aws }: Libraries, name: string, { versioning, transform }: BucketArgs): Bucket {
  const made = new aws.s3.Bucket(`${name}Bucket`, transform.bucket);
  if (versioning)
    new aws.s3.BucketVersioning(`${name}Versioning`, {
      bucket: made.bucket,
      versioningConfiguration: { status: 'Enabled' },
    });
  new aws.s3.BucketPublicAccessBlock(`${name}PublicAccessBlock`, {
    bucket: made.bucket,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  new aws.s3.BucketPolicy(`${name}Policy`, { bucket: made.bucket, policy: '', ...transform.policy });
  return { name: made.bucket, arn: made.arn };
}

function queue({ aws, pulumi }: Libraries, name: string, args: QueueArgs): Queue {
  const { dlq, transform, visibilityTimeout = '30 seconds' } = args;
  const made = new aws.sqs.Queue(`${name}Queue`, {
    visibilityTimeoutSeconds: firstNumber(visibilityTimeout),
    ...(dlq === undefined
      ? {}
      : {
          redrivePolicy: pulumi.jsonStringify({
            deadLetterTargetArn: dlq.queue,
            maxReceiveCount: dlq.retry,
          }),
        }),
    ...transform.queue,
  });
  return { arn: made.arn, url: made.url };
}

function table({ aws }: Libraries, name: string, args: DynamoArgs): object {
  const { fields, primaryIndex, ttl, deletionProtection, transform } = args;
  return new aws.dynamodb.Table(`${name}Table`, {
    attributes: Object.keys(fields).map((field) => ({ name: field, type: 'S' })),
    ...primaryIndex,
    ttl: { attributeName: ttl, enabled: true },
    deletionProtectionEnabled: deletionProtection,
    ...transform.table,
  });
}

function lambdaFunction({ aws, pulumi }: Libraries, name: string, args: FunctionArgs): LambdaFunction {
  const { bundle, handler, runtime, role, environment, logging } = args;
  const made = new aws.lambda.Function(`${name}Function`, {
    name: args.name,
    description: args.description,
    role,
    handler,
    runtime,
    code: new pulumi.asset.FileArchive(bundle),
    timeout: firstNumber(args.timeout),
    memorySize: firstNumber(args.memory),
    environment: { variables: environment },
    architectures: ['x86_64'],
    loggingConfig: { logFormat: 'Text', logGroup: logging.logGroup },
  });
  return { arn: made.arn, name: made.name };
}

/** `300 seconds` and `1769 MB`, as sst has them. */
const firstNumber = (text: string): number => Number.parseInt(text, 10);
