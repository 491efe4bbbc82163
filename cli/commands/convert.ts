/** `cloudreg convert <input> <output>`: slices, image files and volumes as a precomputed volume with its resolutions. */
import { Option } from 'commander';
import type { ConversionPlan } from '../../services/ingest/conversion/conversion-plan.ts';
import { BRICKS_FOLDER } from '../../services/ingest/conversion/make-bricks.ts';
import { planConversion } from '../../services/ingest/conversion/make-plan.ts';
import { convert as convertStep } from '../../services/ingest/convert.ts';
import { inspect } from '../../services/ingest/inspect.ts';
import type { JobParameters } from '../../services/parameters.ts';
import { openStore, toUrl } from '../../shared/adapters/open-store.ts';
import { PermanentError } from '../../shared/engine/errors.ts';
import type { ObjectStore } from '../../shared/engine/ports.ts';
import { stepId } from '../../shared/engine/step.ts';
import type { DefineCommand } from '../command.ts';
import { inputLines } from '../conversion-lines.ts';
import { RefusedError } from '../errors.ts';
import { isInside, placeOf } from '../folders.ts';
import { newJob } from '../new-job.ts';
import { reportOutcome } from '../outcome.ts';
import { claimFolder, jobIn, type OutputFolder, openOutputFolder } from '../output-folder.ts';
import { addConversionFlags, addParameterFlags, readConversion, readParameters } from '../parameter-flags.ts';
import { removeBelow } from '../remove-objects.ts';
import { runJob } from '../run-job.ts';
import { addJsonFlag, addResourceFlags, type ResourceFlags, readResources } from '../run-options.ts';
import { line, type Terminal } from '../terminal.ts';

interface ConvertFlags extends ResourceFlags {
  readonly sharded?: true;
  readonly [parameter: string]: unknown;
}

const PARAMETERS = ['chunkSize', 'factor', 'mips', 'compress'];
const CONVERSION_STEPS = [inspect, convertStep].map(stepId);

export const define: DefineCommand = (command, terminal, exit) => {
  command
    .argument(
      '<input>',
      'folder of TIFF or PNG slices; a TIFF, NRRD, NIfTI, MetaImage, .npy or PNG file; or a precomputed volume (folder, s3:// or https:// URL); it is only read',
    )
    .argument('<output>', 'folder for the volume, made if absent, or s3:// URL');
  command.optionsGroup('Parameters of the job, which decide the bytes of its output:');
  addConversionFlags(command);
  addParameterFlags(command, PARAMETERS);
  command.addOption(new Option('--sharded').hideHelp());
  command.optionsGroup('How it runs, which changes no byte:');
  addResourceFlags(addJsonFlag(command)).action(async (input: string, output: string, flags: ConvertFlags) =>
    exit(await convert(terminal, input, output, flags)),
  );
};

async function convert(
  terminal: Terminal,
  input: string,
  output: string,
  flags: ConvertFlags,
): Promise<number> {
  if (flags.sharded)
    throw new RefusedError(
      '--sharded has no meaning yet: volumes are written with one object a chunk. Shard the result with igneous, or leave it out.',
    );
  const parameters = { ...(await readParameters(flags)), conversion: readConversion(flags) };
  const source = await openStore(toUrl(input.replace(/^precomputed:\/\//, '')));
  const folder = await openOutputFolder(output);
  refuseOverlap(placeOf(source.url), folder.path);
  const plan = await planOrRefuse(source, parameters);
  await refuseOtherVolume(folder);
  const job = await claimFolder(folder, await newJob(source, folder, parameters, CONVERSION_STEPS));
  const json = flags.json === true;
  for (const text of inputLines(plan))
    line(terminal.out, json ? JSON.stringify({ event: 'note', text }) : text);
  const run = { folder, job, json, ...readResources(flags) };
  const outcome = await runJob(terminal, run);
  const exitCode = await reportOutcome(terminal, run, outcome);
  // Nothing reads the copy any more, and it is as large as the input.
  if (outcome.status === 'done') await removeBelow(folder, BRICKS_FOLDER, () => false);
  return exitCode;
}

/** What a look at the headers tells is no work that failed. */
async function planOrRefuse(
  source: ObjectStore,
  parameters: JobParameters & Required<Pick<JobParameters, 'conversion'>>,
): Promise<ConversionPlan> {
  try {
    return await planConversion(source, parameters, parameters.conversion);
  } catch (error) {
    if (error instanceof PermanentError) throw new RefusedError(error.message, { cause: error });
    throw error;
  }
}

/** The input stays as it is: nothing may be written among its files, and a job may not write over what it reads. */
function refuseOverlap(input: string, output: string): void {
  if (isInside(output, input))
    throw new RefusedError(
      `The output ${output} lies inside the input ${input}, which is only read: use a folder beside it.`,
    );
}

/** One that another program or command made. */
async function refuseOtherVolume(folder: OutputFolder): Promise<void> {
  if ((await jobIn(folder)) !== undefined || (await folder.store.head('info')) === undefined) return;
  throw new RefusedError(
    `${folder.path} holds a volume that no job of this program made (an info): use another folder.`,
  );
}
