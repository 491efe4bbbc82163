/** How often each value occurs in the planes of a tile. */
import { HISTOGRAM_BINS } from '../../../shared/acquisition/histogram.ts';
import type { Pixels, PixelType } from '../../../shared/kernels/kernels.ts';

export interface VoxelCounts {
  add(pixels: Pixels): void;
  counts(): Float64Array;
}

/** Counts of 32 bits hold this many voxels, whatever their values. */
const MOST_PENDING = 2 ** 32 - 1;

/** Bins for every value of the type; float32 voxels are counted at the nearest whole number from 0 to 65,535. */
export function countVoxels(type: PixelType): VoxelCounts {
  const total = new Float64Array(type === 'uint8' ? 256 : HISTOGRAM_BINS);
  const lanes = [0, 1, 2, 3].map(() => new Uint32Array(total.length));
  let pending = 0;
  const settle = (): void => {
    for (const lane of lanes) {
      for (let bin = 0; bin < lane.length; bin++) total[bin]! += lane[bin]!;
      lane.fill(0);
    }
    pending = 0;
  };
  return {
    add(pixels) {
      if (pending + pixels.length > MOST_PENDING) settle();
      pending += pixels.length;
      if (pixels instanceof Float32Array) countFloats(pixels, lanes[0]!);
      else countIntegers(pixels, lanes);
    },
    counts() {
      settle();
      return total;
    },
  };
}

/** Four private histograms: neighbours have like values, and adding to one bin twice in a row makes the second wait. */
function countIntegers(pixels: Uint8Array | Uint16Array, lanes: readonly Uint32Array[]): void {
  const [a, b, c, d] = [lanes[0]!, lanes[1]!, lanes[2]!, lanes[3]!];
  const whole = pixels.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    a[pixels[i]!]! += 1;
    b[pixels[i + 1]!]! += 1;
    c[pixels[i + 2]!]! += 1;
    d[pixels[i + 3]!]! += 1;
  }
  for (let i = whole; i < pixels.length; i++) a[pixels[i]!]! += 1;
}

function countFloats(pixels: Float32Array, counts: Uint32Array): void {
  for (let i = 0; i < pixels.length; i++) {
    const bin = Math.min(counts.length - 1, Math.max(0, Math.round(pixels[i]!)));
    counts[bin]! += 1;
  }
}
