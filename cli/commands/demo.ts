/** `cloudreg demo`: makes a synthetic acquisition, runs the real pipeline on it, and checks what came out against the truth. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobParameters } from '../../services/parameters.ts';
import { placementFile } from '../../shared/acquisition/placement.ts';
import { qualityReportFile } from '../../shared/acquisition/quality-report.ts';
import { openStore } from '../../shared/adapters/open-store.ts';
import { readFile } from '../../shared/engine/files.ts';
import { median } from '../../shared/numerics/statistics.ts';
import { openVolume } from '../../shared/volume/open-volume.ts';
import { writeSectionPng } from '../../shared/volume/section-png.ts';
import type { DefineCommand } from '../command.ts';
import { type DemoFolder, markAsMade, prepareDemoFolder } from '../demo-folder.ts';
import { demoParameters, registrationErrorLines } from '../demo-registration.ts';
import { EXIT_DONE, RefusedError } from '../errors.ts';
import { shortPath } from '../folders.ts';
import { newJob } from '../new-job.ts';
import { reportOutcome } from '../outcome.ts';
import { claimFolder, type OutputFolder, openOutputFolder } from '../output-folder.ts';
import { makePhantomAcquisition, TRUTH_FILE } from '../phantom/make-phantom.ts';
import { demoPhantom, type PhantomPlan } from '../phantom/plan.ts';
import { type AxisError, placementErrors, readTruth } from '../placement-error.ts';
import { createCounter } from '../progress/counter.ts';
import { formatSeconds } from '../quantities.ts';
import { writeRegionPicture } from '../region-picture.ts';
import { removeJob } from '../remove-job.ts';
import { runJob } from '../run-job.ts';
import { addResourceFlags, type ResourceFlags, type Resources, readResources } from '../run-options.ts';
import { line, type Terminal } from '../terminal.ts';
import { volumesIn } from '../volumes.ts';
import { verify } from './verify.ts';

interface DemoFlags extends ResourceFlags {
  readonly folder: string;
  readonly seed: string;
  readonly small?: true;
}

export const define: DefineCommand = (command, terminal, exit) => {
  command
    .option('--folder <folder>', 'where acquisition, volume and picture go', 'demo-output')
    .option('--seed <number>', 'of the synthetic brain and of the stage', '1')
    .option('--small', '2 x 2 tiles of 256 x 256 x 32: done in seconds');
  addResourceFlags(command).action(async (flags: DemoFlags) => exit(await demo(terminal, flags)));
};

async function demo(terminal: Terminal, flags: DemoFlags): Promise<number> {
  const resources = readResources(flags);
  const plan = planOf(flags);
  const folder = await prepareDemoFolder(flags.folder, plan);
  await makeAcquisition(terminal, folder, plan, resources);
  const output = await openOutputFolder(folder.volume);
  await removeJob(output);
  const parameters = await demoParameters(folder, plan);
  const exitCode = await runPipeline(terminal, folder, output, parameters, resources);
  if (exitCode !== EXIT_DONE) return exitCode;
  for (const text of await errorLines(folder, output)) line(terminal.out, text);
  for (const text of await registrationErrorLines(folder, output, plan)) line(terminal.out, text);
  const verdict = await verify(terminal, output, false);
  await drawPlane(output, folder.picture);
  line(terminal.out, `Picture of a stitched plane: ${shortPath(folder.picture)}`);
  for (const text of await seamLines(folder, output)) line(terminal.out, text);
  await writeRegionPicture(folder.volume, folder.regionPicture);
  line(terminal.out, `Borders of the atlas's regions on the tissue: ${shortPath(folder.regionPicture)}`);
  line(terminal.out, `Look at it in the browser: cloudreg view ${shortPath(folder.volume)}`);
  return verdict;
}

function planOf({ seed, small }: DemoFlags): PhantomPlan {
  if (!/^\d{1,9}$/.test(seed)) throw new RefusedError(`--seed is "${seed}"; expected a whole number.`);
  const size = small ? ({ rows: 2, columns: 2, tileSize: [256, 256, 32] } as const) : {};
  return { ...demoPhantom, ...size, seed: Number(seed) };
}

async function makeAcquisition(
  terminal: Terminal,
  folder: DemoFolder,
  plan: PhantomPlan,
  { workers }: Resources,
): Promise<void> {
  const { rows, columns, tileSize, channels } = plan;
  const what = `${rows} x ${columns} tiles of ${tileSize.join(' x ')}, ${channels} channels`;
  const where = shortPath(folder.acquisition);
  if (folder.isMade)
    return line(terminal.out, `Synthetic acquisition of an earlier demo (${what}): ${where}`);
  const started = performance.now();
  const counter = createCounter(terminal, 'making planes', false);
  await makePhantomAcquisition({
    ...plan,
    folder: folder.acquisition,
    threads: workers,
    onProgress: counter.show,
  });
  counter.end();
  await markAsMade(folder, plan);
  const seconds = (performance.now() - started) / 1000;
  line(terminal.out, `Made a synthetic acquisition (${what}) in ${formatSeconds(seconds)}: ${where}`);
}

async function runPipeline(
  terminal: Terminal,
  { acquisition }: DemoFolder,
  folder: OutputFolder,
  parameters: JobParameters,
  resources: Resources,
): Promise<number> {
  const source = await openStore(acquisition);
  const job = await claimFolder(folder, await newJob(source, folder, parameters));
  const run = { folder, job, json: false, ...resources };
  return reportOutcome(terminal, run, await runJob(terminal, run));
}

async function errorLines({ acquisition }: DemoFolder, { store }: OutputFolder): Promise<string[]> {
  const placement = await readFile(store, placementFile);
  const errors = placementErrors(placement, await readTruth(join(acquisition, TRUTH_FILE)));
  const isNominal = placement.tiles.every(({ source }) => source === 'stage');
  const why = isNominal ? ' (tiles lie at their nominal positions: this is the jitter of the stage)' : '';
  const worst = Math.max(...errors.map(({ max }) => max));
  return [
    `Placement error against the truth, voxels${why}:`,
    `  ${errors.map(errorText).join('; ')}`,
    worst <= GOOD_ERROR
      ? `  Every tile lies within ${GOOD_ERROR} voxel of its true place.`
      : `  The worst tile is ${worst.toFixed(2)} voxels from its true place.`,
  ];
}

/** Fusion rounds positions to whole voxels: errors well below half of one are not seen. */
const GOOD_ERROR = 0.25;

const errorText = ({ axis, mean, max }: AxisError): string =>
  `${axis} mean ${mean.toFixed(2)}, max ${max.toFixed(2)}`;

/** A typical seam where the stage put the tiles and as they were placed, out of the quality report. */
async function seamLines({ seamPicture }: DemoFolder, { store }: OutputFolder): Promise<string[]> {
  const { pictures, seams } = await readFile(store, qualityReportFile);
  const picture = pictures.typicalSeam === null ? undefined : await store.get(pictures.typicalSeam);
  if (picture === undefined) return [];
  await writeFile(seamPicture, picture.bytes);
  const differences = (phase: 'before' | 'after') =>
    median(seams.flatMap((seam) => seam[phase]?.meanDifference ?? []));
  return [
    `A seam before and after: ${shortPath(seamPicture)}`,
    `  In overlaps the tiles differ by ${differences('before').toFixed(1)} counts where the stage put them, ` +
      `by ${differences('after').toFixed(1)} as placed (median over ${seams.length} seams, noise included).`,
  ];
}

/** Pixels that are enough to see a brain. */
const WIDEST_PICTURE = 2048;

async function drawPlane(folder: OutputFolder, picture: string): Promise<void> {
  const [first = ''] = await volumesIn(folder);
  const volume = await openVolume(folder.store, first);
  const fitting = volume.mips.findIndex(({ sizeVoxels }) => sizeVoxels[0] <= WIDEST_PICTURE);
  const mip = fitting < 0 ? volume.mips.length - 1 : fitting;
  const stored = volume.mips[mip]!;
  const z = stored.voxelOffset[2] + Math.floor(stored.sizeVoxels[2] / 2);
  await writeSectionPng(volume, { mip, z }, picture);
}
