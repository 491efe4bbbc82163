/**
 * What the stacks use of sst's components. The classes are passed in: sst's own when it deploys, stand-ins
 * (graph/stand-ins.ts) where the graph is printed without it.
 */
import type * as aws from '@pulumi/aws';
import type { ComponentResourceOptions, Output } from '@pulumi/pulumi';

/** Changes the arguments of a resource that the component makes. */
type Transform<Args> = Partial<Args>;

export interface BucketArgs {
  readonly versioning?: boolean;
  readonly cors: false;
  readonly transform: {
    readonly bucket: Transform<aws.s3.BucketArgs>;
    readonly policy: Transform<aws.s3.BucketPolicyArgs>;
  };
}

export interface Bucket {
  readonly name: Output<string>;
  readonly arn: Output<string>;
}

export interface QueueArgs {
  readonly visibilityTimeout?: `${number} seconds`;
  readonly dlq?: { readonly queue: Output<string>; readonly retry: number };
  readonly transform: { readonly queue: Transform<aws.sqs.QueueArgs> };
}

export interface Queue {
  readonly arn: Output<string>;
  readonly url: Output<string>;
}

export interface DynamoArgs {
  readonly fields: Record<string, 'string'>;
  readonly primaryIndex: { readonly hashKey: string; readonly rangeKey: string };
  readonly ttl: string;
  readonly deletionProtection: boolean;
  readonly transform: { readonly table: Transform<aws.dynamodb.TableArgs> };
}

export interface FunctionArgs {
  readonly name: string;
  readonly description: string;
  /** A folder that is ready to run. */
  readonly bundle: string;
  readonly handler: string;
  readonly runtime: 'nodejs22.x';
  readonly role: Output<string>;
  readonly timeout: `${number} seconds`;
  readonly memory: `${number} MB`;
  readonly environment: Record<string, string>;
  readonly logging: { readonly format: 'text'; readonly logGroup: Output<string> };
}

export interface LambdaFunction {
  readonly arn: Output<string>;
  readonly name: Output<string>;
}

type Component<Args, Made> = new (name: string, args: Args, options?: ComponentResourceOptions) => Made;

export interface Components {
  readonly Bucket: Component<BucketArgs, Bucket>;
  readonly Queue: Component<QueueArgs, Queue>;
  readonly Dynamo: Component<DynamoArgs, unknown>;
  readonly Function: Component<FunctionArgs, LambdaFunction>;
}
