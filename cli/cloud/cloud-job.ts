/** Which job of a deployment a word of the command line means. */
import { existsSync } from 'node:fs';
import { toUrl } from '../../shared/adapters/open-store.ts';
import type { JobTable } from '../../shared/engine/ports.ts';
import type { JobRecord } from '../../shared/engine/records.ts';
import { type DeploymentFlags, findDeployment } from '../deployment.ts';
import { RefusedError } from '../errors.ts';
import { type Cloud, openCloud } from './cloud.ts';

export interface CloudJob {
  readonly cloud: Cloud;
  readonly job: JobRecord;
}

/** For commands about jobs of a deployment only. */
export async function requireCloudJob(word: string, flags: DeploymentFlags): Promise<CloudJob> {
  const cloud = await openCloud(flags);
  return { cloud, job: await findCloudJob(cloud, word) };
}

/**
 * For commands that also know jobs of this machine: undefined where the word means one of those. A job id, or a named
 * deployment, asks for the deployment's; the output of `cloudreg run <…> s3://…` is this machine's unless the
 * deployment has a job for it.
 */
export async function cloudJobOf(word: string, flags: DeploymentFlags): Promise<CloudJob | undefined> {
  const isAsked = flags.deployment !== undefined || (isJobId(word) && !existsSync(word));
  if (isAsked) return requireCloudJob(word, flags);
  if (!word.startsWith('s3://') || !(await findDeployment(flags))) return undefined;
  const cloud = await openCloud(flags);
  const job = await latestFor(cloud.engine.table, toUrl(word));
  return job && { cloud, job };
}

/** By its id, or by its output. */
export async function findCloudJob({ deployment, engine }: Cloud, word: string): Promise<JobRecord> {
  const job = isJobId(word) ? await engine.table.getJob(word) : await latestFor(engine.table, toUrl(word));
  if (job) return job;
  const what = isJobId(word) ? `no job ${word}` : `no job that writes to ${word}`;
  throw new RefusedError(`The deployment ${deployment.name} has ${what}. See: cloudreg jobs`);
}

const isJobId = (word: string): boolean => /^[0-9a-f]{16}$/.test(word);

/** An output that was cleaned and used again had several. */
async function latestFor(table: JobTable, output: string): Promise<JobRecord | undefined> {
  const jobs = (await table.listJobs()).filter((job) => job.output === output);
  return jobs.sort((a, b) => b.createdAt - a.createdAt)[0];
}
