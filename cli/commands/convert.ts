/** `cloudreg convert <input> <output>`: slices, image files and volumes as a precomputed volume with its resolutions. */
import type { ConversionPlan } from '../../services/ingest/conversion/conversion-plan.ts';
import { planConversion } from '../../services/ingest/conversion/make-plan.ts';
import { openStore, toUrl } from '../../shared/adapters/open-store.ts';
import { PermanentError } from '../../shared/engine/errors.ts';
import type { ObjectStore } from '../../shared/engine/ports.ts';
import { withoutScheme } from '../../shared/viewer/source-url.ts';
import { openCloud } from '../cloud/cloud.ts';
import { type ConversionWish, enqueueConversion } from '../cloud/enqueue-conversion.ts';
import type { DefineCommand } from '../command.ts';
import {
  CONVERSION_STEPS,
  type ConversionJobParameters,
  refuseOtherVolume,
  refuseOverlap,
} from '../conversion-job.ts';
import { tellConversion } from '../conversion-lines.ts';
import { addDeploymentFlags, type DeploymentFlags } from '../deployment.ts';
import { RefusedError } from '../errors.ts';
import { placeOf } from '../folders.ts';
import { newJob } from '../new-job.ts';
import { reportOutcome } from '../outcome.ts';
import { claimFolder, openOutputFolder } from '../output-folder.ts';
import { addConversionFlags, addParameterFlags, readConversionJob } from '../parameter-flags.ts';
import { runJob } from '../run-job.ts';
import { addJsonFlag, addResourceFlags, type ResourceFlags, readResources } from '../run-options.ts';
import type { Terminal } from '../terminal.ts';

interface ConvertFlags extends ResourceFlags, DeploymentFlags {
  readonly enqueue?: true;
  readonly wait?: true;
  readonly [parameter: string]: unknown;
}

const PARAMETERS = ['chunkSize', 'factor', 'mips', 'compress'];

export const define: DefineCommand = (command, terminal, exit) => {
  command
    .argument(
      '<input>',
      'folder of TIFF or PNG slices, a TIFF, NRRD, NIfTI, MetaImage, .npy or PNG file, or a volume (precomputed, OME-Zarr), here or at an s3:// or https:// URL; it is only read',
    )
    .argument('<output>', 'folder for the volume, made if absent, or s3:// URL');
  command.optionsGroup('Parameters of the job, which decide the bytes of its output:');
  addConversionFlags(command);
  addParameterFlags(command, PARAMETERS);
  command.optionsGroup('How it runs, which changes no byte:');
  addResourceFlags(addJsonFlag(command)).option(
    '--enqueue',
    'give it to an AWS deployment: the input is an s3:// or https:// URL, the output s3://',
  );
  addDeploymentFlags(command)
    .option('--wait', 'with --enqueue: show progress until the job ends; the exit code says how')
    .action(async (input: string, output: string, flags: ConvertFlags) => {
      const parameters = await readConversionJob(flags, PARAMETERS);
      const wish = { input: withoutScheme(input), output, parameters };
      checkPlaceOfWork(flags);
      if (flags.enqueue) exit(await enqueueConversion(terminal, await openCloud(flags), wish, flags));
      else exit(await convert(terminal, wish, flags));
    });
};

const OF_THIS_MACHINE = ['workers', 'memory'] as const;
const OF_DEPLOYMENTS = ['wait', 'deployment', 'region'] as const;

function checkPlaceOfWork(flags: ConvertFlags): void {
  const given = (flags.enqueue ? OF_THIS_MACHINE : OF_DEPLOYMENTS).find((flag) => flags[flag] !== undefined);
  if (given !== undefined)
    throw new RefusedError(
      flags.enqueue
        ? `--${given} is for this machine, and --enqueue gives the job to others: leave one of them out.`
        : `--${given} is for --enqueue, without which this machine does the work.`,
    );
}

async function convert(
  terminal: Terminal,
  { input, output, parameters }: ConversionWish,
  flags: ConvertFlags,
): Promise<number> {
  const source = await openStore(toUrl(input));
  const folder = await openOutputFolder(output);
  refuseOverlap(placeOf(source.url), folder.path);
  const plan = await planOrRefuse(source, parameters);
  await refuseOtherVolume(folder);
  const job = await claimFolder(folder, await newJob(source, folder, parameters, CONVERSION_STEPS));
  const json = flags.json === true;
  tellConversion(terminal, plan, json);
  const run = { folder, job, json, ...readResources(flags) };
  return reportOutcome(terminal, run, await runJob(terminal, run));
}

/** What a look at the headers tells is no work that failed. */
async function planOrRefuse(
  source: ObjectStore,
  parameters: ConversionJobParameters,
): Promise<ConversionPlan> {
  try {
    return await planConversion(source, parameters, parameters.conversion);
  } catch (error) {
    if (error instanceof PermanentError) throw new RefusedError(error.message, { cause: error });
    throw error;
  }
}
