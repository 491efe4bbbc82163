/** The illumination of whole acquisitions: brains cut into tiles, with and without a known field, through the real steps. */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { estimate } from '../services/illumination-correction/estimate.ts';
import { scan } from '../services/ingest/scan.ts';
import { jobParameters } from '../services/parameters.ts';
import { place } from '../services/stitching/place.ts';
import { preview } from '../services/stitching/preview.ts';
import { flatField } from '../services/tile-correction/flat-field.ts';
import { survey } from '../services/tile-correction/survey.ts';
import { type Placement, placementFile } from '../shared/acquisition/placement.ts';
import { previewFile } from '../shared/acquisition/preview.ts';
import { memoryStore } from '../shared/adapters/memory/store.ts';
import { openStore } from '../shared/adapters/open-store.ts';
import { readFile, readInputs } from '../shared/engine/files.ts';
import type { ObjectStore } from '../shared/engine/ports.ts';
import { encodeNrrd } from '../shared/formats/nrrd/write.ts';
import { fieldBlock } from '../shared/illumination/block.ts';
import { fieldFromStored, type IlluminationField } from '../shared/illumination/field.ts';
import {
  illuminationDecisionFile,
  illuminationFieldFile,
  illuminationPictureKey,
} from '../shared/illumination/files.ts';
import { tissueMask } from '../shared/illumination/tissue-mask.ts';
import type { Three } from '../shared/illumination/volume.ts';
import { type Brain, lit, readBrain, smoothField, spread } from './illumination-volumes.ts';
import { inFolder } from './placement/make-acquisition.ts';

type Row = (what: string, measured: string, bound: string) => void;

interface Cut {
  readonly brain: Brain;
  /** Width and height of its 2 x 2 tiles, which overlap by 15 %, so that they cover nearly all of it. */
  readonly tile: readonly [number, number];
  /** The camera's pixels are as large as its field of view makes them, 41 um, and voxels are as deep as the brain's. */
  readonly stepUm: number;
  /** Brings the template to counts that a camera would give. */
  readonly scale: number;
  /** Of the residual at sd 0.25. */
  readonly bound: number;
}

/** `directory`: of all test data; what is not there is left out. */
export async function printIlluminationAcquisitions(directory: string, row: Row): Promise<void> {
  const generator = resolve(directory, '../tools/make_colm.py');
  const reason = whyNotMade(generator);
  if (reason !== undefined) return row('acquisitions', 'skipped', reason);
  for (const cut of await cuts(directory))
    for (const sd of [0, 0.05, 0.25]) await printCut(generator, cut, sd, row);
}

function whyNotMade(generator: string): string | undefined {
  if (!existsSync(generator)) return `there is no ${generator}`;
  return spawnSync('python3', ['-c', 'import numpy']).status === 0 ? undefined : 'no python3 with numpy';
}

async function cuts(directory: string): Promise<Cut[]> {
  const brains = [
    [
      await readBrain(directory, 'real brain', 'registration/real_brain.nrrd', [80, 80, 100]),
      [72, 52],
      52,
      1,
      0.2,
    ],
    [
      await readBrain(directory, 'template', 'allen/average_template_100.nrrd', [100, 100, 100]),
      [71, 43],
      42,
      10,
      0.17,
    ],
  ] as const;
  return brains.flatMap(([brain, tile, stepUm, scale, bound]) =>
    brain === undefined ? [] : [{ brain, tile, stepUm, scale, bound }],
  );
}

async function printCut(generator: string, cut: Cut, sd: number, row: Row): Promise<void> {
  const { brain, bound } = cut;
  const truth = smoothField(brain.volume, sd);
  await inFolder(async (folder) => {
    const acquisition = cutTiles(generator, folder, lit(brain.volume, truth), cut);
    const { store, decision, field, placement, previewSize } = await estimated(await openStore(acquisition));
    await keepPicture(store, `illumination-${brain.name.replaceAll(' ', '-')}-${sd}.png`);
    row(
      `auto on an acquisition of the ${brain.name}, field of sd ${sd}`,
      `${decision.decision}, sd found ${decision.figures?.sd.toFixed(3)}, preview ${previewSize.join(' x ')}`,
      sd < 0.1 ? 'none' : 'apply',
    );
    if (sd < 0.1 || field === undefined) return;
    const left = residual(brain, truth, field, placement);
    row('    residual, sd of ln(found/true) in tissue', left.toFixed(3), `<= ${bound}`);
  });
}

function cutTiles(
  generator: string,
  folder: string,
  { data, size }: Brain['volume'],
  { tile, stepUm, scale }: Cut,
): string {
  const [source, acquisition] = [join(folder, 'lit.nrrd'), join(folder, 'acquisition')];
  writeFileSync(source, encodeNrrd({ shape: size, data, meta: {} }));
  const words =
    `--source ${source} --scale ${scale} --grid 2,2 --tile ${tile.join()} --overlap 0.15 --origin 0,0,0 --mag 4 --z-step-um ${stepUm} ` +
    `--z-falloff 0 --tile-gain 0 --background 110 --read-noise 3 --e-per-count 2 --out ${acquisition}`;
  const { status, stderr } = spawnSync('python3', [generator, ...words.split(' ')], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`make_colm.py ${words} ended with ${status}: ${stderr}`);
  return acquisition;
}

/** Tiles have no stage error, so the volume's first voxel is the brain's. */
async function estimated(source: ObjectStore) {
  const store = memoryStore();
  const parameters = jobParameters.parse({ placement: 'nominal' });
  for (const step of [scan, survey, flatField, place, preview, estimate]) {
    const inputs = await readInputs(step, store, parameters);
    const plan = step.plan(inputs as never, 0);
    for (let index = 0; index < plan.count; index++)
      await step.run(plan.task(index) as never, { inputs: inputs as never, store, source });
  }
  const decision = await readFile(store, illuminationDecisionFile(0));
  const field =
    decision.figures === null ? undefined : fieldFromStored(await readFile(store, illuminationFieldFile(0)));
  const { size: previewSize } = await readFile(store, previewFile(0));
  return { store, decision, field, placement: await readFile(store, placementFile), previewSize };
}

/** For `docs/illumination.md`: into the folder that `CLOUDREG_BENCH_PICTURES` names. */
async function keepPicture(store: ObjectStore, name: string): Promise<void> {
  const folder = process.env.CLOUDREG_BENCH_PICTURES;
  const picture = await store.get(illuminationPictureKey(0));
  if (folder !== undefined && picture !== undefined) writeFileSync(join(folder, name), picture.bytes);
}

/** Over the tissue that the tiles cover. */
function residual(
  { volume }: Brain,
  truth: Float64Array,
  field: IlluminationField,
  { size, voxelSizeUm }: Placement,
): number {
  const factors = fieldBlock(field, { voxelSizeUm, origin: [0, 0, 0], size: size as Three });
  const mask = tissueMask(volume);
  const left = new Float64Array(mask.length);
  const covered = new Uint8Array(mask.length);
  const [width, height] = volume.size;
  for (let z = 0, i = 0; z < size[2]; z++)
    for (let y = 0; y < size[1]; y++)
      for (let x = 0; x < size[0]; x++, i++) {
        const at = x + width * (y + height * z);
        covered[at] = mask[at]!;
        left[at] = Math.log(factors[i]!) + truth[at]!;
      }
  return spread(left, covered);
}
