/** A made-up specimen seen by a microscope with a known flat field and background, and what the real steps make of it. */
import { scan } from '../../../services/ingest/scan.ts';
import type { JobParameters } from '../../../services/parameters.ts';
import { flatField } from '../../../services/tile-correction/flat-field.ts';
import { survey } from '../../../services/tile-correction/survey.ts';
import { type Acquisition, acquisitionFile } from '../../../shared/acquisition/acquisition.ts';
import { readCorrection } from '../../../shared/acquisition/correction.ts';
import { correctionReportFile } from '../../../shared/acquisition/correction-report.ts';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import { readFile } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { seededRandom } from '../../../shared/numerics/random.ts';
import { flatKey, planeBytes, smallAcquisition } from '../../acquisition/small-acquisition.ts';
import { runStep } from '../run-step.ts';
import { makeTissue } from './scene.ts';

export interface Microscope {
  readonly rows: number;
  readonly columns: number;
  readonly channels: readonly number[];
  /** Share of the light that arrives, u and v from -1 to 1 over the tile. */
  readonly light: (u: number, v: number) => number;
  /** Pixels along the mosaic's left border that show no tissue. */
  readonly border: number;
  /** Replaces what the camera counts, where it returns a number. */
  readonly fault: (loc: number, channel: number, plane: number) => number | undefined;
  /** Of neighbours, percent of a tile. */
  readonly overlap: number;
}

export const TILE = [48, 48, 4] as const;
export const OFFSET = 110;
const SEED = 11;

export const vignette = (u: number, v: number): number => 1 - 0.175 * (u * u + v * v);

export const lightAt = (light: Microscope['light'], pixel: number): number =>
  light((2 * (pixel % TILE[0])) / (TILE[0] - 1) - 1, (2 * Math.floor(pixel / TILE[0])) / (TILE[1] - 1) - 1);

const usual: Microscope = {
  rows: 3,
  columns: 3,
  channels: [0],
  light: vignette,
  border: 12,
  fault: () => undefined,
  overlap: 20,
};

export async function litAcquisition(options: Partial<Microscope> = {}): Promise<ObjectStore> {
  const microscope = { ...usual, ...options };
  const { rows, columns, channels, overlap } = microscope;
  const ini = {
    'North Scan Region Stats|Actual Horizontal Overlap (%)': `${overlap}`,
    'North Scan Region Stats|Actual Vertical Overlap (%)': `${overlap}`,
  };
  const store = await smallAcquisition({ rows, columns, channels, ini, tileSize: TILE });
  const random = seededRandom(SEED);
  const specimen = specimenOf(microscope.border, random);
  for (let loc = 0; loc < rows * columns; loc++)
    for (const channel of channels)
      for (let plane = 0; plane < TILE[2]; plane++) {
        const counts = countsOf(microscope, specimen, random, loc, plane);
        const fault = microscope.fault(loc, channel, plane);
        await store.put(
          flatKey(loc, channel, plane),
          planeBytes(TILE, (n) => fault ?? counts(n)),
        );
      }
  return store;
}

/** Brightness at a voxel of the mosaic. */
export type Specimen = (x: number, y: number, z: number) => number;

/** The specimen of `litAcquisition` with that border. */
export const specimen = (border: number = usual.border): Specimen => specimenOf(border, seededRandom(SEED));

function specimenOf(border: number, random: () => number): Specimen {
  const tissue = makeTissue(random);
  return (x, y, z) => (x < border ? 0 : tissue(x + 3 * z, y));
}

/** Voxels from a tile to the next. */
const stepOf = (overlap: number = usual.overlap): number => Math.floor(TILE[0] * (1 - overlap / 100));

function countsOf(
  { columns, light, overlap }: Microscope,
  brightness: Specimen,
  random: () => number,
  loc: number,
  plane: number,
) {
  const step = stepOf(overlap);
  const [left, top] = [(loc % columns) * step, Math.floor(loc / columns) * step];
  return (pixel: number): number => {
    const [x, y] = [left + (pixel % TILE[0]), top + Math.floor(pixel / TILE[0])];
    const noise = 3 * (random() + random() + random() - 1.5);
    return Math.round(OFFSET + lightAt(light, pixel) * brightness(x, y, plane) + noise);
  };
}

export interface Corrected {
  readonly store: ObjectStore;
  readonly acquisition: Acquisition;
  readonly report: (channel?: number) => ReturnType<typeof reportOf>;
  readonly correction: (channel?: number) => ReturnType<typeof readCorrection>;
}

/** Scan, survey and flat field; `store`: where an earlier job left its files. */
export async function correct(
  source: ObjectStore,
  parameters: Partial<JobParameters> = {},
  store: ObjectStore = memoryStore(),
): Promise<Corrected> {
  await runStep(scan, { store, source, parameters, files: [], inputs: {} });
  const acquisition = await readFile(store, acquisitionFile);
  for (const step of [survey, flatField]) {
    await runStep(step, { store, source, parameters, files: [], inputs: { acquisition } });
  }
  return {
    store,
    acquisition,
    report: (channel = 0) => reportOf(store, channel),
    correction: (channel = 0) => readCorrection(store, channel, acquisition.tileSize),
  };
}

const reportOf = (store: ObjectStore, channel: number) => readFile(store, correctionReportFile(channel));
