/** Before a job is begun: can all it needs be reached? Each thing that cannot is named, with what to do. */
import { randomBytes } from 'node:crypto';
import type { ObjectStore } from '../../shared/engine/ports.ts';
import { RefusedError } from '../errors.ts';
import type { Cloud } from './cloud.ts';
import { readQueues } from './queue-depths.ts';

interface LookAtInput<T> {
  /** For messages. */
  readonly name: string;
  /** Rejects where the input cannot be worked on. */
  readonly look: Promise<T>;
}

/**
 * Every problem at once: mending one to be told of the next is no way to spend a day. Resolves with what was seen of the
 * input.
 */
export async function checkAccess<T>(cloud: Cloud, input: LookAtInput<T>, output: ObjectStore): Promise<T> {
  const problems: string[] = [];
  const look = <Seen>(what: string, work: Promise<Seen>): Promise<Seen | undefined> =>
    work.catch((error: unknown) => {
      problems.push(`${what}: ${problemText(error)}`);
      return undefined;
    });
  const [seen] = await Promise.all([
    look(input.name, input.look),
    look('output', writeAndRemove(output)),
    ...lookAtDeployment(cloud, look),
  ]);
  if (seen === undefined || problems.length > 0)
    throw new RefusedError(`Nothing was begun.\n${problems.map((text) => `  ${text}`).join('\n')}`);
  return seen;
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
