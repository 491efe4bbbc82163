/** `cloudreg transform <volume> <output> --with <registration> --to atlas|sample`: any volume through a registration. */
import { InvalidArgumentError, Option } from 'commander';
import { jobParameters } from '../../services/parameters.ts';
import { canonicalJson, readFileIfPresent, writeFile } from '../../shared/engine/files.ts';
import { type LoadedTransform, loadTransform } from '../../shared/registration/files/load-transform.ts';
import {
  type Target,
  type Targets,
  targetsFile,
  WORK_FOLDER,
} from '../../shared/registration/files/registration-files.ts';
import { extentOf, type Space } from '../../shared/registration/files/space.ts';
import type { Direction } from '../../shared/registration/points/map-points.ts';
import { asLabels } from '../../shared/registration/source/as-labels.ts';
import { copyVolume } from '../../shared/registration/source/copy-volume.ts';
import { isArrayFile, openSource } from '../../shared/registration/source/open-source.ts';
import { extentUm, type SourceVolume, scaleFor } from '../../shared/registration/source/source-volume.ts';
import { planTarget, writeTargetInfo } from '../../shared/registration/warp/target-volume.ts';
import type { DefineCommand } from '../command.ts';
import { RefusedError } from '../errors.ts';
import { placeIn, shortPath } from '../folders.ts';
import { newJob } from '../new-job.ts';
import { reportOutcome } from '../outcome.ts';
import { claimFolder, type OutputFolder, openOutputFolder } from '../output-folder.ts';
import { runJob } from '../run-job.ts';
import { addJsonFlag, addResourceFlags, type ResourceFlags, readResources } from '../run-options.ts';
import { line, type Terminal } from '../terminal.ts';

interface Flags extends ResourceFlags {
  readonly with: string;
  readonly to: Direction;
  readonly labels?: true;
  readonly resolution: number;
}

const STEP = 'registration.transform';

export const define: DefineCommand = (command, terminal, exit) => {
  command
    .argument(
      '<volume>',
      'precomputed volume, OME-Zarr, .nrrd, .nii or .nii.gz, on the registered sample or on the atlas',
    )
    .argument('<output>', 'folder for the volume, made if absent, or s3:// URL')
    .requiredOption('--with <registration>', 'output folder of the job that registered')
    .addOption(
      new Option('--to <space>', 'whose grid it is brought onto')
        .choices(['atlas', 'sample'])
        .makeOptionMandatory(),
    )
    .option('--labels', 'the voxels are labels: never averaged (a precomputed segmentation says so itself)')
    .option(
      '--resolution <um>',
      'the grid: the coarsest resolution of the other volume whose voxels are no longer',
      positive,
      15,
    );
  addResourceFlags(addJsonFlag(command)).action(async (volume: string, output: string, flags: Flags) =>
    exit(await transform(terminal, volume, output, flags)),
  );
};

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('expected a number above 0.');
}

async function transform(terminal: Terminal, place: string, output: string, flags: Flags): Promise<number> {
  const loaded = await loadTransform(flags.with);
  const [own, other] = flags.to === 'atlas' ? (['sample', 'atlas'] as const) : (['atlas', 'sample'] as const);
  const volume = await openSource(place);
  checkFrame(volume, own, loaded.transform[own]);
  const folder = await openOutputFolder(output);
  const parameters = jobParameters.parse({ transformResolution: flags.resolution });
  const job = await claimFolder(folder, await newJob({ url: volume.url }, folder, parameters, [STEP]));
  const target = await planOne(folder, volume, loaded, flags, other);
  await keepTargets(folder, { format: 'cloudreg-targets/1', registrationUrl: loaded.url, targets: [target] });
  await writeTargetInfo(folder.store, target, undefined);
  const json = flags.json === true;
  const run = { folder, job, json, ...readResources(flags) };
  const exitCode = await reportOutcome(terminal, run, await runJob(terminal, run));
  if (!json) line(terminal.out, `Volume: ${shortPath(placeIn(folder.path, target.folder))}`);
  return exitCode;
}

async function planOne(
  folder: OutputFolder,
  given: SourceVolume,
  { transform: made }: LoadedTransform,
  { to, labels, resolution }: Flags,
  other: 'sample' | 'atlas',
): Promise<Target> {
  const isLabels = labels === true || given.isSegmentation;
  const volume = isLabels ? asLabels(given) : given;
  const sourceUrl = isArrayFile(volume.url)
    ? await copyVolume(volume, folder.store, `${WORK_FOLDER}source`, isLabels)
    : volume.url;
  const grid = await openSource(made[other].imageUrl);
  const { sizeVoxels, voxelSizeUm } = grid.scales[scaleFor(grid, resolution)]!;
  const { offsetUm } = made[other];
  const { dataType } = volume;
  return planTarget({
    folder: `on-${to}`,
    on: other,
    sourceUrl,
    isLabels,
    dataType,
    sizeVoxels,
    voxelSizeUm,
    offsetUm,
  });
}

/** What a volume fills tells whether it is of this registration. */
function checkFrame(volume: SourceVolume, name: 'sample' | 'atlas', space: Space): void {
  const [own, expected] = [extentUm(volume), extentOf(space)];
  if (own.every((extent, axis) => Math.abs(extent - expected[axis]!) <= 0.02 * expected[axis]!)) return;
  const text = (extent: readonly number[]): string => `${extent.map(Math.round).join(' x ')} um`;
  throw new RefusedError(
    `${volume.url} fills ${text(own)}, but the ${name} of this registration ${text(expected)}: it is no volume of it, or --to is the other way round.`,
  );
}

async function keepTargets({ store, path }: OutputFolder, targets: Targets): Promise<void> {
  const there = await readFileIfPresent(store, targetsFile);
  if (there !== undefined && canonicalJson(there) !== canonicalJson(targets))
    throw new RefusedError(
      `${path} holds a volume made with another registration or other words: use another output folder, or cloudreg clean --all ${path}`,
    );
  await writeFile(store, targetsFile, targets);
}
