/** Gives a claimed job to the deployment, and tells of it; with `wait` until it ends. */
import { start } from '../../shared/engine/commands.ts';
import type { NewJob } from '../../shared/engine/records.ts';
import { EXIT_DONE } from '../errors.ts';
import { line, type Terminal } from '../terminal.ts';
import type { Cloud } from './cloud.ts';
import { exitCodeOf, watchJob } from './watch-job.ts';

interface Wishes {
  readonly json: boolean;
  readonly wait: boolean;
}

/** Resolves with the exit code. */
export async function beginJob(
  terminal: Terminal,
  cloud: Cloud,
  claimed: NewJob,
  { json, wait }: Wishes,
): Promise<number> {
  const job = await start(cloud.engine, claimed);
  const { jobId, output } = job;
  const deployment = cloud.deployment.name;
  if (json) line(terminal.out, JSON.stringify({ event: 'enqueued', jobId, output, deployment }));
  else
    line(terminal.out, `Job ${jobId} is given to ${deployment}. Watch it: cloudreg status ${jobId} --watch`);
  if (!wait) return EXIT_DONE;
  const status = await watchJob(terminal, cloud, jobId, { json });
  const exitCode = exitCodeOf(status);
  if (json) line(terminal.out, JSON.stringify({ event: 'done', jobId, status, exitCode }));
  else line(terminal.out, `Job ${jobId}: ${status}. See: cloudreg status ${jobId}`);
  return exitCode;
}
