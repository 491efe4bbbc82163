/** `resume` and `retry` for a job of a deployment: the command changes records and sends; consumers do the work. */
import { acceptMissing, resume, retry } from '../../shared/engine/commands.ts';
import { EXIT_DONE, RefusedError } from '../errors.ts';
import type { ResourceFlags } from '../run-options.ts';
import { line, type Terminal } from '../terminal.ts';
import type { CloudJob } from './cloud-job.ts';

const COMMANDS = { resume, retry, 'accept-missing': acceptMissing } as const;

export async function goOnInCloud(
  terminal: Terminal,
  { cloud, job: { jobId } }: CloudJob,
  { kind }: { readonly kind: keyof typeof COMMANDS },
  { workers, memory, json }: ResourceFlags,
): Promise<number> {
  if (workers !== undefined || memory !== undefined)
    throw new RefusedError(
      `Job ${jobId} is of the deployment ${cloud.deployment.name}: --workers and --memory are for jobs of this machine.`,
    );
  await COMMANDS[kind](cloud.engine, jobId);
  line(
    terminal.out,
    json
      ? JSON.stringify({ event: 'done', jobId, command: kind })
      : `Job ${jobId} goes on in ${cloud.deployment.name}. Watch it: cloudreg status ${jobId} --watch`,
  );
  return EXIT_DONE;
}
