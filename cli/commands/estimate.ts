/** `cloudreg estimate <acquisition>`: what a job would take, without an account and without writing anything. */

import { checkGivenField } from '../../services/illumination-correction/estimate/given-field.ts';
import { checkGivenPlacement } from '../../services/stitching/given-placement.ts';
import { checkGivenFlatField } from '../../services/tile-correction/flat-field/given-flat-field.ts';
import { readColmHeader } from '../../shared/acquisition/colm/read-colm.ts';
import { toUrl } from '../../shared/adapters/open-store.ts';
import { checkOutput } from '../check-output.ts';
import type { DefineCommand } from '../command.ts';
import { EXIT_DONE } from '../errors.ts';
import { estimateLines } from '../estimate-lines.ts';
import {
  addEstimateFlags,
  type EstimateFlags,
  estimateFor,
  readEstimateOptions,
} from '../estimate-options.ts';
import { placeOf } from '../folders.ts';
import { newJob } from '../new-job.ts';
import { openAcquisition } from '../open-acquisition.ts';
import { addParameterFlags, readParameters } from '../parameter-flags.ts';
import { addResourceFlags, type ResourceFlags, readResources } from '../run-options.ts';
import { stageOf } from '../stage-of.ts';
import { line, type Terminal } from '../terminal.ts';

interface Flags extends EstimateFlags, ResourceFlags {
  readonly output?: string;
  readonly [parameter: string]: unknown;
}

export const define: DefineCommand = (command, terminal, exit) => {
  command.argument('<acquisition>', 'COLM folder, or s3:// URL of one: names and headers are read, no pixel');
  command.optionsGroup('Parameters of the job, as for run:');
  addParameterFlags(command);
  command.optionsGroup('Where it would run:');
  addResourceFlags(addEstimateFlags(command))
    .option(
      '--output <place>',
      'folder or s3:// URL of the volumes, for the name of the job; nothing is written',
    )
    .option('--json', 'one JSON object; also where the output is no terminal')
    .action(async (acquisition: string, flags: Flags) => exit(await estimate(terminal, acquisition, flags)));
};

async function estimate(terminal: Terminal, acquisition: string, flags: Flags): Promise<number> {
  const parameters = await readParameters(flags);
  const { workers } = readResources(flags);
  const options = await readEstimateOptions(flags);
  const source = await openAcquisition(acquisition);
  const header = await readColmHeader(source);
  await checkGivenFlatField(parameters.flatField, [header.width, header.height]);
  await checkGivenPlacement(parameters.placement, stageOf(header));
  await checkGivenField(parameters.illumination);
  await checkOutput(source, parameters);
  const output = flags.output === undefined ? 'memory://nowhere' : toUrl(placeOf(flags.output));
  const job = await newJob(source, { store: { url: output } }, parameters);
  const found = await estimateFor(job, source, options, workers);
  for (const warning of found.warnings) line(terminal.err, `Warning: ${warning}`);
  const isJson = flags.json === true || !terminal.out.isTerminal;
  if (isJson)
    line(terminal.out, JSON.stringify({ event: 'estimate', jobId: job.jobId, input: job.input, ...found }));
  else for (const text of estimateLines(found)) line(terminal.out, text);
  return EXIT_DONE;
}
