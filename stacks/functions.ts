/** What runs on Lambda: plans, uploads and the sweep of dead letters (services/lambda.ts). Tasks run on machines. */
import type { Output } from '@pulumi/pulumi';
import { UPLOAD_QUEUE } from '../shared/adapters/aws/deployment.ts';
import { PLAN_QUEUE } from '../shared/engine/engine.ts';
import { type Cloud, pascal } from './cloud.ts';
import type { LambdaFunction } from './components.ts';
import { FUNCTION_SECONDS, PLAN_MIB, WAITING_MIB } from './function-limits.ts';
import { bucketName, type FunctionUse, functionName } from './names.ts';
import { deadLetterStatements, planStatements, uploadStatements } from './permissions.ts';
import type { Statement } from './policy.ts';
import type { QueuePair, QueuePairs } from './queues.ts';
import { makeFunctionRole } from './roles.ts';

/** Messages of one invocation; they mostly wait for S3 and DynamoDB, side by side. */
const MESSAGES_AT_ONCE = 10;
/** So that a burst of plans leaves room for others in the account. */
const MOST_INVOCATIONS = 20;
const SWEEP = 'rate(5 minutes)';

export function makeFunctions(cloud: Cloud, queues: QueuePairs, logGroup: Output<string>): void {
  const { place, services } = cloud;
  const make = (use: FunctionUse, about: About) => makeFunction(cloud, use, about, logGroup);
  const plans = make('plans', {
    handler: 'lambda.plans',
    description: 'Plans the steps of jobs and sends their tasks',
    memoryMiB: PLAN_MIB,
    statements: planStatements(place, services),
  });
  const uploads = make('uploads', {
    handler: 'lambda.uploads',
    description: 'Begins the job of an upload',
    memoryMiB: WAITING_MIB,
    statements: uploadStatements(place, services),
  });
  const sweep = make('dead-letters', {
    handler: 'lambda.deadLetters',
    description: 'Records what dead letters say, so that no job hangs',
    memoryMiB: WAITING_MIB,
    statements: deadLetterStatements(place, services),
  });
  feed(cloud, queues.get(PLAN_QUEUE)!, plans);
  feed(cloud, queues.get(UPLOAD_QUEUE)!, uploads);
  runEveryFiveMinutes(cloud, sweep);
}

interface About {
  readonly handler: string;
  readonly description: string;
  readonly memoryMiB: number;
  readonly statements: readonly Statement[];
}

function makeFunction(
  cloud: Cloud,
  use: FunctionUse,
  { handler, description, memoryMiB, statements }: About,
  logGroup: Output<string>,
): LambdaFunction {
  const { components, place, program } = cloud;
  return new components.Function(pascal(use), {
    name: functionName(place.deployment, use),
    description,
    bundle: program.functionFolder,
    handler,
    runtime: 'nodejs22.x',
    role: makeFunctionRole(cloud, use, statements),
    timeout: `${FUNCTION_SECONDS} seconds`,
    memory: `${memoryMiB} MB`,
    environment: {
      CLOUDREG_DEPLOYMENT: place.deployment.name,
      CLOUDREG_OUTPUT: `s3://${bucketName(place, 'output')}`,
      CLOUDREG_BUILD: program.sha256,
    },
    // The program writes JSON itself; alarms look for its fields.
    logging: { format: 'text', logGroup },
  });
}

/** A message that fails is named, and the others of its batch are deleted. */
function feed({ aws }: Cloud, { name, queue }: QueuePair, { name: functionName }: LambdaFunction): void {
  new aws.lambda.EventSourceMapping(`${pascal(name)}Source`, {
    eventSourceArn: queue.arn,
    functionName,
    batchSize: MESSAGES_AT_ONCE,
    functionResponseTypes: ['ReportBatchItemFailures'],
    scalingConfig: { maximumConcurrency: MOST_INVOCATIONS },
  });
}

function runEveryFiveMinutes({ aws, place }: Cloud, { arn, name }: LambdaFunction): void {
  const rule = new aws.cloudwatch.EventRule('Sweep', {
    name: functionName(place.deployment, 'dead-letters'),
    description: 'Looks at dead letters',
    scheduleExpression: SWEEP,
  });
  new aws.cloudwatch.EventTarget('SweepTarget', { rule: rule.name, arn });
  new aws.lambda.Permission('SweepPermission', {
    action: 'lambda:InvokeFunction',
    function: name,
    principal: 'events.amazonaws.com',
    sourceArn: rule.arn,
  });
}
