/** `cloudreg resume <job>`: goes on with the job of that folder, or of a deployment; its record holds all that is needed. */
import { cloudJobOf } from '../cloud/cloud-job.ts';
import { goOnInCloud } from '../cloud/go-on.ts';
import type { DefineCommand } from '../command.ts';
import { addDeploymentFlags, type DeploymentFlags } from '../deployment.ts';
import { reportOutcome } from '../outcome.ts';
import { existingJob, openOutputFolder } from '../output-folder.ts';
import { runJob } from '../run-job.ts';
import { addJsonFlag, addResourceFlags, type ResourceFlags, readResources } from '../run-options.ts';
import type { Terminal } from '../terminal.ts';

export const define: DefineCommand = (command, terminal, exit) => {
  command.argument('<job>', "output folder of the job; of a deployment's job its id or s3:// output");
  addDeploymentFlags(addResourceFlags(addJsonFlag(command))).action(
    async (word: string, flags: ResourceFlags & DeploymentFlags) => {
      const found = await cloudJobOf(word, flags);
      exit(
        await (found
          ? goOnInCloud(terminal, found, { kind: 'resume' }, flags)
          : resume(terminal, word, flags)),
      );
    },
  );
};

async function resume(terminal: Terminal, output: string, flags: ResourceFlags): Promise<number> {
  const folder = await openOutputFolder(output);
  const job = await existingJob(folder);
  const run = { folder, job, json: flags.json === true, ...readResources(flags) };
  return reportOutcome(terminal, run, await runJob(terminal, run));
}
