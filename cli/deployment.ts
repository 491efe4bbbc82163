/** Which deployment a command speaks to: flags win over the environment, the environment over a deployment's own file. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type Deployment, deploymentSchema } from '../shared/adapters/aws/deployment.ts';
import { RefusedError } from './errors.ts';

export interface DeploymentFlags {
  readonly deployment?: string;
  readonly region?: string;
}

export interface ChosenDeployment extends Deployment {
  /** Who said so, for `doctor`: `--region`, `AWS_REGION`, or a file. */
  readonly saidBy: Readonly<Record<'name' | 'region', string>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

interface Said {
  readonly value: string;
  readonly by: string;
}

export const addDeploymentFlags = (command: Command): Command =>
  command
    .option('--deployment <name>', 'the AWS deployment (default: CLOUDREG_DEPLOYMENT, or its file)')
    .option('--region <region>', 'its AWS region (default: AWS_REGION, or its file)');

/** Undefined where nobody names one; refused where something is said that cannot be a deployment. */
export async function findDeployment(
  flags: DeploymentFlags,
  environment: Environment = process.env,
): Promise<ChosenDeployment | undefined> {
  const file = await findDeploymentFile(environment);
  const name =
    said(flags.deployment, '--deployment') ??
    said(environment.CLOUDREG_DEPLOYMENT, 'CLOUDREG_DEPLOYMENT') ??
    said(file?.value.name, file?.path);
  if (!name) return undefined;
  const region =
    said(flags.region, '--region') ??
    said(environment.AWS_REGION, 'AWS_REGION') ??
    said(file?.value.region, file?.path);
  if (!region) throw new RefusedError(`The deployment ${name.value} has no region. ${SAY_REGION}`);
  return {
    name: checked('name', name),
    region: checked('region', region),
    saidBy: { name: name.by, region: region.by },
  };
}

export async function requireDeployment(
  flags: DeploymentFlags,
  environment: Environment = process.env,
): Promise<ChosenDeployment> {
  const found = await findDeployment(flags, environment);
  if (found) return found;
  throw new RefusedError(
    `No deployment is named. Use --deployment and --region, or CLOUDREG_DEPLOYMENT and AWS_REGION, or write ${OWN_FILE} here: {"name": "cloudreg-dev", "region": "us-east-1"}`,
  );
}

const SAY_REGION = 'Use --region, AWS_REGION, or "region" in its file.';
const OWN_FILE = 'cloudreg.deployment.json';

const said = (value: string | undefined, by: string | undefined): Said | undefined =>
  value && by ? { value, by } : undefined;

function checked(field: keyof Deployment, { value, by }: Said): string {
  const parsed = deploymentSchema.shape[field].safeParse(value);
  if (parsed.success) return parsed.data;
  const { message } = parsed.error.issues[0]!;
  throw new RefusedError(
    `The ${field === 'name' ? 'deployment' : 'region'} "${value}" (${by}) cannot be one: ${message}.`,
  );
}

const fileSchema = deploymentSchema.partial().strict();

interface DeploymentFile {
  readonly path: string;
  readonly value: { readonly name?: string | undefined; readonly region?: string | undefined };
}

/** The one that is named, else the first that is there: of the working directory, of the user. */
async function findDeploymentFile(environment: Environment): Promise<DeploymentFile | undefined> {
  const named = environment.CLOUDREG_DEPLOYMENT_FILE;
  if (named) return parseFile(named, await readNamed(named));
  const home = environment.XDG_CONFIG_HOME || join(homedir(), '.config');
  for (const path of [OWN_FILE, join(home, 'cloudreg', 'deployment.json')]) {
    const text = await readFile(path, 'utf8').catch(ignoreAbsent);
    if (text !== undefined) return parseFile(path, text);
  }
  return undefined;
}

async function readNamed(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new RefusedError(`CLOUDREG_DEPLOYMENT_FILE cannot be read: ${(cause as Error).message}`, { cause });
  }
}

function ignoreAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
  return undefined;
}

function parseFile(path: string, text: string): DeploymentFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new RefusedError(`${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
  const parsed = fileSchema.safeParse(value);
  if (parsed.success) return { path, value: parsed.data };
  const { path: field, message } = parsed.error.issues[0]!;
  const where = field.length > 0 ? `"${field.join('.')}" in ${path}` : path;
  throw new RefusedError(
    `${where}: ${message}. It holds "name" and "region" of a deployment, for example {"name": "cloudreg-dev", "region": "us-east-1"}.`,
  );
}
