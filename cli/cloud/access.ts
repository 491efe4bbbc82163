/** Before a job is begun: can all it needs be reached? Each thing that cannot is named, with what to do. */
import { randomBytes } from 'node:crypto';
import { type ColmHeader, readColmHeader } from '../../shared/acquisition/colm/read-colm.ts';
import type { ObjectStore } from '../../shared/engine/ports.ts';
import { RefusedError } from '../errors.ts';
import type { Cloud } from './cloud.ts';
import { readQueues } from './queue-depths.ts';

/** Every problem at once: mending one to be told of the next is no way to spend a day. */
export async function checkAccess(
  cloud: Cloud,
  source: ObjectStore,
  output: ObjectStore,
): Promise<ColmHeader> {
  const problems: string[] = [];
  const look = <T>(what: string, work: Promise<T>): Promise<T | undefined> =>
    work.catch((error: unknown) => {
      problems.push(`${what}: ${problemText(error)}`);
      return undefined;
    });
  const [header] = await Promise.all([
    look('acquisition', readColmHeader(source)),
    look('output', writeAndRemove(output)),
    ...lookAtDeployment(cloud, look),
  ]);
  if (header === undefined || problems.length > 0)
    throw new RefusedError(`Nothing was begun.\n${problems.map((text) => `  ${text}`).join('\n')}`);
  return header;
}

/** The same for `doctor`: what of the deployment itself cannot be reached. */
export async function deploymentProblems(cloud: Cloud): Promise<string[]> {
  const problems: string[] = [];
  const look = (what: string, work: Promise<unknown>): Promise<unknown> =>
    work.catch((error: unknown) => problems.push(`${what}: ${problemText(error)}`));
  await Promise.all(lookAtDeployment(cloud, look));
  return problems;
}

type Look = (what: string, work: Promise<unknown>) => Promise<unknown>;

const NO_JOB = '0'.repeat(16);

const lookAtDeployment = (cloud: Cloud, look: Look): Promise<unknown>[] => [
  look('table', cloud.engine.table.getJob(NO_JOB)),
  look('queues', readQueues(cloud)),
];

async function writeAndRemove(output: ObjectStore): Promise<void> {
  const key = `.cloudreg/access-${randomBytes(4).toString('hex')}`;
  await output.put(key, new Uint8Array(1));
  await output.delete([key]);
}

const problemText = (error: unknown): string => (error instanceof Error ? error.message : String(error));
