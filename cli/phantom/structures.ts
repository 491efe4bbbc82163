/** Cells, fibres and vessels: everything of the phantom that is made of small Gaussian blobs. */
import { seededRandom } from '../../shared/numerics/random.ts';
import type { Tissue } from './brain.ts';
import { latticeBits } from './lattice-noise.ts';
import type { Placed } from './spline-field.ts';

export interface Blob {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** Counts at the centre; vessels take away. */
  readonly amplitude: number;
  /** Voxels; never below 1.1, so that nothing is finer than a tile can show. */
  readonly sigma: number;
}

export type Anatomy = (x: number, y: number, z: number) => Tissue;

/** Blobs are cut off where they have fallen below a thousandth. */
export const reachOf = ({ sigma }: Blob): number => Math.ceil(3.7 * sigma);

/** Cells are drawn box by box, so a tile needs only the boxes near it. */
const BOX = 16;
const MOST_PER_BOX = 4;
const LARGEST_REACH = 16;

/** `packing`: cells per box where the anatomy is densest. */
export function cellsNear(seed: number, tile: Placed, anatomy: Anatomy, packing: number): Blob[] {
  const cells: Blob[] = [];
  const [x, y, z] = [0, 1, 2].map((axis) => boxRange(tile, axis)) as [Range, Range, Range];
  for (let k = z.first; k <= z.last; k++)
    for (let j = y.first; j <= y.last; j++)
      for (let i = x.first; i <= x.last; i++) cellsOfBox(seed, i, j, k, anatomy, packing, cells);
  return cells;
}

interface Range {
  readonly first: number;
  readonly last: number;
}

const boxRange = ({ position, size }: Placed, axis: number): Range => ({
  first: Math.floor((position[axis]! - LARGEST_REACH) / BOX),
  last: Math.floor((position[axis]! + size[axis]! + LARGEST_REACH) / BOX),
});

function cellsOfBox(
  seed: number,
  i: number,
  j: number,
  k: number,
  anatomy: Anatomy,
  packing: number,
  into: Blob[],
): void {
  const random = seededRandom(latticeBits(seed, i, j, k));
  const count = Math.min(MOST_PER_BOX, packing) + random();
  for (let n = 1; n <= count; n++) {
    const [x, y, z] = [(i + random()) * BOX, (j + random()) * BOX, (k + random()) * BOX];
    const { inside, cells } = anatomy(x, y, z);
    const amplitude = 90 * Math.exp(1.6 * random() + 1.2 * random());
    const sigma = 1.1 + 1.3 * random() ** 2;
    if (random() < inside * cells) into.push({ x, y, z, amplitude, sigma });
  }
}

export interface Bundles {
  /** Of the mosaic's plane. */
  readonly perMegapixel: number;
  /** Blobs along one. */
  readonly length: number;
  readonly sigma: readonly [from: number, to: number];
  readonly amplitude: readonly [from: number, to: number];
}

/** Neighbouring blobs of a curve are this far apart, in voxels: closer than they are wide. */
const STRIDE = 1.5;

/** Smooth random curves through the tissue of a mosaic of `size`; those blobs that reach into the tile. */
export function bundlesNear(
  seed: number,
  size: readonly [number, number, number],
  tile: Placed,
  anatomy: Anatomy,
  bundles: Bundles,
): Blob[] {
  const blobs: Blob[] = [];
  const count = Math.ceil((bundles.perMegapixel * size[0] * size[1]) / 1e6);
  for (let n = 0; n < count; n++) {
    const random = seededRandom(latticeBits(seed, n, 0, 0));
    const between = ([from, to]: readonly [number, number]): number => from + (to - from) * random();
    let [x, y, z] = [random() * size[0], random() * size[1], random() * size[2]];
    let [heading, climb] = [2 * Math.PI * random(), 0.3 * (random() - 0.5)];
    const [amplitude, sigma] = [between(bundles.amplitude), between(bundles.sigma)];
    for (let step = 0; step < bundles.length; step++) {
      const blob = { x, y, z, amplitude, sigma };
      if (reaches(blob, tile)) blobs.push({ ...blob, amplitude: amplitude * anatomy(x, y, z).inside });
      heading += 0.12 * (random() + random() - 1);
      climb += 0.03 * (random() - 0.5) - 0.02 * climb;
      x += STRIDE * Math.cos(heading);
      y += STRIDE * Math.sin(heading);
      z += STRIDE * climb;
    }
  }
  return blobs;
}

function reaches(blob: Blob, { position, size }: Placed): boolean {
  const reach = reachOf(blob);
  const isNear = (at: number, axis: number): boolean =>
    at > position[axis]! - reach && at < position[axis]! + size[axis]! + reach;
  return isNear(blob.x, 0) && isNear(blob.y, 1) && isNear(blob.z, 2);
}
