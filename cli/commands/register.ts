/** `cloudreg register <volume> <output>`: the registration steps alone, on a volume that is there already. */
import { registrationParameters } from '../../services/registration-parameters.ts';
import { toUrl } from '../../shared/adapters/open-store.ts';
import { arrayFileAt } from '../../shared/formats/array-file.ts';
import { isArrayFile, openSource } from '../../shared/registration/source/open-source.ts';
import { withoutScheme } from '../../shared/viewer/source-url.ts';
import type { DefineCommand } from '../command.ts';
import { RefusedError } from '../errors.ts';
import { isInside, placeOf } from '../folders.ts';
import { newJob } from '../new-job.ts';
import { reportOutcome } from '../outcome.ts';
import { claimFolder, openOutputFolder } from '../output-folder.ts';
import { addParameterFlags, readParameters } from '../parameter-flags.ts';
import { runJob } from '../run-job.ts';
import {
  addJsonFlag,
  addResourceFlags,
  type ResourceFlags,
  readResources,
  readStep,
  STEPS,
} from '../run-options.ts';
import type { Terminal } from '../terminal.ts';

interface RegisterFlags extends ResourceFlags {
  readonly redo?: string;
  readonly [parameter: string]: unknown;
}

const REGISTRATION_STEPS = STEPS.filter((step) => step.startsWith('registration.'));

export const define: DefineCommand = (command, terminal, exit) => {
  command
    .argument(
      '<volume>',
      'volume (precomputed, OME-Zarr: folder, s3:// or https:// URL), or a .nrrd, .nii or .nii.gz file',
    )
    .argument('<output>', 'folder for transform, report and volumes, made if absent, or s3:// URL');
  command.optionsGroup('Parameters of the job, which decide the bytes of its output:');
  addParameterFlags(command, Object.keys(registrationParameters));
  command.optionsGroup('How it runs, which changes no byte:');
  addResourceFlags(addJsonFlag(command))
    .option(
      '--redo <step>',
      `run this step and all that depend on it again: ${REGISTRATION_STEPS.join(', ')}`,
    )
    .action(async (volume: string, output: string, flags: RegisterFlags) =>
      exit(await register(terminal, volume, output, flags)),
    );
};

async function register(
  terminal: Terminal,
  volume: string,
  output: string,
  flags: RegisterFlags,
): Promise<number> {
  const parameters = await readParameters(flags);
  if (parameters.orientation === 'none')
    throw new RefusedError(
      '--orientation is needed: three letters that name the sides towards which x, y and z grow, for example RIP.',
    );
  const redo =
    flags.redo === undefined
      ? {}
      : { command: { kind: 'redo', step: readStep('--redo', flags.redo) } as const };
  const url = toUrl(withoutScheme(volume));
  await checkVolume(url);
  const folder = await openOutputFolder(output);
  if (isInside(folder.path, placeOf(url)))
    throw new RefusedError(
      `The output ${folder.path} lies inside the volume ${volume}: use a folder beside it.`,
    );
  const job = await claimFolder(folder, await newJob({ url }, folder, parameters, REGISTRATION_STEPS));
  const json = flags.json === true;
  const run = { folder, job, json, ...readResources(flags), ...redo };
  return reportOutcome(terminal, run, await runJob(terminal, run));
}

/** Before anything is written: it is there, and is a volume. */
async function checkVolume(url: string): Promise<void> {
  if (!isArrayFile(url)) await openSource(url);
  else if (url.startsWith('file://')) await arrayFileAt(placeOf(url));
}
