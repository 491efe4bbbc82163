/** Where tissue is, roughly: its middle and its extent, for a first guess of the map (REGISTRATION section 6.2). */
import type { Vec3 } from '../geometry/box.ts';
import { blurAxis } from '../kernels/oracles/registration/contrast.ts';
import { quantile } from '../numerics/statistics.ts';
import type { WeightedImage } from './levels.ts';

export interface Foreground {
  /** um, about the volume's centre. */
  readonly centroid: Vec3;
  /** Root mean square distance from the centroid, um. */
  readonly radiusUm: number;
}

export function foregroundOf(image: WeightedImage): Foreground {
  const places = tissuePlaces(image);
  const count = places.length / 3;
  const sums: [number, number, number] = [0, 0, 0];
  let squares = 0;
  places.forEach((value, i) => {
    sums[(i % 3) as 0 | 1 | 2] += value;
    squares += value ** 2;
  });
  const centroid: Vec3 = [sums[0] / count, sums[1] / count, sums[2] / count];
  const spread = squares / count - centroid.reduce((sum, value) => sum + value ** 2, 0);
  return { centroid, radiusUm: Math.sqrt(spread) };
}

/** Positions of the voxels that show tissue: x, y, z of one after the other, um about the volume's centre. */
export function tissuePlaces(image: WeightedImage): Float64Array {
  const { grid, weights } = image;
  const smooth = blurred(image);
  const recorded = smooth.filter((_, i) => weights[i]! > 0);
  const threshold = (otsu(recorded) + quantile(recorded, 0.1)) / 2;
  const places = new Float64Array(3 * smooth.length);
  let [at, to] = [0, 0];
  for (let z = 0; z < grid.size[2]; z++)
    for (let y = 0; y < grid.size[1]; y++)
      for (let x = 0; x < grid.size[0]; x++, at++) {
        if (!(weights[at]! > 0 && smooth[at]! > threshold)) continue;
        places[to++] = grid.originUm[0] + x * grid.spacingUm[0];
        places[to++] = grid.originUm[1] + y * grid.spacingUm[1];
        places[to++] = grid.originUm[2] + z * grid.spacingUm[2];
      }
  return places.subarray(0, to);
}

/** By one voxel, over what was recorded. */
function blurred({ grid, values, weights }: WeightedImage): Float32Array {
  const half = Float32Array.from([0, 1, 2, 3, 4], (i) => Math.exp(-(i ** 2) / 2));
  const total = half.reduce((sum, tap, i) => sum + (i === 0 ? tap : 2 * tap), 0);
  const taps = half.map((tap) => tap / total);
  const blur = (map: Float32Array): Float32Array =>
    ([0, 1, 2] as const).reduce((blurred, axis) => blurAxis(blurred, grid.size, axis, taps), map);
  const sum = blur(values.map((value, i) => value * weights[i]!));
  const share = blur(weights);
  return sum.map((value, i) => (share[i]! > 0 ? value / share[i]! : 0));
}

const BINS = 256;

/** The threshold that parts values best into two classes. */
export function otsu(values: Float32Array): number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const counts = new Float64Array(BINS);
  const width = (high - low) / BINS;
  for (const value of values) counts[Math.min(BINS - 1, Math.floor((value - low) / width))]! += 1;
  const moment = counts.reduce((sum, count, bin) => sum + count * bin, 0);
  let [below, belowMoment, best, bestBin] = [0, 0, -1, 0];
  for (let bin = 0; bin < BINS - 1; bin++) {
    below += counts[bin]!;
    belowMoment += counts[bin]! * bin;
    const above = values.length - below;
    if (below === 0 || above === 0) continue;
    const between = below * above * (belowMoment / below - (moment - belowMoment) / above) ** 2;
    if (between > best) [best, bestBin] = [between, bin];
  }
  return low + (bestBin + 1) * width;
}
