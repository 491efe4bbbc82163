/** COLM acquisitions of a sample that is known between voxels too, with whatever is to be odd about them, in a memory store. */
import { axes, type Triple } from '../../../services/stitching/axes.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { encodeTiff } from '../../../shared/formats/tiff/write.ts';
import { seededRandom } from '../../../shared/numerics/random.ts';
import { flatKey, smallAcquisition } from '../../acquisition/small-acquisition.ts';
import { cutStrip, texturedSample } from './alignment/sample.ts';

export interface ColmShape {
  readonly rows: number;
  readonly columns: number;
  readonly tileSize: Triple;
  /** Percent, of x and y. */
  readonly overlap: number;
  readonly channels: readonly number[];
  /** Largest stage error per axis, voxels. */
  readonly jitter: Triple;
  /** What the stage's step to the next column lacks, voxels. */
  readonly stepError: Triple;
  /** Locations that were not scanned. */
  readonly unscanned: readonly number[];
  /** False for planes that are not written. */
  readonly has: (loc: number, channel: number, plane: number) => boolean;
  /** What the camera gives where it would give `value`. */
  readonly counts: (loc: number, value: number) => number;
}

export interface TexturedColm {
  readonly source: ObjectStore;
  /** Nominal and true position of each scanned location, voxels. */
  readonly nominal: ReadonlyMap<number, Triple>;
  readonly truth: ReadonlyMap<number, Triple>;
}

const usual: ColmShape = {
  rows: 2,
  columns: 2,
  tileSize: [80, 72, 12],
  overlap: 25,
  channels: [0],
  jitter: [3, 3, 1.2],
  stepError: [0, 0, 0],
  unscanned: [],
  has: () => true,
  counts: (_, value) => value,
};

export async function texturedColm(options: Partial<ColmShape> = {}): Promise<TexturedColm> {
  const shape = { ...usual, ...options };
  const source = await blankAcquisition(shape);
  const random = seededRandom(7);
  const sample = texturedSample(3);
  const nominal = new Map<number, Triple>();
  const truth = new Map<number, Triple>();
  for (let loc = 0; loc < shape.rows * shape.columns; loc++) {
    const at = nominalOf(shape, loc);
    const position = axes(
      (i) => at[i] + (loc % shape.columns) * shape.stepError[i] + shape.jitter[i] * (2 * random() - 1),
    );
    const isScanned = !shape.unscanned.includes(loc);
    if (isScanned) {
      nominal.set(loc, at);
      truth.set(loc, position);
    }
    const camera = { level: 400, contrast: 80, noise: 6, seed: 100 + loc };
    const values = isScanned ? cutStrip(sample, position, shape.tileSize, camera).values : undefined;
    await writeTile(source, shape, loc, values);
  }
  return { source, nominal, truth };
}

/** Its planes are there, of every location and channel, and mean nothing. */
function blankAcquisition({ overlap, unscanned, ...shape }: ColmShape): Promise<ObjectStore> {
  const share = overlap.toFixed(1);
  const cells = Array.from({ length: shape.rows }, (_, row) =>
    Array.from({ length: shape.columns }, (__, column) =>
      unscanned.includes(row * shape.columns + column) ? '0' : '1',
    ),
  );
  return smallAcquisition({
    ...shape,
    cells: cells.map((row) => `${row.join(',')}\r\n`).join(''),
    ini: {
      'North Scan Region Stats|Actual Horizontal Overlap (%)': share,
      'North Scan Region Stats|Actual Vertical Overlap (%)': share,
    },
  });
}

function nominalOf({ columns, tileSize: [width, height], overlap }: ColmShape, loc: number): Triple {
  const step = (extent: number): number => Math.floor(extent * (1 - overlap / 100));
  return [(loc % columns) * step(width), Math.floor(loc / columns) * step(height), 0];
}

/** @param values of the tile; none where it was not scanned */
async function writeTile(
  source: ObjectStore,
  { tileSize: [width, height, planes], channels, has, counts }: ColmShape,
  loc: number,
  values: ArrayLike<number> | undefined,
): Promise<void> {
  for (let plane = 0; plane < planes; plane++) {
    const start = plane * width * height;
    const pixels = new Uint16Array(width * height);
    for (let n = 0; n < pixels.length; n++) pixels[n] = Math.round(counts(loc, values?.[start + n] ?? 0));
    for (const channel of channels) {
      const key = flatKey(loc, channel, plane);
      if (values !== undefined && has(loc, channel, plane))
        await source.put(key, encodeTiff(width, height, pixels));
      else await source.delete([key]);
    }
  }
}
