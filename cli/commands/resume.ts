/** `cloudreg resume <output>`: goes on with the job of that folder; its record holds all that is needed. */
import type { DefineCommand } from '../command.ts';
import { reportOutcome } from '../outcome.ts';
import { existingJob, openOutputFolder } from '../output-folder.ts';
import { runJob } from '../run-job.ts';
import { addJsonFlag, addResourceFlags, type ResourceFlags, readResources } from '../run-options.ts';
import type { Terminal } from '../terminal.ts';

export const define: DefineCommand = (command, terminal, exit) => {
  command.argument('<output>', 'folder of the job');
  addResourceFlags(addJsonFlag(command)).action(async (output: string, flags: ResourceFlags) =>
    exit(await resume(terminal, output, flags)),
  );
};

async function resume(terminal: Terminal, output: string, flags: ResourceFlags): Promise<number> {
  const folder = await openOutputFolder(output);
  const job = await existingJob(folder);
  const run = { folder, job, json: flags.json === true, ...readResources(flags) };
  return reportOutcome(terminal, run, await runJob(terminal, run));
}
