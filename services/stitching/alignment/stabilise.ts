/**
 * What the correlation sees of a tile: noise of variance 1 everywhere and nothing smooth, so that shading, gains and
 * background of the tiles do not matter (STITCHING section 2.2).
 */
import type { Triple } from '../axes.ts';
import { boxFilter } from './box-filter.ts';
import type { NoiseModel, Pixels } from './noise-model.ts';

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

/** Writes T of `count` values from `from` on to `into[at…]`. */
export type Stabiliser = (from: number, count: number, into: Float32Array, at: number) => void;

/** Integer pixels are looked up in a table of their whole range. */
export function stabiliser(values: Pixels, noise: NoiseModel): Stabiliser {
  if (values instanceof Float32Array) {
    return (from, count, into, at) => {
      for (let i = 0; i < count; i++) into[at + i] = stabilised(noise, values[from + i]!);
    };
  }
  const table = new Float32Array(2 ** (8 * values.BYTES_PER_ELEMENT));
  for (let value = 0; value < table.length; value++) table[value] = stabilised(noise, value);
  return (from, count, into, at) => {
    for (let i = 0; i < count; i++) into[at + i] = table[values[from + i]!]!;
  };
}

/** Means of bin x bin stabilised pixels, high-passed; columns and rows that fill no bin are left out. Missing planes are 0. */
export function binnedField(strip: Strip, stabilise: Stabiliser, bin: 2 | 4): Field {
  const [stripWidth, stripHeight, planes] = strip.size;
  const width = Math.floor(stripWidth / bin);
  const height = Math.floor(stripHeight / bin);
  const field = new Float32Array(width * height * planes);
  const plane = new Float32Array(width * height);
  const rows = new Float32Array(stripWidth);
  const filter = boxFilter(new Float64Array(width).fill(1), new Float64Array(height).fill(1), boxHalfWidth / bin);
  for (let z = 0; z < planes; z++) {
    if (strip.missingPlanes.has(z)) continue;
    plane.fill(0);
    for (let y = 0; y < height * bin; y++) {
      stabilise((z * stripHeight + y) * stripWidth, stripWidth, rows, 0);
      addBins(plane, Math.floor(y / bin) * width, width, rows, bin);
    }
    filter(plane, field, z * width * height);
  }
  return { values: field, size: [width, height, planes] };
}

function addBins(plane: Float32Array, at: number, count: number, row: Float32Array, bin: 2 | 4): void {
  if (bin === 2) {
    for (let x = 0, i = 0; x < count; x++, i += 2) {
      plane[at + x] = plane[at + x]! + (row[i]! + row[i + 1]!) * 0.25;
    }
    return;
  }
  for (let x = 0, i = 0; x < count; x++, i += 4) {
    plane[at + x] = plane[at + x]! + (row[i]! + row[i + 1]! + (row[i + 2]! + row[i + 3]!)) * 0.0625;
  }
}

/** Mean square of the planes that hold data, 1 / bin^2 where there is only noise. */
export function meanSquare(field: Field, missingPlanes: ReadonlySet<number>): number {
  const plane = field.size[0] * field.size[1];
  let sum = 0;
  for (const value of field.values) sum += value * value;
  const count = plane * (field.size[2] - missingPlanes.size);
  return count > 0 ? sum / count : 0;
}
