/** The whole infrastructure of a pipeline as plain values, made without an account, the network or sst. */
import type { Pipeline } from '../../shared/engine/step.ts';
import type { Program } from '../cloud.ts';
import { makeDeployment } from '../program.ts';
import { servicesOf } from '../services.ts';
import type { Settings } from '../settings.ts';
import { answerTo, EXAMPLE, type GraphResource, madeOf } from './mocks.ts';
import { standIns } from './stand-ins.ts';

export interface Graph {
  readonly resources: readonly GraphResource[];
}

/** Never built, never looked at. */
const EXAMPLE_PROGRAM: Program = {
  machineFile: 'bundle/cloudreg.tar.gz',
  sha256: '0'.repeat(64),
  functionFolder: 'bundle/functions',
};

/** Once in a process: Pulumi knows one stack. */
export async function graphOf<P>(pipeline: Pipeline<P>, settings: Settings): Promise<Graph> {
  const pulumi = await import('@pulumi/pulumi');
  const resources: GraphResource[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        const { type, name, inputs } = args;
        resources.push({ type, name, inputs });
        return madeOf(EXAMPLE, args);
      },
      call: (args) => answerTo(EXAMPLE, args),
    },
    'cloudreg',
    'example',
    false,
  );
  // Only now: its classes look at the mocks when they are loaded.
  const aws = await import('@pulumi/aws');
  const libraries = { aws, pulumi };
  await pulumi.runtime.runInPulumiStack(async () =>
    makeDeployment({
      ...libraries,
      components: standIns(libraries),
      place: EXAMPLE,
      settings,
      services: servicesOf(pipeline),
      program: EXAMPLE_PROGRAM,
    }),
  );
  await allMade(pulumi, resources);
  const ofAws = resources.filter(({ type }) => type.startsWith('aws:'));
  return { resources: (await Promise.all(ofAws.map(plain))).sort(byTypeAndName) };
}

/** Resources are made when what they wait for is known: until no more come. */
async function allMade(
  { runtime }: typeof import('@pulumi/pulumi'),
  resources: readonly GraphResource[],
): Promise<void> {
  // Pulumi's own tests use it; its types leave it out.
  const { waitForRPCs } = runtime as typeof runtime & { waitForRPCs(): Promise<void> };
  let seen: number;
  do {
    seen = resources.length;
    await waitForRPCs();
  } while (resources.length !== seen);
}

const byTypeAndName = (a: GraphResource, b: GraphResource): number =>
  a.type === b.type ? compare(a.name, b.name) : compare(a.type, b.type);
const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** A file or folder is named by its path. */
async function plain({ type, name, inputs }: GraphResource): Promise<GraphResource> {
  return { type, name, inputs: (await plainValue(inputs)) as GraphResource['inputs'] };
}

async function plainValue(value: unknown): Promise<unknown> {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Promise.all(value.map(plainValue));
  if ('__pulumiAsset' in value || '__pulumiArchive' in value)
    return { path: await (value as { readonly path?: unknown }).path };
  const entries = Object.entries(value).map(async ([key, one]) => [key, await plainValue(one)] as const);
  return Object.fromEntries(await Promise.all(entries));
}
