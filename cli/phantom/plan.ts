/** What is made: the options, and where each tile truly lies. */
import { seededRandom } from '../../shared/numerics/random.ts';
import type { Camera } from './camera.ts';

export interface PhantomPlan extends Camera {
  readonly seed: number;
  readonly rows: number;
  readonly columns: number;
  /** Width, height, planes. */
  readonly tileSize: readonly [number, number, number];
  /** The first shows labelled cells; the others the tissue's own fluorescence. */
  readonly channels: number;
  /** Share of width and height that neighbours share. */
  readonly overlap: number;
  /** Largest error of the stage, voxels, x, y, z. */
  readonly jitter: readonly [number, number, number];
  /** Locations that were not scanned. */
  readonly missing: readonly number[];
  readonly zStepUm: number;
}

/** Small enough to be made in seconds, large enough for everything to be in it. */
export const demoPhantom: PhantomPlan = {
  seed: 1,
  rows: 3,
  columns: 3,
  tileSize: [512, 512, 64],
  channels: 2,
  overlap: 0.15,
  jitter: [6, 6, 2],
  missing: [2],
  zStepUm: 5,
  vignette: 0.4,
  background: 110,
  readNoise: 4,
  electronsPerCount: 2,
};

export interface PhantomTile {
  readonly loc: number;
  readonly row: number;
  readonly column: number;
  readonly present: boolean;
  readonly nominal: readonly [number, number, number];
  /** Where its first voxel's centre lies, in the nominal frame: rounded to a millionth of a voxel, as in truth.json. */
  readonly position: readonly [number, number, number];
}

export function nominalStep({ tileSize, overlap }: PhantomPlan): readonly [number, number] {
  return [Math.floor(tileSize[0] * (1 - overlap)), Math.floor(tileSize[1] * (1 - overlap))];
}

/** Voxels that the nominal mosaic covers. */
export function mosaicSize(plan: PhantomPlan): readonly [number, number, number] {
  const [x, y] = nominalStep(plan);
  const { columns, rows, tileSize } = plan;
  return [x * (columns - 1) + tileSize[0], y * (rows - 1) + tileSize[1], tileSize[2]];
}

export function phantomTiles(plan: PhantomPlan): PhantomTile[] {
  const random = seededRandom(plan.seed);
  const [stepX, stepY] = nominalStep(plan);
  return Array.from({ length: plan.rows * plan.columns }, (_, loc) => {
    const [row, column] = [Math.floor(loc / plan.columns), loc % plan.columns];
    const nominal = [column * stepX, row * stepY, 0] as const;
    const position = nominal.map((at, axis) => roundMillionth(at + plan.jitter[axis]! * (2 * random() - 1)));
    const present = !plan.missing.includes(loc);
    return { loc, row, column, present, nominal, position: position as [number, number, number] };
  });
}

export const roundMillionth = (value: number): number => Math.round(value * 1e6) / 1e6;

/** One camera, one vignette: all tiles and channels share it. */
export const vignetteSeed = (plan: PhantomPlan): number => plan.seed + 6000;
