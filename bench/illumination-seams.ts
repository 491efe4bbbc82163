/**
 * Seams of fused volumes, with and without the corrections. The tiles of an acquisition are fused twice, as on a
 * chessboard: the black ones alone and the white ones alone. Where a black and a white tile overlap, both volumes hold the
 * same tissue, seen at two places of the field of view: the seam index is how far they differ.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makePhantomAcquisition } from '../cli/phantom/make-phantom.ts';
import type { PhantomPlan } from '../cli/phantom/plan.ts';
import { estimate } from '../services/illumination-correction/estimate.ts';
import { scan } from '../services/ingest/scan.ts';
import { channelFolder } from '../services/output-volume.ts';
import { type JobParameters, jobParameters } from '../services/parameters.ts';
import { align } from '../services/stitching/align.ts';
import { fuse } from '../services/stitching/fuse.ts';
import { place } from '../services/stitching/place.ts';
import { preview } from '../services/stitching/preview.ts';
import { flatField } from '../services/tile-correction/flat-field.ts';
import { survey } from '../services/tile-correction/survey.ts';
import { type Acquisition, acquisitionFile } from '../shared/acquisition/acquisition.ts';
import { type Placement, placedTiles, placementFile } from '../shared/acquisition/placement.ts';
import { memoryStore } from '../shared/adapters/memory/store.ts';
import { openStore } from '../shared/adapters/open-store.ts';
import { readFile, readInputs } from '../shared/engine/files.ts';
import type { ObjectStore } from '../shared/engine/ports.ts';
import type { AnyStep } from '../shared/engine/step.ts';
import { boxAt } from '../shared/geometry/box.ts';
import { illuminationDecisionFile } from '../shared/illumination/files.ts';
import { mean, median, quantile } from '../shared/numerics/statistics.ts';
import { openVolume } from '../shared/volume/open-volume.ts';
import { inFolder } from './placement/make-acquisition.ts';

/** What is asked for, beside the defaults. */
type Changes = Readonly<Record<string, string | readonly number[]>>;
type Row = (what: string, measured: string, bound: string) => void;

/** `directory`: of all test data. */
export async function printSeams(directory: string, row: Row): Promise<void> {
  await inFolder(async (folder) => {
    const phantom = async (name: string, changes: Partial<PhantomPlan>) => {
      const made = join(folder, name);
      await makePhantomAcquisition({ folder: made, channels: 1, ...changes });
      return made;
    };
    await printSeamsOf('demo', await phantom('demo', {}), '<= 0.75', row);
    const small = { rows: 2, columns: 2, tileSize: [256, 256, 32], missing: [] } as const;
    await printSeamsOf(
      'small demo without shading',
      await phantom('even', { ...small, vignette: 0 }),
      '<= 1.00',
      row,
    );
  });
  const colm = resolve(directory, 'colm_cellfinder_3x4');
  if (existsSync(colm)) await printSeamsOf('colm_cellfinder_3x4', colm, '<= 1.00', row);
}

const MODES = ['none', 'auto', 'n4', 'n4:3', 'cloudreg'] as const;

async function printSeamsOf(name: string, folder: string, bound: string, row: Row): Promise<void> {
  const source = await openStore(folder);
  const store = withoutFineMips(memoryStore());
  await runAll([scan, survey, flatField, align, place, preview], store, source, {});
  const off = await indexOf(store, source, { flatField: 'none', illumination: 'none' });
  for (const illumination of MODES) {
    const index = await indexOf(store, source, { illumination });
    const { decision, figures } = await readFile(store, illuminationDecisionFile(0));
    const lit = decision === 'none' ? 'left as it is' : `applied, sd ${figures?.sd.toFixed(2)}`;
    row(
      `seam index, ${name}, illumination ${illumination}`,
      `${(index / off).toFixed(2)} (${index.toFixed(4)} of ${off.toFixed(4)}; ${lit})`,
      bound,
    );
  }
}

/** Of channel 0, with the tiles where they were placed. */
async function indexOf(store: ObjectStore, source: ObjectStore, changes: Changes): Promise<number> {
  const parameters: Changes = { compress: 'none', channels: [0], ...changes };
  await runAll([flatField, preview, estimate], store, source, parameters);
  const placement = await readFile(store, placementFile);
  const acquisition = await readFile(store, acquisitionFile);
  const volumes = [];
  for (const colour of [0, 1]) {
    const inputs = {
      acquisition: onlyColour(acquisition, placement, colour),
      placement,
      parameters: jobParameters.parse(parameters),
    };
    await runTasks(fuse, inputs, store, source);
    volumes.push(await readLow(store, acquisition.tileSize[0]));
  }
  return seamIndex(volumes as [Low, Low], placement);
}

const onlyColour = (acquisition: Acquisition, { tiles }: Placement, colour: number): Acquisition => ({
  ...acquisition,
  tiles: acquisition.tiles.filter(({ loc }) => {
    const place = tiles.find((tile) => tile.loc === loc);
    return place !== undefined && (place.row + place.column) % 2 === colour;
  }),
});

async function runAll(
  steps: readonly AnyStep<JobParameters>[],
  store: ObjectStore,
  source: ObjectStore,
  changes: Changes,
): Promise<void> {
  const parameters = jobParameters.parse(changes);
  for (const step of steps) await runTasks(step, await readInputs(step, store, parameters), store, source);
}

async function runTasks(
  step: AnyStep<JobParameters>,
  inputs: unknown,
  store: ObjectStore,
  source: ObjectStore,
) {
  const passes = step.passes?.(inputs as never) ?? 1;
  for (let pass = 0; pass < passes; pass++) {
    const plan = step.plan(inputs as never, pass);
    for (let index = 0; index < plan.count; index++)
      await step.run(plan.task(index) as never, { inputs: inputs as never, store, source });
  }
}

/** The volumes are looked at where a tile is about 64 voxels wide; the finest scale would fill the memory. */
function withoutFineMips(store: ObjectStore): ObjectStore {
  const finest = new Set<string>();
  const put: ObjectStore['put'] = async (key, body, options) => {
    const stored = await store.put(key, body, options);
    if (key === `${channelFolder(0)}/info`)
      finest.add((await openVolume(store, channelFolder(0))).mips[0]!.key);
    return stored;
  };
  const isFinest = (key: string): boolean => finest.has(key.split('/')[1] ?? '');
  return { ...store, put: async (key, body, options) => (isFinest(key) ? true : put(key, body, options)) };
}

/** A fused volume at low resolution. */
interface Low {
  readonly data: ArrayLike<number>;
  readonly size: readonly [number, number, number];
  /** Voxels of the full resolution, along x, y, z. */
  readonly factor: readonly [number, number, number];
}

/** As wide as a look of the flat field (ILLUMINATION section 2.1). */
const LOOK = 64;
/** Fusion closes so many for any volume. */
const MOST_MIP = 2;

async function readLow(store: ObjectStore, tileWidth: number): Promise<Low> {
  const volume = await openVolume(store, channelFolder(0));
  const mip = Math.max(
    1,
    Math.min(MOST_MIP, Math.round(Math.log2(tileWidth / LOOK)), volume.mips.length - 1),
  );
  const { sizeVoxels, resolutionNm } = volume.mips[mip]!;
  const { data } = await volume.read(mip, boxAt([0, 0, 0], sizeVoxels));
  const factor = resolutionNm.map((nm, axis) => Math.round(nm / volume.mips[0]!.resolutionNm[axis]!));
  return {
    data: data as ArrayLike<number>,
    size: [...sizeVoxels],
    factor: factor as [number, number, number],
  };
}

/** What is darker than this share of the bright overlaps is background (ILLUMINATION section 2.1). */
const DARK = 0.08;
const BRIGHT = 0.9;
const BLOCKS_ALONG_Z = 2;

/**
 * ILLUMINATION section 2.2: d = ln a - ln b of the means over half of the depth; the mean of |d - its median|, the median
 * being that of the pair of tiles.
 */
function seamIndex([black, white]: readonly [Low, Low], placement: Placement): number {
  const depth = Math.floor(black.size[2] / BLOCKS_ALONG_Z);
  const looks = Array.from({ length: BLOCKS_ALONG_Z }, (_, block) => [
    meanAlongZ(black, white, block * depth, depth),
    meanAlongZ(white, black, block * depth, depth),
  ]);
  const regions = overlaps(black, placement);
  const bright = quantile(
    looks.flatMap(([a]) => regions.flatMap((pixels) => pixels.map((i) => a![i]!))),
    BRIGHT,
  );
  const off: number[] = [];
  for (const [a, b] of looks)
    for (const pixels of regions) {
      const seen = pixels.filter((i) => Math.min(a![i]!, b![i]!) > DARK * bright);
      const differences = seen.map((i) => Math.log(a![i]! / b![i]!));
      const middle = differences.length > 0 ? median(differences) : 0;
      off.push(...differences.map((d) => Math.abs(d - middle)));
    }
  return mean(off);
}

/** Of the planes that both volumes hold: 0 is where there is no tile. */
function meanAlongZ(
  { data, size: [width, height] }: Low,
  other: Low,
  first: number,
  depth: number,
): Float64Array {
  const area = width * height;
  return Float64Array.from({ length: area }, (_, i) => {
    let [sum, count] = [0, 0];
    for (let z = first; z < first + depth; z++) {
      const at = z * area + i;
      if (data[at] === 0 || other.data[at] === 0) continue;
      sum += data[at]!;
      count++;
    }
    return count > 0 ? sum / count : 0;
  });
}

/** For each pair of tiles, the pixels that lie in these two and no others. */
function overlaps({ size: [width, height], factor }: Low, placement: Placement): number[][] {
  const tiles = placedTiles(placement).map(({ box }) => box);
  const pairs = new Map<string, number[]>();
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = [x * factor[0], y * factor[1]] as const;
      const to = [from[0] + factor[0], from[1] + factor[1]] as const;
      const touches = tiles.filter(({ start, end }) =>
        [0, 1].every((axis) => start[axis]! < to[axis]! && end[axis]! > from[axis]!),
      );
      const holds = touches.filter(({ start, end }) =>
        [0, 1].every((axis) => start[axis]! <= from[axis]! && end[axis]! >= to[axis]!),
      );
      if (touches.length !== 2 || holds.length !== 2) continue;
      const pair = touches.map((box) => tiles.indexOf(box)).join(' ');
      pairs.set(pair, [...(pairs.get(pair) ?? []), y * width + x]);
    }
  return [...pairs.values()];
}
