/**
 * What the correlation sees of a tile: noise of variance 1 everywhere and nothing smooth, so that shading, gains and
 * background of the tiles do not matter (STITCHING section 2.2).
 */
import type { NoiseModel, Pixels } from './noise-model.ts';

/** Real values as [z][y][x]; size is x, y, z. */
export interface Field {
  readonly values: Float32Array;
  readonly size: readonly [number, number, number];
}

/** Half width of the box whose mean is taken away; 20 let tissue edges dominate, 8 and 16 were a little worse. */
const boxHalfWidth = 12;

/** T(v), the variance-stabilised value of v counts. */
export const stabilised = ({ background, readVariance, gain }: NoiseModel, value: number): number =>
  (2 / gain) * Math.sqrt(Math.max(gain * (value - background) + readVariance, readVariance / 4));

/**
 * High-passed, stabilised planes; planes that are missing are 0.
 *
 * @param size x, y, z of `values`, which lie as [z][y][x]
 * @param missing indices of planes of `values` without data
 */
export function highPass(
  values: Pixels,
  size: readonly [number, number, number],
  noise: NoiseModel,
  missing: readonly number[] = [],
): Field {
  const [width, height, planes] = size;
  const field = new Float32Array(width * height * planes);
  const plane = new Float32Array(width * height);
  const absent = new Set(missing);
  const stabilise = stabiliser(values, noise);
  const box = boxOf(width, height);
  for (let z = 0; z < planes; z++) {
    if (absent.has(z)) continue;
    const at = z * width * height;
    stabilise(at, plane);
    subtractBoxMean(plane, box, field, at);
  }
  return { values: field, size };
}

/** Integer pixels are looked up in a table of their whole range. */
function stabiliser(values: Pixels, noise: NoiseModel): (at: number, plane: Float32Array) => void {
  if (values instanceof Float32Array) {
    return (at, plane) => {
      for (let i = 0; i < plane.length; i++) plane[i] = stabilised(noise, values[at + i]!);
    };
  }
  const table = new Float32Array(2 ** (8 * values.BYTES_PER_ELEMENT));
  for (let value = 0; value < table.length; value++) table[value] = stabilised(noise, value);
  return (at, plane) => {
    for (let i = 0; i < plane.length; i++) plane[i] = table[values[at + i]!]!;
  };
}

interface Box {
  readonly width: number;
  readonly height: number;
  /** Sums over the box's rows, one per column, with a margin of zeros on both sides. */
  readonly columns: Float64Array;
  /** 1 / number of columns inside the box around x. */
  readonly inverseColumns: Float64Array;
}

function boxOf(width: number, height: number): Box {
  const inverseColumns = Float64Array.from({ length: width }, (_, x) => 1 / extentInside(x, width));
  return { width, height, columns: new Float64Array(width + 2 * boxHalfWidth + 1), inverseColumns };
}

/** Pixels of the box around `at` that exist. */
const extentInside = (at: number, length: number): number =>
  Math.min(at + boxHalfWidth, length - 1) - Math.max(at - boxHalfWidth, 0) + 1;

/** Running sums in float64: exact for constant planes, whose result is therefore 0 to rounding. */
function subtractBoxMean(plane: Float32Array, box: Box, field: Float32Array, at: number): void {
  const { width, height, columns, inverseColumns } = box;
  columns.fill(0);
  const inside = columns.subarray(boxHalfWidth + 1, boxHalfWidth + 1 + width);
  for (let y = 0; y < Math.min(boxHalfWidth, height); y++) addRow(inside, plane, y * width);
  for (let y = 0; y < height; y++) {
    if (y > boxHalfWidth && y + boxHalfWidth < height) {
      replaceRow(inside, plane, (y - boxHalfWidth - 1) * width, (y + boxHalfWidth) * width);
    } else {
      if (y + boxHalfWidth < height) addRow(inside, plane, (y + boxHalfWidth) * width);
      if (y > boxHalfWidth) subtractRow(inside, plane, (y - boxHalfWidth - 1) * width);
    }
    const inverseRows = 1 / extentInside(y, height);
    let sum = 0;
    for (let x = 0; x < 2 * boxHalfWidth; x++) sum += columns[x + 1]!;
    for (let x = 0, i = y * width, o = at + i; x < width; x++, i++, o++) {
      sum += columns[x + 2 * boxHalfWidth + 1]! - columns[x]!;
      field[o] = plane[i]! - sum * (inverseColumns[x]! * inverseRows);
    }
  }
}

function addRow(columns: Float64Array, plane: Float32Array, at: number): void {
  for (let x = 0; x < columns.length; x++) columns[x] = columns[x]! + plane[at + x]!;
}

function subtractRow(columns: Float64Array, plane: Float32Array, at: number): void {
  for (let x = 0; x < columns.length; x++) columns[x] = columns[x]! - plane[at + x]!;
}

function replaceRow(columns: Float64Array, plane: Float32Array, old: number, fresh: number): void {
  for (let x = 0; x < columns.length; x++) columns[x] = columns[x]! + (plane[fresh + x]! - plane[old + x]!);
}

/** Mean square of the planes that are not missing, about 1 where there is only noise. */
export function meanSquare(field: Field, missing: readonly number[] = []): number {
  const plane = field.size[0] * field.size[1];
  const absent = new Set(missing);
  let sum = 0;
  let count = 0;
  for (let z = 0; z < field.size[2]; z++) {
    if (absent.has(z)) continue;
    for (let i = z * plane; i < (z + 1) * plane; i++) sum += field.values[i]! ** 2;
    count += plane;
  }
  return count === 0 ? 0 : sum / count;
}
