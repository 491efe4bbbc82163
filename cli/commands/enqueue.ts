/** `cloudreg enqueue <acquisition> <output>`: gives a job to the deployment's consumers, once all it needs is there. */

import { checkGivenField } from '../../services/illumination-correction/estimate/given-field.ts';
import type { JobParameters } from '../../services/parameters.ts';
import { checkGivenPlacement } from '../../services/stitching/given-placement.ts';
import { checkGivenFlatField } from '../../services/tile-correction/flat-field/given-flat-field.ts';
import type { ColmHeader } from '../../shared/acquisition/colm/read-colm.ts';
import { start } from '../../shared/engine/commands.ts';
import type { NewJob } from '../../shared/engine/records.ts';
import { checkAccess } from '../cloud/access.ts';
import { type Cloud, openCloud } from '../cloud/cloud.ts';
import { exitCodeOf, watchJob } from '../cloud/watch-job.ts';
import type { DefineCommand } from '../command.ts';
import { addDeploymentFlags, type DeploymentFlags } from '../deployment.ts';
import { describeJob } from '../dry-run.ts';
import { EXIT_DONE, RefusedError } from '../errors.ts';
import { refuseFutureFlags } from '../future-words.ts';
import { newJob } from '../new-job.ts';
import { checkFolder, claimFolder } from '../output-folder.ts';
import { addParameterFlags, readParameters } from '../parameter-flags.ts';
import { addJsonFlag } from '../run-options.ts';
import { stageOf } from '../stage-of.ts';
import { line, type Terminal } from '../terminal.ts';

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
  refuseFutureFlags(command);
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
  refuseLocalPlaces(wish);
  const source = await cloud.openStore(wish.acquisition);
  const store = await cloud.openStore(wish.output);
  const header = await checkAccess(cloud, source, store);
  await checkGiven(wish.parameters, header);
  const folder = { path: store.url, store };
  const job = await newJob(source, folder, wish.parameters);
  await checkFolder(folder, job);
  const json = flags.json === true;
  describeJob(terminal, { job, header, json, isDryRun: flags.dryRun === true });
  if (flags.dryRun) return EXIT_DONE;
  return begin(terminal, cloud, await claimFolder(folder, job), { json, wait: flags.wait === true });
}

async function begin(
  terminal: Terminal,
  cloud: Cloud,
  claimed: NewJob,
  { json, wait }: { readonly json: boolean; readonly wait: boolean },
): Promise<number> {
  const job = await start(cloud.engine, claimed);
  const { jobId, output } = job;
  const deployment = cloud.deployment.name;
  if (json) line(terminal.out, JSON.stringify({ event: 'enqueued', jobId, output, deployment }));
  else
    line(terminal.out, `Job ${jobId} is given to ${deployment}. Watch it: cloudreg status ${jobId} --watch`);
  if (!wait) return EXIT_DONE;
  const status = await watchJob(terminal, cloud, jobId, { json });
  const exitCode = exitCodeOf(status);
  if (json) line(terminal.out, JSON.stringify({ event: 'done', jobId, status, exitCode }));
  else line(terminal.out, `Job ${jobId}: ${status}. See: cloudreg status ${jobId}`);
  return exitCode;
}

async function checkGiven(parameters: JobParameters, header: ColmHeader): Promise<void> {
  await checkGivenFlatField(parameters.flatField, [header.width, header.height]);
  await checkGivenPlacement(parameters.placement, stageOf(header));
  await checkGivenField(parameters.illumination);
}

/** Consumers are other machines. */
function refuseLocalPlaces({ acquisition, output, parameters }: Wish): void {
  const places = [
    { name: 'The acquisition', place: acquisition, schemes: /^(s3|https):\/\// },
    { name: 'The output', place: output, schemes: /^s3:\/\// },
  ];
  for (const { name, place, schemes } of places)
    if (!schemes.test(place))
      throw new RefusedError(
        `${name} ${place} is not where the deployment's machines can reach it: give an s3:// URL, or use cloudreg run.`,
      );
  for (const [flag, place] of [
    ['--flat-field', parameters.flatField],
    ['--placement', parameters.placement],
  ] as const)
    if (place.startsWith('file://'))
      throw new RefusedError(
        `${flag} ${place} lies on this machine, where the deployment's cannot read it: copy it to S3 and give its s3:// URL.`,
      );
}
