/** Along one axis: which voxels a resampled voxel is made of. Both grids begin at the same corner. */

export interface AxisTaps {
  /** Voxels of the result. */
  readonly size: number;
  /** The first of the given voxels that goes into each. */
  readonly first: readonly number[];
  /** Their weights, from the first on; they sum to 1. */
  readonly weights: readonly (readonly number[])[];
}

/** Rounding in voxel sizes is no further voxel. */
const TOLERANCE = 1e-6;

/** Voxels of the result; the last may reach beyond the given ones, so that none is lost. `step`: new size over old. */
const resampledSize = (size: number, step: number): number => Math.max(1, Math.ceil(size / step - TOLERANCE));

/**
 * Linear interpolation whose triangle is as wide as the larger voxel: what is finer than the result can show is
 * averaged away first. At the border the weights of the voxels that are there are scaled up.
 */
export function smoothTaps(size: number, step: number): AxisTaps {
  const radius = Math.max(1, step);
  const taps = Array.from({ length: resampledSize(size, step) }, (_, index) => {
    const centre = Math.min((index + 0.5) * step, size - 0.5) - 0.5;
    const first = Math.max(0, Math.floor(centre - radius) + 1);
    const last = Math.min(size - 1, Math.ceil(centre + radius) - 1);
    const raw = Array.from({ length: last - first + 1 }, (_, i) => 1 - Math.abs(first + i - centre) / radius);
    const sum = raw.reduce((all, weight) => all + weight, 0);
    return { first, weights: raw.map((weight) => weight / sum) };
  });
  return { size: taps.length, first: taps.map((tap) => tap.first), weights: taps.map((tap) => tap.weights) };
}

/** The voxel in which the centre lies; of two that it lies between, the later one. */
export function nearestTaps(size: number, step: number): AxisTaps {
  const length = resampledSize(size, step);
  const first = Array.from({ length }, (_, index) =>
    Math.min(size - 1, Math.floor((index + 0.5) * step + TOLERANCE)),
  );
  return { size: length, first, weights: first.map(() => [1]) };
}
