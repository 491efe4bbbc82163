/** Any voxels to the next mip: means of images, the most frequent label of segmentations. */

import { elementTypeOf } from '../formats/elements.ts';
import type { Vec3 } from '../geometry/box.ts';
import { halfToEven } from './convert-voxels.ts';
import type { DataType } from './data-type.ts';
import { type VoxelArray, zeroVoxels } from './data-type.ts';

export interface VoxelBlock {
  /** x fastest, then y, z, channel. */
  readonly voxels: VoxelArray;
  readonly size: Vec3;
  readonly channels: number;
}

/** Of the voxels of a 2 x 2 x 1 or 2 x 2 x 2 cell; the first `count` of `cell` are valid. */
type Pick<Value> = (cell: Value[], count: number) => Value;

/** Sizes are halved and rounded up. Rounded half to even; at an odd border the last voxel counts for its missing partner. */
export const averageVoxels = (block: VoxelBlock, factor: Vec3): VoxelBlock =>
  block.voxels instanceof BigUint64Array
    ? shrink<bigint>(block, factor, true, meanOfLabels)
    : shrink<number>(block, factor, true, block.voxels instanceof Float32Array ? mean : roundedMean);

/**
 * The most frequent label of each cell, cut to the block at an odd border; of equally frequent ones the smallest. 0 is a
 * label like any other (SEGMENTATION-AND-MESH section 3).
 */
export const majorityVoxels = (block: VoxelBlock, factor: Vec3): VoxelBlock =>
  block.voxels instanceof BigUint64Array
    ? shrink<bigint>(block, factor, false, mostFrequent)
    : shrink<number>(block, factor, false, mostFrequent);

function shrink<Value extends number | bigint>(
  { voxels, size, channels }: VoxelBlock,
  factor: Vec3,
  repeatsBorder: boolean,
  pick: Pick<Value>,
): VoxelBlock {
  const [width, height, depth] = size;
  const smaller: Vec3 = [
    Math.ceil(width / factor[0]),
    Math.ceil(height / factor[1]),
    Math.ceil(depth / factor[2]),
  ];
  const from = voxels as unknown as Value[];
  const out = zeroVoxels(elementTypeOf(voxels) as DataType, smaller[0] * smaller[1] * smaller[2] * channels);
  const to = out as unknown as Value[];
  const cell = new Array<Value>(factor[0] * factor[1] * factor[2]);
  let at = 0;
  for (let plane = 0; plane < smaller[2] * channels; plane++) {
    const z = factor[2] * (plane % smaller[2]);
    const channel = Math.floor(plane / smaller[2]);
    const planes = rowsOf(z, factor[2], depth, repeatsBorder, width * height);
    const base = width * height * (z + depth * channel);
    for (let y = 0; y < height; y += factor[1]) {
      const rows = rowsOf(y, factor[1], height, repeatsBorder, width);
      for (let x = 0; x < width; x += factor[0]) {
        const columns = rowsOf(x, factor[0], width, repeatsBorder, 1);
        let count = 0;
        for (const dz of planes)
          for (const dy of rows)
            for (const dx of columns) cell[count++] = from[base + dz + width * y + dy + x + dx]!;
        to[at++] = pick(cell, count);
      }
    }
  }
  return { voxels: out, size: smaller, channels };
}

const ONE: readonly number[] = [0];
const TWICE: readonly number[] = [0, 0];

/** Steps from a cell's first voxel to each of its voxels along one axis. */
function rowsOf(
  first: number,
  factor: number,
  size: number,
  repeats: boolean,
  stride: number,
): readonly number[] {
  if (factor === 1) return ONE;
  if (first + 1 < size) return stride === 1 ? PAIR : [0, stride];
  return repeats ? TWICE : ONE;
}

const PAIR: readonly number[] = [0, 1];

function mean(cell: number[], count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += cell[i]!;
  return sum / count;
}

const roundedMean = (cell: number[], count: number): number => halfToEven(mean(cell, count));

function meanOfLabels(cell: bigint[], count: number): bigint {
  let sum = 0n;
  for (let i = 0; i < count; i++) sum += cell[i]!;
  const [whole, rest] = [sum / BigInt(count), (sum % BigInt(count)) * 2n];
  const isUp = rest > BigInt(count) || (rest === BigInt(count) && whole % 2n === 1n);
  return isUp ? whole + 1n : whole;
}

function mostFrequent<Value extends number | bigint>(cell: Value[], count: number): Value {
  const first = cell[0]!;
  let isAlone = true;
  for (let i = 1; i < count && isAlone; i++) isAlone = cell[i] === first;
  if (isAlone) return first;
  sortStart(cell, count);
  let best = first;
  let most = 0;
  for (let i = 0; i < count; ) {
    let end = i + 1;
    while (end < count && cell[end] === cell[i]) end += 1;
    // Ascending: among equals the smallest was there before.
    if (end - i > most) {
      best = cell[i]!;
      most = end - i;
    }
    i = end;
  }
  return best;
}

/** By insertion: eight at most. */
function sortStart<Value extends number | bigint>(cell: Value[], count: number): void {
  for (let i = 1; i < count; i++) {
    const value = cell[i]!;
    let at = i;
    for (; at > 0 && cell[at - 1]! > value; at--) cell[at] = cell[at - 1]!;
    cell[at] = value;
  }
}
