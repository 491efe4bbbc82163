/** `cloudreg cancel <job>`: its messages drain by being dropped, what runs is aborted within a heartbeat. */
import { cancel } from '../../shared/engine/commands.ts';
import { type CloudJob, requireCloudJob } from '../cloud/cloud-job.ts';
import type { DefineCommand } from '../command.ts';
import { addDeploymentFlags, type DeploymentFlags } from '../deployment.ts';
import { EXIT_DONE } from '../errors.ts';
import { addJsonFlag } from '../run-options.ts';
import { line, type Terminal } from '../terminal.ts';

interface CancelFlags extends DeploymentFlags {
  readonly json?: true;
}

export const define: DefineCommand = (command, terminal, exit) => {
  command.argument('<job>', 'its id, or the s3:// URL of its output');
  addJsonFlag(addDeploymentFlags(command))
    .option('--verbose', 'print errors with their stack')
    .action(async (word: string, flags: CancelFlags) =>
      exit(await cancelJob(terminal, await requireCloudJob(word, flags), flags)),
    );
};

export async function cancelJob(
  terminal: Terminal,
  { cloud, job: { jobId } }: CloudJob,
  { json }: { readonly json?: true },
): Promise<number> {
  await cancel(cloud.engine, jobId);
  line(
    terminal.out,
    json
      ? JSON.stringify({ event: 'done', jobId, status: 'cancelled' })
      : `Job ${jobId} is cancelled; what is done stays done. Go on with: cloudreg resume ${jobId}`,
  );
  return EXIT_DONE;
}
