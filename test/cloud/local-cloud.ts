/** Servers on loopback, a deployment on them, and consumers as processes of their own: the whole cloud on one machine. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { pipeline } from '../../services/pipeline.ts';
import { type Deployment, UPLOAD_QUEUE } from '../../shared/adapters/aws/deployment.ts';
import { type OpenDeployment, openDeployment } from '../../shared/adapters/aws/open-deployment.ts';
import { s3Store } from '../../shared/adapters/aws/s3/s3-store.ts';
import { PLAN_QUEUE } from '../../shared/engine/engine.ts';
import type { ObjectStore } from '../../shared/engine/ports.ts';
import { createDeployment } from './create-deployment.ts';
import {
  type Ended,
  type Environment,
  type Post,
  type Running,
  runProgram,
  startProgram,
} from './program.ts';
import { startDynamoServer } from './servers/dynamodb-server.ts';
import type { RunningServer } from './servers/endpoint.ts';
import { startS3Server } from './servers/s3-server.ts';
import { startSqsServer } from './servers/sqs-server.ts';
import { type Handle, type Service, startProxy, type WireProxy } from './wire-proxy.ts';

export const SERVICES: readonly string[] = [...new Set(pipeline.steps.map(({ service }) => service))];
export const QUEUES: readonly string[] = [PLAN_QUEUE, ...SERVICES, UPLOAD_QUEUE];

export interface LocalCloudOptions {
  /** Of the logs of its processes; made if absent. */
  readonly logFolder: string;
  /** What becomes of the calls of its processes to this service; straight to the server where absent. */
  readonly handle?: (service: Service) => Handle | undefined;
  /** Receives after which a message is a dead letter. */
  readonly maxReceives?: number;
  /** Added to the environment of its processes. */
  readonly environment?: Environment;
}

export interface LocalCloud {
  readonly deployment: Deployment;
  readonly logFolder: string;
  /** Of this process, straight to the servers. */
  readonly open: OpenDeployment;
  /** By which its processes find it. */
  readonly environment: Environment;
  store(url: string): ObjectStore;
  start(post: Post): Running;
  /** Runs one command to its end. */
  run(words: readonly string[], onText?: (text: string) => void): Promise<Ended>;
  /** Kills what it started that still runs, then its servers. */
  stop(): Promise<void>;
}

export const RAW_BUCKET = 'raw';
export const VOLUME_BUCKET = 'volumes';

export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const { logFolder, handle = () => undefined, maxReceives } = options;
  const deployment: Deployment = { name: 'cloudreg-local', region: 'us-east-1' };
  await mkdir(logFolder, { recursive: true });
  const servers = await startServers();
  const proxies = await startProxies(servers, handle);
  const environment = { ...environmentOf(deployment, servers, proxies), ...options.environment };
  const { sqs, dynamodb, s3 } = servers;
  const clients = { sqs: sqs.client, dynamodb: dynamodb.client };
  await createDeployment(deployment, QUEUES, { ...clients, ...(maxReceives ? { maxReceives } : {}) });
  const client = new S3Client({ ...s3.client, region: deployment.region, forcePathStyle: true });
  const open = await openDeployment(deployment, clients);
  const running = new Set<Running>();
  const killAll = (): void => {
    for (const program of running) void program.end('SIGKILL');
  };
  // A process that ends in the midst of all leaves nobody behind.
  process.once('exit', killAll);
  return {
    deployment,
    logFolder,
    open,
    environment,
    store: (url) => s3Store(url, { client, requesterPays: false }),
    start(post) {
      // The SDK says it in every call: so a proxy knows who asks.
      const named = { ...environment, AWS_SDK_UA_APP_ID: post.name };
      const program = startProgram(post, named, join(logFolder, `${post.name}.log`));
      running.add(program);
      void program.ended.finally(() => running.delete(program));
      return program;
    },
    run: (words, onText) => runProgram(words, environment, onText),
    async stop() {
      await Promise.all([...running].map((program) => program.end('SIGKILL')));
      process.off('exit', killAll);
      open.close();
      client.destroy();
      await Promise.all(proxies.map(({ proxy }) => proxy.close()));
      await Promise.all([sqs, dynamodb, s3].map((server) => server.stop()));
    },
  };
}

type Servers = Readonly<Record<Service, RunningServer>>;

async function startServers(): Promise<Servers> {
  const [s3, sqs, dynamodb] = await Promise.all([
    startS3Server({ buckets: [RAW_BUCKET, VOLUME_BUCKET] }),
    startSqsServer(),
    startDynamoServer(),
  ]);
  return { s3, sqs, dynamodb };
}

interface ServiceProxy {
  readonly service: Service;
  readonly proxy: WireProxy;
}

async function startProxies(
  servers: Servers,
  handleOf: (service: Service) => Handle | undefined,
): Promise<ServiceProxy[]> {
  const proxies: ServiceProxy[] = [];
  for (const service of ['s3', 'sqs', 'dynamodb'] as const) {
    const handle = handleOf(service);
    const target = servers[service].environment[endpointVariable(service)];
    if (handle && target) proxies.push({ service, proxy: await startProxy(service, target, handle) });
  }
  return proxies;
}

const endpointVariable = (service: Service): string => `AWS_ENDPOINT_URL_${service.toUpperCase()}`;

const environmentOf = (
  deployment: Deployment,
  servers: Servers,
  proxies: readonly ServiceProxy[],
): Environment => ({
  ...servers.s3.environment,
  ...servers.sqs.environment,
  ...servers.dynamodb.environment,
  ...Object.fromEntries(proxies.map(({ service, proxy }) => [endpointVariable(service), proxy.url])),
  AWS_REGION: deployment.region,
  // This is no machine of EC2: nobody answers there.
  AWS_EC2_METADATA_DISABLED: 'true',
  CLOUDREG_DEPLOYMENT: deployment.name,
  CLOUDREG_OUTPUT: `s3://${VOLUME_BUCKET}`,
});
