/** `cloudreg run <acquisition> <output>`: refuses what cannot work before anything is written, then does it. */

import { checkGivenField } from '../../services/illumination-correction/estimate/given-field.ts';
import { checkGivenPlacement } from '../../services/stitching/given-placement.ts';
import { checkGivenFlatField } from '../../services/tile-correction/flat-field/given-flat-field.ts';
import { readColmHeader } from '../../shared/acquisition/colm/read-colm.ts';
import { checkOutput } from '../check-output.ts';
import type { DefineCommand } from '../command.ts';
import { describeJob } from '../dry-run.ts';
import { EXIT_DONE, RefusedError } from '../errors.ts';
import { estimateFor, readEstimateOptions } from '../estimate-options.ts';
import { isInside, placeOf } from '../folders.ts';
import { newJob } from '../new-job.ts';
import { openAcquisition } from '../open-acquisition.ts';
import { reportOutcome } from '../outcome.ts';
import { checkFolder, claimFolder, openOutputFolder } from '../output-folder.ts';
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
import { stageOf } from '../stage-of.ts';
import type { Terminal } from '../terminal.ts';

interface RunFlags extends ResourceFlags {
  readonly until?: string;
  readonly redo?: string;
  readonly dryRun?: true;
  readonly [parameter: string]: unknown;
}

export const define: DefineCommand = (command, terminal, exit) => {
  command
    .argument('<acquisition>', 'COLM folder, or s3:// URL of one: Experiment.ini, Scanned Cells.txt, VW0/')
    .argument('<output>', 'folder for the volumes, made if absent, or s3:// URL');
  command.optionsGroup('Parameters of the job, which decide the bytes of its output:');
  addParameterFlags(command);
  command.optionsGroup('How it runs, which changes no byte:');
  addResourceFlags(addJsonFlag(command))
    .option('--until <step>', `stop after this step: ${STEPS.join(', ')}`)
    .option('--redo <step>', 'run this step and all that depend on it again')
    .option('--dry-run', 'print what would be done and what it would take; write nothing')
    .action(async (acquisition: string, output: string, flags: RunFlags) =>
      exit(await run(terminal, acquisition, output, flags)),
    );
};

async function run(
  terminal: Terminal,
  acquisition: string,
  output: string,
  flags: RunFlags,
): Promise<number> {
  const parameters = await readParameters(flags);
  const resources = readResources(flags);
  const until = flags.until === undefined ? {} : { until: readStep('--until', flags.until) };
  const redo =
    flags.redo === undefined
      ? {}
      : { command: { kind: 'redo', step: readStep('--redo', flags.redo) } as const };
  const json = flags.json === true;

  const source = await openAcquisition(acquisition);
  const folder = await openOutputFolder(output);
  refuseOverlap(placeOf(acquisition), folder.path);
  const header = await readColmHeader(source);
  await checkGivenFlatField(parameters.flatField, [header.width, header.height]);
  await checkGivenPlacement(parameters.placement, stageOf(header));
  await checkGivenField(parameters.illumination);
  await checkOutput(source, parameters);
  const job = await newJob(source, folder, parameters);
  await checkFolder(folder, job);
  if (flags.dryRun) {
    const estimate = await estimateFor(job, source, await readEstimateOptions({}), resources.workers);
    describeJob(terminal, { job, header, ...resources, json, estimate });
    return EXIT_DONE;
  }
  const claimed = await claimFolder(folder, job);
  const jobRun = { folder, job: claimed, json, ...resources, ...until, ...redo };
  return reportOutcome(terminal, jobRun, await runJob(terminal, jobRun));
}

/** Chunks among the raw data would be taken for part of them, and what is made must never lie in the way of what it is made from. */
function refuseOverlap(acquisition: string, output: string): void {
  if (isInside(output, acquisition))
    throw new RefusedError(
      `The output ${output} lies inside the acquisition ${acquisition}: use a folder beside it.`,
    );
}
