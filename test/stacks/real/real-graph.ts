/** The graph of the stacks with sst's own components, in .sst/platform: everything but AWS itself. */
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answerTo, EXAMPLE, madeOf } from '../../../stacks/graph/mocks.ts';
import type { Graph, Resource } from '../graph/graph.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PLATFORM = join(ROOT, '.sst/platform');

export const hasPlatform = existsSync(join(PLATFORM, 'src/components/index.ts'));

/** What is used of Pulumi, of the copy that the components use: its types are not there before the platform is. */
interface Runtime {
  setMocks(mocks: object, project: string, stack: string, preview: boolean): Promise<void>;
  runInPulumiStack(make: () => Promise<unknown>): Promise<unknown>;
  waitForRPCs(): Promise<void>;
}

/** Runs `sst.config.ts` itself, as far as a deployment goes without AWS. */
export async function readRealGraph(): Promise<Graph> {
  const root = mkdtempSync(join(tmpdir(), 'cloudreg-sst-'));
  const server = await answerSst(buildNothing(root));
  const resources: Resource[] = [];
  try {
    const runtime = await loadSst(root, resources);
    const config = (await import(/* @vite-ignore */ join(ROOT, 'sst.config.ts'))) as {
      readonly default: { readonly run: () => Promise<unknown> };
    };
    process.env.CLOUDREG_ALARM_EMAIL = 'operator@example.org';
    await runtime.runInPulumiStack(config.default.run);
    await allMade(runtime, resources);
  } finally {
    server.close();
    rmSync(root, { recursive: true });
  }
  return { resources: resources.filter(({ type }) => type.startsWith('aws:')) };
}

/** Files where `npm run stacks:build` puts the program. Returns the folder of the functions. */
function buildNothing(root: string): string {
  const functionFolder = join(root, 'stacks/.build/functions');
  mkdirSync(functionFolder, { recursive: true });
  writeFileSync(join(root, 'stacks/.build/cloudreg.tar.gz'), '');
  writeFileSync(join(functionFolder, 'lambda.mjs'), 'export const plans = 0;\n');
  return functionFolder;
}

/** Components make resources as soon as they know what they need: until no more come. */
async function allMade({ waitForRPCs }: Runtime, resources: readonly Resource[]): Promise<void> {
  let seen: number;
  do {
    seen = resources.length;
    await waitForRPCs();
  } while (resources.length !== seen);
}

/** The globals that sst gives its configuration; `root` stands for the repository. */
async function loadSst(root: string, resources: Resource[]): Promise<Runtime> {
  Object.assign(globalThis, {
    $app: { name: 'cloudreg', stage: 'example', providers: { aws: { region: EXAMPLE.deployment.region } } },
    $dev: false,
    $cli: {
      command: 'deploy',
      paths: { home: root, root, work: root, platform: PLATFORM },
      state: { version: {} },
    },
  });
  const load = (path: string) => import(/* @vite-ignore */ join(PLATFORM, path));
  const { runtime } = (await load('node_modules/@pulumi/pulumi/index.js')) as { readonly runtime: Runtime };
  const mocks = {
    newResource: (made: Resource) => {
      resources.push({ type: made.type, name: made.name, inputs: made.inputs });
      return madeOf(EXAMPLE, made);
    },
    call: (asked: Parameters<typeof answerTo>[1]) => answerTo(EXAMPLE, asked),
  };
  await runtime.setMocks(mocks, 'cloudreg', 'example', false);
  Object.assign(globalThis, await load('src/shim/run.js'));
  Object.assign(globalThis, {
    aws: await load('node_modules/@pulumi/aws/index.js'),
    sst: await load('src/components/index.ts'),
    $config: (config: object) => config,
  });
  return runtime;
}

/** The functions of sst ask the process that started them for the place of their code. */
async function answerSst(functionFolder: string): Promise<Server> {
  const server = createServer(async (request, response) => {
    const { method, params } = JSON.parse(await textOf(request));
    response.end(JSON.stringify({ result: answer(method, params, functionFolder) }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.env.SST_SERVER = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return server;
}

function answer(method: string, params: readonly { readonly handler?: string }[], out: string): object {
  if (method === 'Provider.Aws.Bootstrap') return { asset: 'sst-asset', state: 'sst-state' };
  if (method === 'Runtime.Build') return { out, handler: params[0]?.handler, errors: [], sourcemaps: [] };
  return {};
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += part;
  return text;
}
