/**
 * What the atlas's intensities look like in the sample: one cubic for all, then a gain and an offset that change slowly
 * over the sample (REGISTRATION section 3.5).
 */

import type { Vec3 } from '../geometry/box.ts';
import { CONTRAST_MAPS } from '../kernels/oracles/registration/contrast.ts';
import { addToElement, createSymmetric, solveSymmetric } from '../numerics/symmetric.ts';
import { type Grid, pointsOf } from './grid.ts';
import type { Blocks, Misfit, RegistrationKernels, Taps } from './kernels.ts';

export interface Contrast {
  /** Constant first. */
  readonly cubic: Float64Array;
  readonly offset: Float32Array;
  readonly gain: Float32Array;
  readonly local: LocalContrast;
}

/** Gain and offset on blocks of voxels: they change slowly, so fine voxels would be wasted on them. */
export interface LocalContrast {
  readonly blocks: Blocks;
  readonly taps: Taps;
  readonly sums: Float32Array;
  readonly blurred: Float32Array;
  readonly gain: Float32Array;
  readonly offset: Float32Array;
}

const RIDGE = 1e-6;
/** Share of the cubic's variance below which a neighbourhood says nothing about its own gain. */
const GAIN_PRIOR = 0.15;
/** Standard deviations of the Gaussian at which its taps end. */
const REACH = 4;
/** Blocks in a standard deviation. */
const BLOCKS_PER_SD = 3;

/** The identity: a gain of 1. */
export function openContrast(kernels: RegistrationKernels, grid: Grid, sdUm: number): Contrast {
  const count = pointsOf(grid);
  const contrast = {
    cubic: Float64Array.of(0, 1, 0, 0),
    offset: kernels.floats(count),
    gain: kernels.floats(count),
    local: openLocalContrast(kernels, grid, sdUm),
  };
  contrast.gain.fill(1);
  return contrast;
}

function openLocalContrast(
  kernels: RegistrationKernels,
  { size, spacingUm }: Grid,
  sdUm: number,
): LocalContrast {
  const factor = (axis: 0 | 1 | 2): number => Math.max(1, Math.floor(sdUm / BLOCKS_PER_SD / spacingUm[axis]));
  const block: Vec3 = [factor(0), factor(1), factor(2)];
  const count = (axis: 0 | 1 | 2): number => Math.ceil(size[axis] / block[axis]);
  const blocks = { fine: size, block, size: [count(0), count(1), count(2)] as Vec3 };
  const taps = (axis: 0 | 1 | 2): Float32Array =>
    gaussianTaps(kernels, sdUm / (spacingUm[axis] * block[axis]));
  // Whole fours of points, so that every map begins on a full load.
  const points = Math.ceil(pointsOf(blocks) / 4) * 4;
  return {
    blocks,
    taps: [taps(0), taps(1), taps(2)],
    sums: kernels.floats(CONTRAST_MAPS * points),
    blurred: kernels.floats(CONTRAST_MAPS * points),
    gain: kernels.floats(points),
    offset: kernels.floats(points),
  };
}

function gaussianTaps(kernels: RegistrationKernels, sd: number): Float32Array {
  const taps = kernels.floats(Math.ceil(REACH * sd) + 1);
  for (let i = 0; i < taps.length; i++) taps[i] = Math.exp(-(i ** 2) / (2 * sd ** 2));
  const total = taps.reduce((sum, tap, i) => sum + (i === 0 ? tap : 2 * tap), 0);
  for (let i = 0; i < taps.length; i++) taps[i]! /= total;
  return taps;
}

/** Weighted least squares over all voxels, to the contrast's cubic; returns the sums it follows from. */
export function fitCubic(kernels: RegistrationKernels, of: Misfit, cubic: Float64Array): Float64Array {
  const sums = kernels.cubicSums(of.sample, of.predicted, of.weights);
  const trace = sums[0]! + sums[2]! + sums[4]! + sums[6]!;
  const matrix = createSymmetric([0, 0, 0, 0]);
  for (let i = 0; i < 4; i++)
    for (let j = 0; j <= i; j++)
      addToElement(matrix, i, j, sums[i + j]! + (i === j ? (RIDGE * trace) / 4 : 0));
  cubic.set(solveSymmetric(matrix, sums.subarray(7)));
  return sums;
}

/** The cubic, then the local gain and offset. */
export function fitContrast(kernels: RegistrationKernels, of: Misfit, contrast: Contrast): void {
  const { local } = contrast;
  const sums = fitCubic(kernels, of, contrast.cubic);
  kernels.blockSums(of, local.blocks, local.sums);
  kernels.blur(local.blocks, local.taps, local.sums, local.blurred);
  kernels.gains(local.blurred, GAIN_PRIOR * varianceOfCubic(contrast.cubic, sums), local.gain, local.offset);
  spreadContrast(kernels, contrast);
}

/** Gain and offset of every voxel from those of the blocks. */
export function spreadContrast(kernels: RegistrationKernels, { local, gain, offset }: Contrast): void {
  kernels.refine(local.gain, local.blocks, gain);
  kernels.refine(local.offset, local.blocks, offset);
}

/** Weighted variance of p(s), from the sums of W s^k. */
function varianceOfCubic(cubic: Float64Array, sums: Float64Array): number {
  let [first, second] = [0, 0];
  for (let i = 0; i < 4; i++) {
    first += cubic[i]! * sums[i]!;
    for (let j = 0; j < 4; j++) second += cubic[i]! * cubic[j]! * sums[i + j]!;
  }
  return second / sums[0]! - (first / sums[0]!) ** 2;
}
