/**
 * What Lambda calls, one export a function. The environment says where it belongs: CLOUDREG_DEPLOYMENT and AWS_REGION,
 * CLOUDREG_OUTPUT (URL below which the outputs of uploads go) and CLOUDREG_BUILD.
 */
import { randomUUID } from 'node:crypto';
import {
  type Deployment,
  deploymentSchema,
  queueName,
  UPLOAD_QUEUE,
} from '../shared/adapters/aws/deployment.ts';
import { openDeployment } from '../shared/adapters/aws/open-deployment.ts';
import { systemClock } from '../shared/adapters/local/system-clock.ts';
import { openStore } from '../shared/adapters/open-store.ts';
import { type Engine, PLAN_QUEUE } from '../shared/engine/engine.ts';
import { type Sweep, sweepDeadLetters } from '../shared/hosts/dead-letters/dead-letters.ts';
import { lambdaEngine } from '../shared/hosts/lambda/lambda-engine.ts';
import {
  type FailedMessages,
  handleMessages,
  type LambdaContext,
  type SqsEvent,
} from '../shared/hosts/lambda/lambda-messages.ts';
import { handleUploads } from './ingest/upload/upload-trigger.ts';
import { pipeline, runSteps } from './pipeline.ts';

/** A source of events: the queue of plans, and those of light services. Reports failed messages one by one. */
export async function plans(event: SqsEvent, context: LambdaContext): Promise<FailedMessages> {
  const { deployment, engine } = await opened();
  const prefix = queueName(deployment, '');
  const queueNameOf = (resource: string) => resource.slice(prefix.length);
  return handleMessages(event, context, { engine, queueNameOf, log });
}

/** Every five minutes, by a schedule. */
export async function deadLetters(_event: unknown, context: LambdaContext): Promise<Sweep> {
  const { engine } = await opened();
  const services = new Set(engine.steps.map(({ service }) => service));
  const queueNames = [PLAN_QUEUE, ...services, UPLOAD_QUEUE];
  const stop = AbortSignal.timeout(Math.floor(context.getRemainingTimeInMillis() / 2));
  const sweep = await sweepDeadLetters({ engine, queueNames, log, stop });
  // Six hours without a call, and SQS reports a queue's depth up to 15 minutes late: what wakes a fleet is that report.
  await Promise.all([...services].map((name) => engine.queues.queue(name).depth()));
  return sweep;
}

/** S3's notifications, by the queue of uploads. */
export async function uploads(event: unknown): Promise<FailedMessages> {
  const { engine } = await opened();
  const outputRoot = required(
    'CLOUDREG_OUTPUT',
    'the URL below which outputs go, for example s3://my-volumes',
  );
  const build = process.env.CLOUDREG_BUILD ?? 'unknown';
  return handleUploads(event, {
    engine,
    openStore,
    outputRoot,
    pipelineVersion: pipeline.version,
    steps: runSteps,
    build,
    log,
  });
}

interface Opened {
  readonly deployment: Deployment;
  readonly engine: Engine;
}

/** Connections are kept from invocation to invocation; after a failure the next one tries again. */
const opened = kept(async (): Promise<Opened> => {
  const deployment = deploymentSchema.parse({
    name: required('CLOUDREG_DEPLOYMENT', 'the name of the deployment'),
    region: required('AWS_REGION', 'its region'),
  });
  const ports = await openDeployment(deployment);
  const worker = `lambda-${process.env.AWS_LAMBDA_LOG_STREAM_NAME ?? randomUUID()}`;
  return { deployment, engine: lambdaEngine({ ...ports, clock: systemClock, pipeline, openStore, worker }) };
});

function kept<T>(open: () => Promise<T>): () => Promise<T> {
  let value: Promise<T> | undefined;
  return () => {
    value ??= open().catch((error: unknown) => {
      value = undefined;
      throw error;
    });
    return value;
  };
}

function required(name: string, what: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(`the environment has no ${name}: it is ${what}. Set it in the function's configuration.`);
}

/** One JSON object a line, which the log group keeps and alarms look at. */
const log = (event: object): void => void process.stdout.write(`${JSON.stringify(event)}\n`);
