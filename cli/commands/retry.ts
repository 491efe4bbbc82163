/** `cloudreg retry <output>`: runs failed tasks again once their cause is mended, or goes on without them. */
import type { DefineCommand } from '../command.ts';
import { reportOutcome } from '../outcome.ts';
import { existingJob, openOutputFolder } from '../output-folder.ts';
import { runJob } from '../run-job.ts';
import { addJsonFlag, addResourceFlags, type ResourceFlags, readResources } from '../run-options.ts';
import type { Terminal } from '../terminal.ts';

interface RetryFlags extends ResourceFlags {
  readonly acceptMissing?: true;
}

export const define: DefineCommand = (command, terminal, exit) => {
  command
    .argument('<output>', 'folder of the job')
    .option(
      '--accept-missing',
      'leave the voxels of failed tasks zero, for good (only "run --redo" brings them back)',
    );
  addResourceFlags(addJsonFlag(command)).action(async (output: string, flags: RetryFlags) =>
    exit(await retry(terminal, output, flags)),
  );
};

async function retry(terminal: Terminal, output: string, flags: RetryFlags): Promise<number> {
  const folder = await openOutputFolder(output);
  const job = await existingJob(folder);
  const command = { kind: 'retry', acceptMissing: flags.acceptMissing === true } as const;
  const run = { folder, job, json: flags.json === true, ...readResources(flags), command };
  return reportOutcome(terminal, run, await runJob(terminal, run));
}
