/** Brains with and without a known smooth field: what the illumination field is judged on. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { arrayFileAt } from '../shared/formats/array-file.ts';
import { readNrrd } from '../shared/formats/nrrd/read.ts';
import { tissueMask } from '../shared/illumination/tissue-mask.ts';
import type { LowVolume, Three } from '../shared/illumination/volume.ts';

export interface Brain {
  readonly name: string;
  readonly volume: LowVolume;
}

/** Undefined where the data are not beside the checkout. */
export async function readBrain(
  directory: string,
  name: string,
  file: string,
  voxelSizeUm: Three,
  added = 0,
): Promise<Brain | undefined> {
  const path = resolve(directory, file);
  if (!existsSync(path)) return undefined;
  const { data, shape } = await readNrrd(await arrayFileAt(path));
  const values = Float32Array.from(data as ArrayLike<number>, (value) => value + added);
  return { name, volume: { data: values, size: shape as unknown as Three, voxelSizeUm } };
}

/** The field of ILLUMINATION section 3, over places from -1 to 1: slopes, a dome and a wave. */
const smooth = (x: number, y: number, z: number): number =>
  -0.18 * (z + 1) + 0.15 * x - 0.12 * (x * x + y * y) + 0.06 * Math.sin(2 * z + 1.5 * x);

/** The field with this standard deviation, and mean 0, over the volume's tissue. */
export function smoothField(volume: LowVolume, sd: number): Float64Array {
  const [width, height, depth] = volume.size;
  const field = new Float64Array(volume.data.length);
  const place = (index: number, count: number) => (2 * index) / (count - 1) - 1;
  for (let z = 0, i = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++)
        field[i] = smooth(place(x, width), place(y, height), place(z, depth));
  const mask = tissueMask(volume);
  const scale = sd / spread(field, mask);
  return field.map((value) => scale * value);
}

export const lit = (volume: LowVolume, field: Float64Array): LowVolume => ({
  ...volume,
  data: volume.data.map((value, i) => value * Math.exp(field[i]!)),
});

/** Standard deviation over the mask. */
export function spread(values: ArrayLike<number>, mask: Uint8Array): number {
  const { count, sumA, sumAa } = moments(values, values, mask);
  return Math.sqrt(Math.max(0, sumAa / count - (sumA / count) ** 2));
}

/** Slope of `found` against `truth` over the mask. */
export function slope(found: ArrayLike<number>, truth: ArrayLike<number>, mask: Uint8Array): number {
  const both = moments(truth, found, mask);
  const covariance = both.sumAb / both.count - (both.sumA * both.sumB) / both.count ** 2;
  return covariance / spread(truth, mask) ** 2;
}

function moments(a: ArrayLike<number>, b: ArrayLike<number>, mask: Uint8Array) {
  let [count, sumA, sumB, sumAa, sumAb] = [0, 0, 0, 0, 0];
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] !== 1) continue;
    count++;
    sumA += a[i]!;
    sumB += b[i]!;
    sumAa += a[i]! * a[i]!;
    sumAb += a[i]! * b[i]!;
  }
  return { count, sumA, sumB, sumAa, sumAb };
}
