/** CloudReg's two corrections of the sample before it is registered (REGISTRATION section 4, steps 5 and 6). */

import { blurGaussian } from './gaussian-blur.ts';
import type { Grid } from './grid.ts';
import { standardise } from './intensities.ts';
import type { WeightedImage } from './levels.ts';

const LATTICE_SD_UM = 150;

/** The lattice of tiles, seen in the sum over z: each column is divided by its own sum and given its neighbours'. */
export function correctGrid(image: WeightedImage): WeightedImage {
  const { grid, values, weights } = image;
  const area = grid.size[0] * grid.size[1];
  const sums = new Float64Array(area);
  for (let i = 0; i < values.length; i++) sums[i % area]! += values[i]! * weights[i]!;
  const plane: Grid = { ...grid, size: [grid.size[0], grid.size[1], 1] };
  const smooth = blurred(plane, sums, new Float64Array(area).fill(1), LATTICE_SD_UM);
  const factors = smooth.map((value, i) => value / (sums[i]! + 1));
  return { ...image, values: values.map((value, i) => value * factors[i % area]!) };
}

const BINS = 300;
const WIDENED = 1.25;
/** With voxels that were not recorded, and where all were. */
const ROUNDS = { gaps: 20, whole: 10 } as const;
const BIAS_SD_UM = 1000;
const STEP = 0.1;

/**
 * In logarithms, every smooth region is driven towards the nearest mode of the histogram; standardised. Where nothing
 * was recorded nothing is changed.
 */
export function evenBrightness(image: WeightedImage, missing: 'gaps' | 'whole'): WeightedImage {
  const { grid, weights } = image;
  const { mode, width } = densityOf(image, 2);
  // Where most of what was recorded is black the mode is 0, which has no logarithm.
  const floor = Math.max(mode, width) / 2;
  let log = standardise({ ...image, values: image.values.map((value) => Math.log(Math.max(value, floor))) });
  const shares = Float64Array.from(weights);
  for (let round = 0; round < ROUNDS[missing]; round++) {
    const { slopeAt } = densityOf(log, 1);
    const uphill = Float64Array.from(log.values, (value) => Math.sign(slopeAt(value)));
    const smooth = blurred(grid, uphill, shares, BIAS_SD_UM);
    log = standardise({ ...log, values: log.values.map((value, i) => value + STEP * smooth[i]!) });
  }
  return { ...log, values: log.values.map(Math.exp) };
}

/** Weighted mean under a Gaussian. */
function blurred(grid: Grid, values: Float64Array, weights: Float64Array, sdUm: number): Float64Array {
  const sum = values.map((value, i) => value * weights[i]!);
  const share = weights.slice();
  for (const map of [sum, share]) blurGaussian(map, grid, sdUm);
  return sum.map((value, i) => (share[i]! > 0 ? value / share[i]! : 0));
}

/** Kernel density of what was recorded: where it is highest, and its slope. `sdBins`: of the Gaussian kernel. */
function densityOf({ values, weights }: WeightedImage, sdBins: number) {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    if (weights[i] === 0) continue;
    least = Math.min(least, values[i]!);
    most = Math.max(most, values[i]!);
  }
  const width = ((most - least) * WIDENED) / BINS;
  const start = least - ((most - least) * (WIDENED - 1)) / 2;
  const counts = new Float64Array(BINS);
  for (let i = 0; i < values.length; i++)
    if (weights[i]! > 0) counts[Math.min(BINS - 1, Math.floor((values[i]! - start) / width))]! += weights[i]!;
  const smooth = counts.map((_, bin) => kernelSum(counts, bin, sdBins));
  const highest = smooth.reduce((best, value, bin) => (value > smooth[best]! ? bin : best), 0);
  return {
    mode: start + (highest + 0.5) * width,
    width,
    slopeAt(value: number): number {
      const bin = Math.min(BINS - 2, Math.max(1, Math.floor((value - start) / width)));
      return smooth[bin + 1]! - smooth[bin - 1]!;
    },
  };
}

function kernelSum(counts: Float64Array, bin: number, sd: number): number {
  const reach = Math.ceil(4 * sd);
  let sum = 0;
  for (let i = Math.max(0, bin - reach); i <= Math.min(BINS - 1, bin + reach); i++)
    sum += counts[i]! * Math.exp(-((i - bin) ** 2) / (2 * sd ** 2));
  return sum;
}
