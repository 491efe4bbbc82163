/** `cloudreg clean <output>`: removes what no reader of the volumes needs, or the job altogether. */
import { pipeline } from '../../services/pipeline.ts';
import type { NewJob } from '../../shared/engine/records.ts';
import type { DefineCommand } from '../command.ts';
import { EXIT_DONE, RefusedError } from '../errors.ts';
import { shortPath } from '../folders.ts';
import { readJobState } from '../job-state.ts';
import { jobIn, type OutputFolder, openOutputFolder } from '../output-folder.ts';
import { counted, formatBytes } from '../quantities.ts';
import type { Removed } from '../remove-files.ts';
import { asOwner, removeAll, removeJob, STATE_KEY } from '../remove-job.ts';
import { checkStateIsHere } from '../state-place.ts';
import { line, type Terminal } from '../terminal.ts';

interface CleanFlags {
  readonly all?: true;
  readonly force?: true;
  readonly json?: true;
}

export const define: DefineCommand = (command, terminal, exit) => {
  command
    .argument('<output>', 'folder of the job')
    .option('--all', 'also the volumes and the job itself, so that the folder is free for another one')
    .option('--force', 'although the job is not finished: it cannot go on afterwards')
    .option('--json', 'one JSON object a line on standard output')
    .option('--verbose', 'print errors with their stack')
    .action(async (output: string, flags: CleanFlags) => exit(await clean(terminal, output, flags)));
};

async function clean(terminal: Terminal, output: string, flags: CleanFlags): Promise<number> {
  const folder = await openOutputFolder(output);
  const job = await jobIn(folder);
  if (!job) throw new RefusedError(`There is no job in ${folder.path}, so nothing of it to clean.`);
  const removed = flags.all ? await removeJob(folder) : await removeIntermediates(folder, job, flags);
  if (flags.json) line(terminal.out, JSON.stringify({ event: 'done', ...removed }));
  else
    line(
      terminal.out,
      `Removed ${counted(removed.files, 'file')} (${formatBytes(removed.bytes)}) from ${shortPath(folder.path)}`,
    );
  return EXIT_DONE;
}

/** Job record and state stay, for `status`; so does what says which voxels are gaps. */
const removeIntermediates = (folder: OutputFolder, job: NewJob, flags: CleanFlags): Promise<Removed> =>
  asOwner(folder, async () => {
    if (!flags.force) await checkStateIsHere(folder);
    const { status } = await readJobState(folder, job);
    if (status !== 'done' && status !== 'incomplete' && !flags.force)
      throw new RefusedError(
        `The job in ${folder.path} is not finished (${status}), and needs its intermediate files to go on. ` +
          `Finish it with: cloudreg resume ${shortPath(folder.path)} (or give it up with --all).`,
      );
    const services = [...new Set(pipeline.steps.map(({ service }) => service))];
    return removeAll(
      folder,
      services.map((service) => `${STATE_KEY}/${service}`),
      saysWhatIsMissing,
    );
  });

/** `problems.json`, of the raw data and of steps with accepted gaps, and the folder `damaged`. */
const saysWhatIsMissing = (name: string): boolean => ['problems.json', 'damaged'].includes(name);
