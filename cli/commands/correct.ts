/** `cloudreg correct <volume> <output>`: even light in a volume that is there already, as a copy. */

import { apply } from '../../services/illumination-correction/apply.ts';
import { checkCorrection } from '../../services/illumination-correction/check-correction.ts';
import { estimate } from '../../services/illumination-correction/estimate.ts';
import { openStore, toUrl } from '../../shared/adapters/open-store.ts';
import { readFileIfPresent } from '../../shared/engine/files.ts';
import { stepId } from '../../shared/engine/step.ts';
import { illuminationDecisionFile, illuminationFieldFile } from '../../shared/illumination/files.ts';
import { withoutScheme } from '../../shared/viewer/source-url.ts';
import type { DefineCommand } from '../command.ts';
import { EXIT_DONE, RefusedError } from '../errors.ts';
import { isInside, placeIn, placeOf, shortPath } from '../folders.ts';
import { newJob } from '../new-job.ts';
import { reportOutcome } from '../outcome.ts';
import { claimFolder, type OutputFolder, openOutputFolder } from '../output-folder.ts';
import { addParameterFlags, readParameters } from '../parameter-flags.ts';
import { runJob } from '../run-job.ts';
import { addJsonFlag, addResourceFlags, type ResourceFlags, readResources } from '../run-options.ts';
import { line, type Terminal } from '../terminal.ts';

interface CorrectFlags extends ResourceFlags {
  readonly field?: string;
  readonly estimateOnly?: true;
  readonly [parameter: string]: unknown;
}

const PARAMETERS = ['illumination', 'compress'];
const CORRECTION_STEPS = [estimate, apply].map(stepId);

export const define: DefineCommand = (command, terminal, exit) => {
  command
    .argument(
      '<volume>',
      'image volume (precomputed, OME-Zarr): folder, s3:// or https:// URL; it is only read',
    )
    .argument('<output>', 'folder for the corrected volume, made if absent, or s3:// URL');
  command.optionsGroup('Parameters of the job, which decide the bytes of its output:');
  addParameterFlags(command, PARAMETERS);
  command.option('--field <file>', 'apply this field.json of another job; the same as --illumination <file>');
  command.optionsGroup('How it runs, which changes no byte:');
  addResourceFlags(addJsonFlag(command))
    .option('--estimate-only', 'stop once the field is estimated; the same command without it goes on')
    .action(async (volume: string, output: string, flags: CorrectFlags) =>
      exit(await correct(terminal, volume, output, flags)),
    );
};

async function correct(
  terminal: Terminal,
  volume: string,
  output: string,
  flags: CorrectFlags,
): Promise<number> {
  const parameters = await readParameters(withField(flags));
  if (parameters.illumination === 'none')
    throw new RefusedError('--illumination none leaves the volume as it is: there is nothing to do.');
  const source = await openStore(toUrl(withoutScheme(volume)));
  const folder = await openOutputFolder(output);
  refuseOverlap(placeOf(source.url), folder.path);
  await checkCorrection(source, parameters.illumination);
  const job = await claimFolder(folder, await newJob(source, folder, parameters, CORRECTION_STEPS));
  const json = flags.json === true;
  const until = flags.estimateOnly ? { until: stepId(estimate) } : {};
  const run = { folder, job, json, ...readResources(flags), ...until };
  const exitCode = await reportOutcome(terminal, run, await runJob(terminal, run));
  if (exitCode === EXIT_DONE && !json)
    for (const text of await nextLines(folder, flags)) line(terminal.out, text);
  return exitCode;
}

function withField({ field, ...flags }: CorrectFlags): CorrectFlags {
  if (field === undefined) return flags;
  if (flags.illumination !== undefined)
    throw new RefusedError('--field and --illumination say the same thing: give one of them.');
  return { ...flags, illumination: toUrl(field) };
}

/** The source stays as it is, and nothing that is made may lie among its chunks. */
function refuseOverlap(volume: string, output: string): void {
  if (isInside(output, volume))
    throw new RefusedError(
      `The output ${output} lies inside the volume ${volume}, which is only read: use a folder beside it.`,
    );
}

async function nextLines(folder: OutputFolder, { estimateOnly }: CorrectFlags): Promise<string[]> {
  const decided = await readFileIfPresent(folder.store, illuminationDecisionFile('volume'));
  if (decided === undefined) return [];
  const field = shortPath(placeIn(folder.path, illuminationFieldFile('volume').key));
  const found = estimateOnly && decided.figures !== null ? [`Field: ${field}`] : [];
  if (decided.decision === 'apply') return found;
  return [
    ...found,
    'No volume was written. To even it out all the same: --illumination n4, in another output folder.',
  ];
}
