/** `cloudreg retry <job>`: runs failed tasks again once their cause is mended, or goes on without them. */
import { cloudJobOf } from '../cloud/cloud-job.ts';
import { goOnInCloud } from '../cloud/go-on.ts';
import type { DefineCommand } from '../command.ts';
import { addDeploymentFlags, type DeploymentFlags } from '../deployment.ts';
import { reportOutcome } from '../outcome.ts';
import { existingJob, openOutputFolder } from '../output-folder.ts';
import { runJob } from '../run-job.ts';
import { addJsonFlag, addResourceFlags, type ResourceFlags, readResources } from '../run-options.ts';
import type { Terminal } from '../terminal.ts';

interface RetryFlags extends ResourceFlags, DeploymentFlags {
  readonly acceptMissing?: true;
}

export const define: DefineCommand = (command, terminal, exit) => {
  command
    .argument('<job>', "output folder of the job; of a deployment's job its id or s3:// output")
    .option(
      '--accept-missing',
      'leave the voxels of failed tasks zero, for good (only "run --redo" brings them back)',
    );
  addDeploymentFlags(addResourceFlags(addJsonFlag(command))).action(
    async (word: string, flags: RetryFlags) => {
      const found = await cloudJobOf(word, flags);
      const kind = flags.acceptMissing ? 'accept-missing' : 'retry';
      exit(await (found ? goOnInCloud(terminal, found, { kind }, flags) : retry(terminal, word, flags)));
    },
  );
};

async function retry(terminal: Terminal, output: string, flags: RetryFlags): Promise<number> {
  const folder = await openOutputFolder(output);
  const job = await existingJob(folder);
  const command = { kind: 'retry', acceptMissing: flags.acceptMissing === true } as const;
  const run = { folder, job, json: flags.json === true, ...readResources(flags), command };
  return reportOutcome(terminal, run, await runJob(terminal, run));
}
