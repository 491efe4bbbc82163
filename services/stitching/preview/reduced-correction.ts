/** Flat field and background applied to a tile at low resolution. */
import type { Correction } from '../../../shared/acquisition/correction.ts';
import { addBlockSums, blockPixels } from '../../../shared/numerics/block-sums.ts';

/** Corrects slices of reduced tiles (x fastest) in place: max(mean - background, 0) * mean factor of the block. */
export type ReducedCorrection = (slices: Float32Array) => void;

export function reducedCorrection({ background, flatField }: Correction, block: number): ReducedCorrection {
  const factors = flatField === undefined ? undefined : blockFactors(flatField, block);
  return (slices) => {
    for (let i = 0; i < slices.length; i++) {
      const signal = Math.max(slices[i]! - background, 0);
      slices[i] = factors === undefined ? signal : signal * factors[i % factors.length]!;
    }
  };
}

function blockFactors(
  { width, height, factor }: NonNullable<Correction['flatField']>,
  block: number,
): Float64Array {
  const pixels = blockPixels(width, height, block);
  const sums = new Float64Array(pixels.length);
  addBlockSums(factor, width, height, block, sums);
  return sums.map((sum, index) => sum / pixels[index]!);
}
