/** Levels of an image: weighted block means, so that voxels that were not recorded count for nothing. */
import type { Vec3 } from '../geometry/box.ts';
import { type Grid, pointsOf } from './grid.ts';

export interface WeightedImage {
  readonly grid: Grid;
  readonly values: Float32Array;
  /** 0..1: how much of a voxel was recorded. */
  readonly weights: Float32Array;
}

/** The values of voxels that were recorded, wholly or in part. */
export function recordedValues({ values, weights }: WeightedImage): Float32Array {
  const count = weights.reduce((sum, weight) => sum + (weight > 0 ? 1 : 0), 0);
  const recorded = new Float32Array(count);
  let next = 0;
  for (let i = 0; i < values.length; i++) if (weights[i]! > 0) recorded[next++] = values[i]!;
  return recorded;
}

/** Less than this recorded, and the voxel counts as not recorded. */
const LEAST_RECORDED = 0.5;

/** Voxels per block along each axis, for a level of that spacing. */
export const blockFor = ({ spacingUm }: Grid, levelUm: number): Vec3 => {
  const factor = (axis: 0 | 1 | 2): number => Math.max(1, Math.round(levelUm / spacingUm[axis]));
  return [factor(0), factor(1), factor(2)];
};

/** A border that does not fill its blocks is padded with voxels of weight 0: the corner stays where it is. */
export function blockMeans({ grid, values, weights }: WeightedImage, block: Vec3): WeightedImage {
  if (block.every((factor) => factor === 1)) return { grid, values, weights };
  const coarse = coarseGrid(grid, block);
  const [nx, ny, nz] = grid.size;
  const [mx, my] = coarse.size;
  const sums = new Float64Array(pointsOf(coarse));
  const shares = new Float64Array(sums.length);
  let at = 0;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++) {
      const row = (Math.floor(z / block[2]) * my + Math.floor(y / block[1])) * mx;
      for (let x = 0; x < nx; x++, at++) {
        const to = row + Math.floor(x / block[0]);
        sums[to]! += values[at]! * weights[at]!;
        shares[to]! += weights[at]!;
      }
    }
  const voxels = block[0] * block[1] * block[2];
  const means = new Float32Array(sums.length);
  const kept = new Float32Array(sums.length);
  for (let i = 0; i < sums.length; i++) {
    const share = shares[i]! / voxels;
    if (share > 0) means[i] = sums[i]! / shares[i]!;
    if (share >= LEAST_RECORDED) kept[i] = share;
  }
  return { grid: coarse, values: means, weights: kept };
}

/** Every so many voxels along each axis, as they are: less work at the same sharpness. */
export function thinned(image: WeightedImage, every: number): WeightedImage {
  if (every === 1) return image;
  const { grid, values, weights } = image;
  const { size, spacingUm, originUm } = grid;
  const count = (axis: 0 | 1 | 2): number => Math.ceil(size[axis] / every);
  const coarse: Grid = {
    size: [count(0), count(1), count(2)],
    spacingUm: [spacingUm[0] * every, spacingUm[1] * every, spacingUm[2] * every],
    originUm,
  };
  const kept = {
    grid: coarse,
    values: new Float32Array(pointsOf(coarse)),
    weights: new Float32Array(pointsOf(coarse)),
  };
  let to = 0;
  for (let z = 0; z < size[2]; z += every)
    for (let y = 0; y < size[1]; y += every)
      for (let x = 0; x < size[0]; x += every, to++) {
        const from = (z * size[1] + y) * size[0] + x;
        kept.values[to] = values[from]!;
        kept.weights[to] = weights[from]!;
      }
  return kept;
}

/** Blocks from the corner on; the position of a block is that of its middle. */
function coarseGrid({ size, spacingUm, originUm }: Grid, block: Vec3): Grid {
  const count = (axis: 0 | 1 | 2): number => Math.ceil(size[axis] / block[axis]);
  const spacing = (axis: 0 | 1 | 2): number => spacingUm[axis] * block[axis];
  const origin = (axis: 0 | 1 | 2): number => originUm[axis] - spacingUm[axis] / 2 + spacing(axis) / 2;
  return {
    size: [count(0), count(1), count(2)],
    spacingUm: [spacing(0), spacing(1), spacing(2)],
    originUm: [origin(0), origin(1), origin(2)],
  };
}
