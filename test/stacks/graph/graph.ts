/** The graph of the stacks, as `npm run stacks:graph` prints it. */
import { execFileSync } from 'node:child_process';

export interface Resource {
  readonly type: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: plain JSON of some forty kinds of resources
  readonly inputs: any;
}

export interface Graph {
  readonly resources: readonly Resource[];
}

interface GraphOptions {
  /** Module that exports it, from the root; the project's own where absent. */
  readonly pipeline?: string;
  readonly settings?: Readonly<Record<string, string>>;
}

/** Undefined, and told why, where the packages of stacks/ are not there and cannot be installed. */
export function readGraph({ pipeline, settings = {} }: GraphOptions = {}): Graph | undefined {
  const words = ['scripts/stacks-graph.js', ...(pipeline === undefined ? [] : [pipeline])];
  try {
    const text = execFileSync('node', words, {
      encoding: 'utf8',
      env: { ...process.env, ...settings },
      maxBuffer: 1 << 26,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return JSON.parse(text) as Graph;
  } catch (error) {
    const said = String((error as { readonly stderr?: string }).stderr ?? error);
    if (!said.includes('npm error')) throw new Error(`stacks:graph failed:\n${said}`, { cause: error });
    console.warn(`The stacks are not tested: npm ci --prefix stacks did not work.\n${said}`);
    return undefined;
  }
}

/** `sqs/queue` for `aws:sqs/queue:Queue`. */
export const ofType = ({ resources }: Graph, type: string): readonly Resource[] =>
  resources.filter((resource) => resource.type.startsWith(`aws:${type}:`));

export interface GraphStatement {
  /** The resource it was found in. */
  readonly of: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Principal?: unknown;
  readonly Condition?: object;
}

/** Of every policy in the graph, whatever resource it is written into. */
export function allStatements({ resources }: Graph): readonly GraphStatement[] {
  return resources.flatMap(({ name, inputs }) =>
    policyTexts(inputs).flatMap((text) =>
      [JSON.parse(text).Statement].flat().map((statement) => ({
        ...statement,
        of: name,
        Action: [statement.Action ?? []].flat(),
        Resource: [statement.Resource ?? []].flat(),
      })),
    ),
  );
}

function policyTexts(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.includes('"Statement"') ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(policyTexts);
}

/** The graph with one resource changed: to see a check fail. */
export const changed = (
  graph: Graph,
  name: string,
  change: (inputs: Resource['inputs']) => Resource['inputs'],
): Graph => ({
  resources: graph.resources.map((resource) =>
    resource.name === name ? { ...resource, inputs: change(structuredClone(resource.inputs)) } : resource,
  ),
});

export const without = (graph: Graph, name: string): Graph => ({
  resources: graph.resources.filter((resource) => resource.name !== name),
});
