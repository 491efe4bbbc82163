/** Intensities as registration compares them: clipped, of stable variance, standardised (REGISTRATION section 6.1). */
import { quantile } from '../numerics/statistics.ts';
import { recordedValues, type WeightedImage } from './levels.ts';

const LOWEST = 0.02;
const HIGHEST = 0.998;

/** Clipped to its quantiles, square root above the lower one, then mean 0 and standard deviation 1 where recorded. */
export function prepareSample(image: WeightedImage): WeightedImage {
  const recorded = recordedValues(image);
  const lower = quantile(recorded, LOWEST);
  const upper = quantile(recorded, HIGHEST);
  const roots = image.values.map((value) => Math.sqrt(Math.min(Math.max(value, lower), upper) - lower));
  return standardise({ ...image, values: roots });
}

/**
 * Mean 0 and standard deviation 1 over what was recorded, and 0 elsewhere: what stands there must not matter. Throws
 * RangeError where all of it is one value.
 */
export function standardise(image: WeightedImage): WeightedImage {
  const { values, weights } = image;
  let [sum, squares, count] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    if (!(weights[i]! > 0)) continue;
    sum += values[i]!;
    squares += values[i]! ** 2;
    count++;
  }
  const mean = sum / count;
  const deviation = Math.sqrt(squares / count - mean ** 2);
  if (!(deviation > 0))
    throw new RangeError(`the image is constant (${mean}) over its ${count} recorded voxels`);
  return {
    ...image,
    values: values.map((value, i) => (weights[i]! > 0 ? (value - mean) / deviation : 0)),
  };
}
