/**
 * What the correlation sees of a tile: noise of variance 1 everywhere and nothing smooth, so that shading, gains and
 * background of the tiles do not matter (STITCHING section 2.2).
 */
import type { Triple } from '../axes.ts';
import { boxFilter } from './box-filter.ts';
import type { NoiseModel, Pixels } from './noise-model.ts';
import { trendRemover } from './trend.ts';

/** Real values as [z][y][x]; size is x, y, z. */
export interface Field {
  readonly values: Float32Array;
  readonly size: Triple;
}

/** A box of a tile's voxels as stored, [z][y][x]. */
export interface Strip {
  readonly values: Pixels;
  readonly size: Triple;
  /** Planes of the strip without data, counted from its first. */
  readonly missingPlanes: ReadonlySet<number>;
}

/** Half width of the box whose mean is taken away; 20 let tissue edges dominate, 8 and 16 were a little worse. */
export const boxHalfWidth = 12;

/** T(v), the variance-stabilised value of v counts. */
export const stabilised = ({ background, readVariance, gain }: NoiseModel, value: number): number =>
  (2 / gain) * Math.sqrt(Math.max(gain * (value - background) + readVariance, readVariance / 4));

/** T of a strip's pixels. */
export interface Stabiliser {
  /** Writes T of `into.length` values from `from` on to `into`. */
  row(from: number, into: Float32Array): void;
  /** Adds the sums of T over `bin` neighbours, from `from` on, to `count` values of `sums`. */
  addBins(from: number, bin: 2 | 4, sums: Float32Array, at: number, count: number): void;
}

/** Integer pixels are looked up in a table of their whole range. */
export function stabiliser(values: Pixels, noise: NoiseModel): Stabiliser {
  if (values instanceof Float32Array) {
    // One value that is not finite would spoil all sums behind it.
    const filled = (value: number): number => (Number.isFinite(value) ? value : noise.background);
    return stabiliserOf(values, (value) => stabilised(noise, filled(value)));
  }
  const table = new Float32Array(2 ** (8 * values.BYTES_PER_ELEMENT));
  for (let value = 0; value < table.length; value++) table[value] = stabilised(noise, value);
  return {
    row: (from, into) => lookUp(table, values, from, into),
    addBins(from, bin, sums, at, count) {
      if (bin === 2) lookUpPairs(table, values, from, sums, at, count);
      else lookUpFours(table, values, from, sums, at, count);
    },
  };
}

function stabiliserOf(values: Float32Array, stabilise: (value: number) => number): Stabiliser {
  return {
    row(from, into) {
      for (let i = 0; i < into.length; i++) into[i] = stabilise(values[from + i]!);
    },
    addBins(from, bin, sums, at, count) {
      for (let i = 0; i < count * bin; i++) {
        const x = at + Math.floor(i / bin);
        sums[x] = sums[x]! + stabilise(values[from + i]!);
      }
    },
  };
}

// Each loop is a function of its own, so that the compiler sees it with its arrays' types.

type Integers = Uint8Array | Uint16Array;

function lookUp(table: Float32Array, values: Integers, from: number, into: Float32Array): void {
  for (let i = 0; i < into.length; i++) into[i] = table[values[from + i]!]!;
}

function lookUpPairs(
  table: Float32Array,
  values: Integers,
  from: number,
  sums: Float32Array,
  at: number,
  count: number,
): void {
  for (let x = 0, i = from; x < count; x++, i += 2) {
    sums[at + x] = sums[at + x]! + (table[values[i]!]! + table[values[i + 1]!]!);
  }
}

function lookUpFours(
  table: Float32Array,
  values: Integers,
  from: number,
  sums: Float32Array,
  at: number,
  count: number,
): void {
  for (let x = 0, i = from; x < count; x++, i += 4) {
    const first = table[values[i]!]! + table[values[i + 1]!]!;
    sums[at + x] = sums[at + x]! + first + (table[values[i + 2]!]! + table[values[i + 3]!]!);
  }
}

/**
 * Sums of bin x bin stabilised pixels, high-passed, divided by `bin`: noise of variance 1 as before. Columns and rows that
 * fill no bin are left out; missing planes are 0.
 */
export function binnedField(strip: Strip, stabilise: Stabiliser, bin: 2 | 4): Field {
  const [stripWidth, stripHeight, planes] = strip.size;
  const width = Math.floor(stripWidth / bin);
  const height = Math.floor(stripHeight / bin);
  const field = new Float32Array(width * height * planes);
  const plane = new Float32Array(width * height);
  const filter = boxFilter(width, height, boxHalfWidth / bin, 1 / bin);
  for (let z = 0; z < planes; z++) {
    if (strip.missingPlanes.has(z)) continue;
    plane.fill(0);
    for (let y = 0; y < height * bin; y++) {
      stabilise.addBins((z * stripHeight + y) * stripWidth, bin, plane, Math.floor(y / bin) * width, width);
    }
    filter(plane, field, z * width * height);
  }
  return { values: field, size: [width, height, planes] };
}

/**
 * A box of a strip, stabilised and high-passed by itself: a mean that reached beyond an overlap would see more of the
 * sample in one tile than in the other, on opposite sides, and draw thin overlaps together by tenths of a voxel.
 */
export function boxField(strip: Strip, stabilise: Stabiliser, start: Triple, size: Triple): Float32Array {
  const [width, height, planes] = size;
  const field = new Float32Array(width * height * planes);
  const plane = new Float32Array(width * height);
  const rows = Array.from({ length: height }, (_, y) => plane.subarray(y * width, (y + 1) * width));
  const removeTrend = trendRemover(width, height);
  const filter = boxFilter(width, height, boxHalfWidth, 1);
  for (let z = 0; z < planes; z++) {
    if (strip.missingPlanes.has(start[2] + z)) continue;
    const corner = ((start[2] + z) * strip.size[1] + start[1]) * strip.size[0] + start[0];
    for (const [y, row] of rows.entries()) stabilise.row(corner + y * strip.size[0], row);
    removeTrend(plane);
    filter(plane, field, z * width * height);
  }
  return field;
}

/** Mean square of the planes that hold data, from every fourth of them; about 1 where there is only noise. */
export function meanSquare(field: Field, missingPlanes: ReadonlySet<number>): number {
  const area = field.size[0] * field.size[1];
  let sum = 0;
  let planes = 0;
  for (let z = 0; z < field.size[2]; z += 4) {
    if (missingPlanes.has(z)) continue;
    for (let i = z * area; i < (z + 1) * area; i++) sum += field.values[i]! * field.values[i]!;
    planes++;
  }
  return planes > 0 ? sum / (planes * area) : 0;
}
