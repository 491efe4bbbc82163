/** Planes on a grid of cubes: x and y within a plane, z over the planes as they come. */
import type { Vec3 } from '../geometry/box.ts';
import { convertVoxels } from '../volume/convert-voxels.ts';
import { type DataType, type VoxelArray, zeroVoxels } from '../volume/data-type.ts';
import { type AxisTaps, nearestTaps, smoothTaps } from './axis-taps.ts';
import type { PlaneImage } from './plane-image.ts';

/**
 * Both grids begin at the same corner. Images are low-passed (`smoothTaps`), computed in float64, rounded half to even
 * and cut to their type; labels, and uint64 in any case, keep their values: each voxel is the one nearest to it.
 */
export function isotropicPlanes(image: PlaneImage, voxelUm: number, isLabels: boolean): PlaneImage {
  const isExact = isLabels || image.dataType === 'uint64';
  const tapsOf = isExact ? nearestTaps : smoothTaps;
  const along = (axis: 0 | 1 | 2): AxisTaps =>
    tapsOf(image.sizeVoxels[axis], voxelUm / image.voxelSizeUm[axis]);
  const taps = [along(0), along(1), along(2)] as const;
  const corner = (axis: 0 | 1 | 2): number => image.originUm[axis] - image.voxelSizeUm[axis] / 2;
  const resample = isExact ? nearestPlanes : smoothPlanes;
  return {
    ...image,
    sizeVoxels: [taps[0].size, taps[1].size, taps[2].size],
    voxelSizeUm: [voxelUm, voxelUm, voxelUm],
    originUm: [corner(0) + voxelUm / 2, corner(1) + voxelUm / 2, corner(2) + voxelUm / 2],
    planes: (channel) => resample(image.planes(channel), image.sizeVoxels, taps, image.dataType),
  };
}

type Taps = readonly [AxisTaps, AxisTaps, AxisTaps];

async function* nearestPlanes(
  planes: AsyncIterable<VoxelArray>,
  [width]: Vec3,
  [x, y, z]: Taps,
  type: DataType,
): AsyncGenerator<VoxelArray> {
  let [at, next] = [0, 0];
  for await (const plane of planes) {
    if (z.first[next] === at) {
      const picked = zeroVoxels(type, x.size * y.size);
      let to = 0;
      for (const row of y.first) for (const column of x.first) picked[to++] = plane[row * width + column]!;
      for (; z.first[next] === at; next++) yield picked;
    }
    at += 1;
  }
}

/** Holds the sums of the planes that the one at hand goes into: two or three, or more where z is made finer. */
async function* smoothPlanes(
  planes: AsyncIterable<VoxelArray>,
  size: Vec3,
  [x, y, z]: Taps,
  type: DataType,
): AsyncGenerator<VoxelArray> {
  const sums = new Map<number, Float64Array>();
  let [at, finished] = [0, 0];
  for await (const plane of planes) {
    const small = shrinkRows(shrinkColumns(plane, size, x), x.size, y);
    for (let to = finished; to < z.size && z.first[to]! <= at; to++) {
      const weight = z.weights[to]![at - z.first[to]!];
      if (weight === undefined) continue;
      const sum = sums.get(to) ?? new Float64Array(small.length);
      sums.set(to, sum);
      for (let i = 0; i < sum.length; i++) sum[i]! += weight * small[i]!;
    }
    at += 1;
    for (; finished < z.size && z.first[finished]! + z.weights[finished]!.length <= at; finished++) {
      const voxels = zeroVoxels(type, small.length);
      convertVoxels(sums.get(finished)!, voxels);
      sums.delete(finished);
      yield voxels;
    }
  }
}

function shrinkColumns(plane: VoxelArray, [width, height]: Vec3, taps: AxisTaps): Float64Array {
  const voxels = plane as Exclude<VoxelArray, BigUint64Array>;
  const out = new Float64Array(taps.size * height);
  for (let y = 0, to = 0; y < height; y++)
    for (let x = 0; x < taps.size; x++, to++) {
      const weights = taps.weights[x]!;
      const from = y * width + taps.first[x]!;
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i]! * voxels[from + i]!;
      out[to] = sum;
    }
  return out;
}

function shrinkRows(rows: Float64Array, width: number, taps: AxisTaps): Float64Array {
  const out = new Float64Array(width * taps.size);
  for (let y = 0; y < taps.size; y++) {
    const to = y * width;
    for (const [i, weight] of taps.weights[y]!.entries()) {
      const from = (taps.first[y]! + i) * width;
      for (let x = 0; x < width; x++) out[to + x]! += weight * rows[from + x]!;
    }
  }
  return out;
}
