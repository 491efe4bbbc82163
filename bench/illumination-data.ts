/** The cases of `../shared/data` on illumination, read for figures (bench) and for acceptance (test). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scan } from '../services/ingest/scan.ts';
import { type JobParameters, jobParameters } from '../services/parameters.ts';
import type { FlatFieldInput } from '../services/tile-correction/estimate-flat-field.ts';
import { flatField } from '../services/tile-correction/flat-field.ts';
import { evaluateFlatField, type LogField } from '../services/tile-correction/log-field.ts';
import { survey } from '../services/tile-correction/survey.ts';
import { type Acquisition, acquisitionFile } from '../shared/acquisition/acquisition.ts';
import { readCorrection } from '../shared/acquisition/correction.ts';
import { type CorrectionReport, correctionReportFile } from '../shared/acquisition/correction-report.ts';
import { memoryStore } from '../shared/adapters/memory/store.ts';
import { openStore } from '../shared/adapters/open-store.ts';
import { readFile } from '../shared/engine/files.ts';
import type { ObjectStore } from '../shared/engine/ports.ts';
import type { AnyStep } from '../shared/engine/step.ts';
import { readNpy, toFloat32 } from '../shared/formats/npy.ts';
import { addBlockSums } from '../shared/numerics/block-sums.ts';
import { type FloatImage, type N4Options, type N4Result, n4Defaults } from '../shared/numerics/n4/n4.ts';
import { mean, standardDeviation } from '../shared/numerics/statistics.ts';

const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

export function readImage(path: string): FloatImage {
  const array = readNpy(readFileSync(path));
  return { data: toFloat32(array), shape: [...array.shape].reverse() };
}

/** One run of the reference implementation of N4: what went in, and the log field that came out. */
export interface N4Case {
  readonly name: string;
  readonly image: FloatImage;
  readonly options: N4Options;
  readonly referenceRounds: readonly number[];
  /** Every `stride`-th voxel per axis. */
  readonly referenceField: Float32Array;
  readonly stride: number;
}

interface ManifestEntry {
  readonly name: string;
  readonly input: string;
  readonly mask: string | null;
  readonly weights: string | null;
  readonly levels: number;
  readonly maxIterationsPerLevel: number;
  readonly convergenceThreshold: number;
  readonly fieldStride: number;
  readonly referenceIterations: readonly number[];
}

export function n4Cases(directory: string): N4Case[] {
  const entries: readonly ManifestEntry[] = readJson(join(directory, 'manifest.json'));
  const bytes = (name: string) => readImage(join(directory, name)).data;
  return entries.map((entry) => ({
    name: entry.name,
    image: preparedImage(entry.name, readImage(join(directory, entry.input))),
    options: {
      ...n4Defaults,
      levels: Array.from({ length: entry.levels }, () => entry.maxIterationsPerLevel),
      threshold: entry.convergenceThreshold,
      ...(entry.mask === null ? {} : { mask: bytes(entry.mask) }),
      ...(entry.weights === null ? {} : { weights: bytes(entry.weights).map((byte) => byte / 255) }),
    },
    referenceRounds: entry.referenceIterations,
    referenceField: bytes(`${entry.name}.field.npy.gz`),
    stride: entry.fieldStride,
  }));
}

/** What the manifest's notes say is done to the input first. */
function preparedImage(name: string, { data, shape }: FloatImage): FloatImage {
  if (name.includes('weights')) return { data: data.map((value) => Math.max(value, 1)), shape };
  if (!name.includes('cloudreg')) return { data, shape };
  const smallest = data.reduce((least, value) => Math.min(least, value));
  return { data: data.map((value) => Math.fround(value - smallest) + 1), shape };
}

/** Deviation from the reference over used voxels, after taking out the mean difference, and the fields' correlation. */
export function deviation({ image, options, ...reference }: N4Case, { field }: N4Result) {
  const ours: number[] = [];
  const theirs: number[] = [];
  const { mask, weights } = options;
  for (const [n, voxel] of stridden(image.shape, reference.stride).entries()) {
    if (mask !== undefined && mask[voxel] !== 1) continue;
    if (weights !== undefined && !(weights[voxel]! > 0)) continue;
    ours.push(field[voxel]!);
    theirs.push(reference.referenceField[n]!);
  }
  const differences = ours.map((value, n) => value - theirs[n]!);
  const shift = mean(differences);
  const max = differences.reduce((most, difference) => Math.max(most, Math.abs(difference - shift)), 0);
  return { rms: standardDeviation(differences), max, correlation: correlation(ours, theirs) };
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  const covariance = mean(a.map((value, n) => (value - meanA) * (b[n]! - meanB)));
  return covariance / (standardDeviation(a) * standardDeviation(b));
}

function stridden(shape: readonly number[], stride: number): number[] {
  const [width = 1, height = 1, depth = 1] = shape;
  const voxels: number[] = [];
  for (let z = 0; z < depth; z += stride) {
    for (let y = 0; y < height; y += stride) {
      for (let x = 0; x < width; x += stride) voxels.push((z * height + y) * width + x);
    }
  }
  return voxels;
}

/** Tiles with a known flat field: the estimator's input and the log of the truth at tile size. */
export interface FlatFieldScene {
  readonly input: FlatFieldInput;
  readonly tileSize: readonly [number, number];
  /** Log of the applied vignette, at the reduced grid. */
  readonly truth: ArrayLike<number>;
}

/** `looks_NAME`: looks of simulated tiles of 160 x 160 pixels. */
export function looksScene(directory: string, name: string): FlatFieldScene {
  const { data, shape } = readImage(join(directory, `looks_${name}.npy.gz`));
  const about = readJson(join(directory, `looks_${name}.json`));
  const [width = 0, height = 0, count = 0] = shape;
  const looks = Array.from({ length: count }, (_, n) => ({
    tile: about.tileOfLook[n] as number,
    zBlock: about.zBlockOfLook[n] as number,
    image: data.slice(n * width * height, (n + 1) * width * height).map((value) => value / 16),
  }));
  const reduction: number = about.reduction;
  const origins: [number, number][] = [];
  for (const [n, look] of looks.entries()) {
    const [x, y] = about.nominalOriginXY[n] as [number, number];
    origins[look.tile] = [x * reduction, y * reduction];
  }
  return {
    input: { grid: { width, height, reduction }, looks, origins, background: about.backgroundTrue },
    tileSize: [width * reduction, height * reduction],
    truth: readImage(join(directory, `looks_${name}.truth.npy.gz`)).data,
  };
}

/** What the real steps made of one channel of an acquisition whose truth is known. */
export interface CorrectedChannel {
  readonly report: CorrectionReport;
  /** sd of ln(estimate / truth) over the tile; undefined where no flat field is applied. */
  readonly error: number | undefined;
}

/** Scan, survey and flat field of an acquisition that make_colm.py made; by channel. */
export async function correctColm(
  directory: string,
  parameters: Partial<JobParameters> = {},
): Promise<CorrectedChannel[]> {
  const [source, store] = [await openStore(directory), memoryStore()];
  const all = jobParameters.parse(parameters);
  await runTasks(scan, { parameters: all }, store, source);
  const acquisition = await readFile(store, acquisitionFile);
  for (const step of [survey, flatField]) {
    await runTasks(step, { parameters: all, acquisition }, store, source);
  }
  const { bias } = readJson(join(directory, 'truth.json'));
  const [width, height] = acquisition.tileSize;
  const truth = logVignette(bias, width, height);
  const corrected: CorrectedChannel[] = [];
  for (const channel of acquisition.channels) {
    const report = await readFile(store, correctionReportFile(channel));
    const { flatField: found } = await readCorrection(store, channel, acquisition.tileSize);
    const error = found && standardDeviation(found.factor.map((value, n) => -Math.log(value) - truth[n]!));
    corrected.push({ report, error });
  }
  return corrected;
}

async function runTasks(
  step: AnyStep<JobParameters>,
  inputs: { readonly parameters: JobParameters; readonly acquisition?: Acquisition },
  store: ObjectStore,
  source: ObjectStore,
): Promise<void> {
  const plan = step.plan(inputs, 0);
  for (let index = 0; index < plan.count; index++) {
    await step.run(plan.task(index), { inputs, store, source });
  }
}

interface Vignette {
  readonly vignette: number;
  readonly cx: number;
  readonly cy: number;
  readonly kx: number;
  readonly ky: number;
}

/** The formula of `truth.json`: V = max(0.05, 1 - vignette (u^2 + v^2)/2 + kx u + ky v). */
function logVignette({ vignette, cx, cy, kx, ky }: Vignette, width: number, height: number): Float64Array {
  return Float64Array.from({ length: width * height }, (_, n) => {
    const u = ((n % width) - cx) / (width / 2);
    const v = (Math.floor(n / width) - cy) / (height / 2);
    return Math.log(Math.max(0.05, 1 - (vignette * (u * u + v * v)) / 2 + kx * u + ky * v));
  });
}

/** sd of ln(estimate / truth) over the reduced tile. */
export function fieldError(field: LogField, { input, tileSize, truth }: FlatFieldScene): number {
  const { width, height, reduction } = input.grid;
  const gain = evaluateFlatField(field, ...tileSize).map((value) => 1 / value);
  const sums = new Float64Array(width * height);
  addBlockSums(gain, ...tileSize, reduction, sums);
  return standardDeviation(sums.map((sum, n) => Math.log(sum / reduction ** 2) - truth[n]!));
}
