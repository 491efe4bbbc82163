/** Flat field and background applied to a tile at low resolution. */
import type { Correction } from '../../../shared/acquisition/correction.ts';
import { addBlockSums, blockPixels } from '../../../shared/numerics/block-sums.ts';

/** Corrects slices of reduced tiles (x fastest) in place: max(mean - background, 0) * mean factor of the block. */
export type ReducedCorrection = (slices: Float32Array) => void;

export function reducedCorrection({ background, flatField }: Correction, block: number): ReducedCorrection {
  const factors = flatField === undefined ? undefined : blockFactors(flatField, block);
  return (slices) => {
    if (factors === undefined) subtract(slices, background);
    else
      for (let at = 0; at < slices.length; at += factors.length)
        correctSlice(slices, at, background, factors);
  };
}

function subtract(values: Float32Array, background: number): void {
  for (let i = 0; i < values.length; i++) values[i] = Math.max(values[i]! - background, 0);
}

function correctSlice(slices: Float32Array, at: number, background: number, factors: Float64Array): void {
  for (let i = 0; i < factors.length; i++)
    slices[at + i] = Math.max(slices[at + i]! - background, 0) * factors[i]!;
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
