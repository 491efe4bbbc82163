/** How often each value occurs in the planes of a tile. */
import { HISTOGRAM_BINS } from '../../../shared/acquisition/histogram.ts';
import type { Kernels, Pixels, PixelType } from '../../../shared/kernels/kernels.ts';

export interface VoxelCounts {
  add(pixels: Pixels): void;
  counts(): Float64Array;
}

/** Counts of 31 bits hold this many voxels, whatever their values. */
const MOST_PENDING = 2 ** 31 - 1;

const binsOf = (type: PixelType): number => (type === 'uint8' ? 256 : HISTOGRAM_BINS);

/** What `countVoxels` needs of the kernels' memory: four histograms. */
export const countBuffer = (type: PixelType) => ({ type: 'int32', length: 4 * binsOf(type) }) as const;

/** Bins for every value of the type; float32 voxels are counted at the nearest whole number from 0 to 65,535. */
export function countVoxels(kernels: Kernels, type: PixelType, pending: Int32Array): VoxelCounts {
  const bins = binsOf(type);
  const total = new Float64Array(bins);
  let voxels = 0;
  const settle = (): void => {
    addFour(pending, bins, total);
    pending.fill(0);
    voxels = 0;
  };
  return {
    add(pixels) {
      if (voxels + pixels.length > MOST_PENDING) settle();
      voxels += pixels.length;
      if (pixels instanceof Float32Array) countFloats(pixels, pending, bins);
      else kernels.countValues(pixels, pending);
    },
    counts() {
      settle();
      return total;
    },
  };
}

function addFour(four: Int32Array, bins: number, total: Float64Array): void {
  const [second, third, fourth] = [bins, 2 * bins, 3 * bins];
  for (let bin = 0; bin < bins; bin++)
    total[bin]! += four[bin]! + four[second + bin]! + four[third + bin]! + four[fourth + bin]!;
}

function countFloats(pixels: Float32Array, counts: Int32Array, bins: number): void {
  for (let i = 0; i < pixels.length; i++) {
    const bin = Math.min(bins - 1, Math.max(0, Math.round(pixels[i]!)));
    counts[bin]! += 1;
  }
}
