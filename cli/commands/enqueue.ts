/** `cloudreg enqueue <acquisition> <output>`: gives a job to the deployment's consumers, once all it needs is there. */

import { checkGivenField } from '../../services/illumination-correction/estimate/given-field.ts';
import type { JobParameters } from '../../services/parameters.ts';
import { checkGivenPlacement } from '../../services/stitching/given-placement.ts';
import { checkGivenFlatField } from '../../services/tile-correction/flat-field/given-flat-field.ts';
import { type ColmHeader, readColmHeader } from '../../shared/acquisition/colm/read-colm.ts';
import { checkOutput } from '../check-output.ts';
import { checkAccess } from '../cloud/access.ts';
import { beginJob } from '../cloud/begin-job.ts';
import { type Cloud, openCloud } from '../cloud/cloud.ts';
import { refuseLocalPlaces } from '../cloud/reachable.ts';
import type { DefineCommand } from '../command.ts';
import { addDeploymentFlags, type DeploymentFlags } from '../deployment.ts';
import { describeJob } from '../dry-run.ts';
import { EXIT_DONE, RefusedError } from '../errors.ts';
import { newJob } from '../new-job.ts';
import { checkFolder, claimFolder } from '../output-folder.ts';
import { addParameterFlags, readParameters } from '../parameter-flags.ts';
import { addJsonFlag } from '../run-options.ts';
import { stageOf } from '../stage-of.ts';
import type { Terminal } from '../terminal.ts';

interface EnqueueFlags extends DeploymentFlags {
  readonly wait?: true;
  readonly dryRun?: true;
  readonly json?: true;
  readonly [parameter: string]: unknown;
}

export const define: DefineCommand = (command, terminal, exit) => {
  command
    .argument('<acquisition>', 's3:// URL of the folder with Experiment.ini')
    .argument('<output>', 's3:// URL of the folder for the volumes');
  command.optionsGroup('Parameters of the job, which decide the bytes of its output:');
  addParameterFlags(command);
  command.optionsGroup('Where it runs, which changes no byte:');
  addJsonFlag(addDeploymentFlags(command))
    .option('--wait', 'show progress until the job ends; the exit code says how')
    .option('--dry-run', 'check access and print what would be done; begin nothing')
    .option('--verbose', 'print errors with their stack')
    .action(async (acquisition: string, output: string, flags: EnqueueFlags) => {
      const parameters = await readParameters(flags);
      exit(await enqueue(terminal, await openCloud(flags), { acquisition, output, parameters }, flags));
    });
};

interface Wish {
  readonly acquisition: string;
  readonly output: string;
  readonly parameters: JobParameters;
}

export async function enqueue(
  terminal: Terminal,
  cloud: Cloud,
  wish: Wish,
  flags: { readonly wait?: true; readonly dryRun?: true; readonly json?: true },
): Promise<number> {
  refuseLocal(wish);
  const source = await cloud.openStore(wish.acquisition);
  const store = await cloud.openStore(wish.output);
  const header = await checkAccess(cloud, { name: 'acquisition', look: readColmHeader(source) }, store);
  await checkGiven(wish.parameters, header);
  await checkOutput(source, wish.parameters);
  const folder = { path: store.url, store };
  const job = await newJob(source, folder, wish.parameters);
  await checkFolder(folder, job);
  const json = flags.json === true;
  describeJob(terminal, { job, header, json, isDryRun: flags.dryRun === true });
  if (flags.dryRun) return EXIT_DONE;
  return beginJob(terminal, cloud, await claimFolder(folder, job), { json, wait: flags.wait === true });
}

async function checkGiven(parameters: JobParameters, header: ColmHeader): Promise<void> {
  await checkGivenFlatField(parameters.flatField, [header.width, header.height]);
  await checkGivenPlacement(parameters.placement, stageOf(header));
  await checkGivenField(parameters.illumination);
}

function refuseLocal({ acquisition, output, parameters }: Wish): void {
  const input = { name: 'The acquisition', place: acquisition };
  refuseLocalPlaces({ input, output, instead: 'cloudreg run' });
  for (const [flag, place] of [
    ['--flat-field', parameters.flatField],
    ['--placement', parameters.placement],
    ['--illumination', parameters.illumination],
    ['--atlas', parameters.atlas],
    ['--parcellation', parameters.parcellation],
    ['--ontology', parameters.ontology],
  ] as const)
    if (place?.startsWith('file://'))
      throw new RefusedError(
        `${flag} ${place} lies on this machine, where the deployment's cannot read it: copy it to S3 and give its s3:// URL.`,
      );
}
