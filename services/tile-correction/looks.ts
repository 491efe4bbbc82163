/**
 * Looks (ILLUMINATION section 2.1): a look is one tile's mean over a block of planes, reduced so that its longer side
 * has at most 64 pixels. Where two tiles overlap, their looks show the same tissue at two places of the field of view.
 */
import { median, quantile } from '../../shared/numerics/statistics.ts';

export interface Look {
  /** Index of the tile: the one that `origins` use. */
  readonly tile: number;
  /** Which block of planes; only looks of the same block are compared. */
  readonly zBlock: number;
  /** Mean counts as recorded (background included), x fastest, on the reduced grid. */
  readonly image: Float32Array;
}

/** The reduced grid of all looks: pixel k covers the tile's pixels k x reduction up to (k + 1) x reduction. */
export interface ReducedGrid {
  readonly width: number;
  readonly height: number;
  readonly reduction: number;
}

/** Natural logarithm of a look above the background; NaN where there is too little signal. */
export interface LogLook {
  readonly tile: number;
  readonly zBlock: number;
  readonly log: Float32Array;
}

/** Where two tiles overlap, on the reduced grid: pixel here[n] of the first shows what there[n] of the second shows. */
export interface Overlap {
  readonly here: Int32Array;
  readonly there: Int32Array;
}

/** Two looks of neighbouring tiles in the same z block. */
export interface LookPair {
  readonly tiles: readonly [number, number];
  readonly overlap: Overlap;
  /** Log of the first minus log of the second, per pixel of the overlap; NaN where one of them has no signal. */
  readonly difference: Float32Array;
}

/** A pixel counts above this share of the brightest tiles' level. */
const signalShare = 0.08;
const usableShare = 0.35;
const pairedShare = 0.3;
/** Straight neighbours are offset by no more than this along the other axis, reduced pixels. */
const straightness = 2;

/** Logarithms of the looks with enough signal: pixels above 8 % of the bright looks' level, on more than 35 % of the look. */
export function logLooks(looks: readonly Look[], background: number): LogLook[] {
  const signals = looks.map(({ image }) => image.map((value) => value - background));
  const threshold = Math.max(0, signalShare * quantile(signals.map(median), 0.9));
  return looks
    .map(({ tile, zBlock }, n) => ({
      tile,
      zBlock,
      log: signals[n]!.map((value) => (value > threshold ? Math.log(value) : Number.NaN)),
    }))
    .filter(({ log }) => validPixels(log) > usableShare * log.length);
}

/**
 * Pairs of looks whose tiles are straight neighbours, where at least 30 % of the overlap has signal in both.
 * `origins`: each tile's first pixel in full-resolution pixels, [x, y], nominal.
 */
export function lookPairs(
  looks: readonly LogLook[],
  origins: readonly (readonly [number, number])[],
  grid: ReducedGrid,
): LookPair[] {
  const overlapAt = cachedOverlaps(grid);
  const pairs: LookPair[] = [];
  for (let n = 0; n < looks.length; n++) {
    for (let m = n + 1; m < looks.length; m++) {
      const [first, second] = [looks[n]!, looks[m]!];
      if (first.zBlock !== second.zBlock || first.tile === second.tile) continue;
      const overlap = overlapAt(offsetPixels(origins, first.tile, second.tile, grid.reduction));
      if (overlap === undefined) continue;
      const difference = differences(first.log, second.log, overlap);
      if (validPixels(difference) < pairedShare * difference.length) continue;
      pairs.push({ tiles: [first.tile, second.tile], overlap, difference });
    }
  }
  return pairs;
}

type Offset = readonly [number, number];

/** From the first tile's origin to the second's, whole reduced pixels. */
function offsetPixels(
  origins: readonly (readonly [number, number])[],
  first: number,
  second: number,
  reduction: number,
): Offset {
  const [from, to] = [origins[first]!, origins[second]!];
  return [Math.round((to[0] - from[0]) / reduction), Math.round((to[1] - from[1]) / reduction)];
}

/** Most pairs of a stage have one of two offsets, so their overlaps are shared. */
function cachedOverlaps(grid: ReducedGrid): (offset: Offset) => Overlap | undefined {
  const known = new Map<string, Overlap>();
  return (offset) => {
    if (!isStraightNeighbour(offset, grid)) return undefined;
    const overlap = known.get(offset.join()) ?? overlapOf(offset, grid);
    known.set(offset.join(), overlap);
    return overlap;
  };
}

function isStraightNeighbour([dx, dy]: Offset, { width, height }: ReducedGrid): boolean {
  const [alongX, alongY] = [Math.abs(dx), Math.abs(dy)];
  const beside = alongX > straightness && alongX < width && alongY <= straightness;
  const below = alongY > straightness && alongY < height && alongX <= straightness;
  return beside || below;
}

function overlapOf([dx, dy]: Offset, { width, height }: ReducedGrid): Overlap {
  const here: number[] = [];
  const there: number[] = [];
  for (let y = Math.max(0, dy); y < Math.min(height, height + dy); y++) {
    for (let x = Math.max(0, dx); x < Math.min(width, width + dx); x++) {
      here.push(y * width + x);
      there.push((y - dy) * width + x - dx);
    }
  }
  return { here: Int32Array.from(here), there: Int32Array.from(there) };
}

const differences = (first: Float32Array, second: Float32Array, { here, there }: Overlap): Float32Array =>
  Float32Array.from(here, (pixel, n) => first[pixel]! - second[there[n]!]!);

const validPixels = (values: Float32Array): number =>
  values.reduce((count, value) => (Number.isNaN(value) ? count : count + 1), 0);
