/**
 * The camera's noise, estimated from the acquisition itself: variance = readVariance + gain (level - background), in
 * counts (STITCHING section 2.1).
 */

export type Pixels = Uint8Array | Uint16Array | Float32Array;

export interface SamplePlane {
  readonly values: Pixels;
  readonly width: number;
  readonly height: number;
}

export interface NoiseModel {
  readonly background: number;
  readonly readVariance: number;
  readonly gain: number;
}

/** What a saturated pixel is stored as; real values have no such end. */
export const saturationOf = (pixels: Pixels): number =>
  pixels instanceof Uint8Array ? 255 : pixels instanceof Uint16Array ? 65_535 : Number.POSITIVE_INFINITY;

/**
 * Mean level and noise variance of blocks of 8 x 8 pixels; blocks of many planes may simply follow each other. Blocks with a
 * saturated pixel, which has lost its noise, or one that is no number are left out.
 */
export interface NoiseBlocks {
  readonly levels: Float64Array;
  readonly variances: Float64Array;
  /** Of real values, in any unit; integers are counts. */
  readonly real: boolean;
}

const blockSize = 8;
const binCount = 12;
/** Structure only raises the variance of a block, so a low percentile of many blocks is the noise; 0.97 removes its bias. */
const variancePercentile = 0.35;
const percentileBias = 0.97;
/** In counts: what rounding alone makes of constant light, and of light that grows. */
const leastReadVariance = 0.05;
const leastGain = 0.001;
/** Real values have a unit of their own: their brightest level is taken for so many counts. */
const countsOfReal = 65_535;
/** Bins of fewer blocks say nothing about a percentile. */
const leastBlocksPerBin = 4;

export function noiseModel(planes: readonly SamplePlane[]): NoiseModel {
  return fitNoise(planes.map(noiseBlocks));
}

export function noiseBlocks(plane: SamplePlane): NoiseBlocks {
  const columns = Math.floor(plane.width / blockSize);
  const rows = Math.floor(plane.height / blockSize);
  const saturation = saturationOf(plane.values);
  const levels: number[] = [];
  const variances: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = row * blockSize * plane.width + column * blockSize;
      if (!isWhole(plane, at, saturation)) continue;
      levels.push(blockMean(plane, at));
      variances.push(blockVariance(plane, at));
    }
  }
  return {
    levels: Float64Array.from(levels),
    variances: Float64Array.from(variances),
    real: plane.values instanceof Float32Array,
  };
}

function isWhole({ values, width }: SamplePlane, at: number, saturation: number): boolean {
  for (let y = 0; y < blockSize; y++) {
    for (let x = 0; x < blockSize; x++)
      if (!(Math.abs(values[at + y * width + x]!) < saturation)) return false;
  }
  return true;
}

function blockMean(plane: SamplePlane, at: number): number {
  let sum = 0;
  for (let y = 0; y < blockSize; y++) {
    for (let x = 0; x < blockSize; x++) sum += plane.values[at + y * plane.width + x]!;
  }
  return sum / blockSize ** 2;
}

/** The mixed second difference sees neither planes nor ramps; its variance is that of the noise. */
function blockVariance({ values, width }: SamplePlane, at: number): number {
  let sum = 0;
  for (let y = 0; y < blockSize - 1; y++) {
    for (let x = 0; x < blockSize - 1; x++) {
      const i = at + y * width + x;
      const n = (values[i]! - values[i + 1]! - values[i + width]! + values[i + width + 1]!) / 2;
      sum += n * n;
    }
  }
  return sum / (blockSize - 1) ** 2;
}

export function fitNoise(parts: readonly NoiseBlocks[]): NoiseModel {
  const levels = parts.flatMap((part) => [...part.levels]);
  const variances = parts.flatMap((part) => [...part.variances]);
  const order = Uint32Array.from(levels.keys()).sort((i, j) => levels[i]! - levels[j]! || i - j);
  if (order.length === 0) return { background: 0, readVariance: 1, gain: 1 };
  const background = levels[order[Math.floor(0.001 * (order.length - 1))]!]!;
  const brightest = levels[order[Math.floor(0.999 * (order.length - 1))]!]!;
  const least = leastNoise(parts.some(({ real }) => real) ? brightest - background : countsOfReal);
  const bins: Bin[] = [];
  for (let bin = 0; bin < binCount; bin++) {
    const from = Math.floor((bin * order.length) / binCount);
    const members = order.subarray(from, Math.floor(((bin + 1) * order.length) / binCount));
    if (members.length < leastBlocksPerBin) continue;
    bins.push(summarise(members, levels, variances, background, least));
  }
  return { background, ...fitLine(bins, least) };
}

type Least = Pick<NoiseModel, 'readVariance' | 'gain'>;

/** @param span of all levels; 0 where they are the same */
function leastNoise(span: number): Least {
  const count = span > 0 ? span / countsOfReal : 1;
  return { readVariance: leastReadVariance * count ** 2, gain: leastGain * count };
}

interface Bin {
  readonly excess: number;
  readonly variance: number;
}

function summarise(
  members: Uint32Array,
  levels: readonly number[],
  variances: readonly number[],
  background: number,
  least: Least,
): Bin {
  const sorted = Float64Array.from(members, (i) => variances[i]!).sort();
  const variance = sorted[Math.floor(variancePercentile * (sorted.length - 1))]! / percentileBias;
  const median = levels[members[members.length >> 1]!]!;
  return { excess: Math.max(0, median - background), variance: Math.max(variance, least.readVariance) };
}

/** variance = readVariance + gain excess, by least squares of relative errors, both parameters above their least value. */
function fitLine(bins: readonly Bin[], least: Least): Least {
  if (bins.length === 0) return { readVariance: 1, gain: 1 };
  let w = 0;
  let wx = 0;
  let wxx = 0;
  let wv = 0;
  let wxv = 0;
  for (const { excess, variance } of bins) {
    const weight = 1 / variance ** 2;
    w += weight;
    wx += weight * excess;
    wxx += weight * excess ** 2;
    wv += weight * variance;
    wxv += weight * excess * variance;
  }
  const determinant = w * wxx - wx ** 2;
  const slope = determinant > 1e-12 * w * wxx ? (w * wxv - wx * wv) / determinant : least.gain;
  const gain = Math.max(slope, least.gain);
  const readVariance = (wv - gain * wx) / w;
  if (readVariance >= least.readVariance) return { readVariance, gain };
  // The line would leave the permitted range at the dark end: only the gain is left to fit.
  const fitted = wxx > 0 ? (wxv - least.readVariance * wx) / wxx : least.gain;
  return { readVariance: least.readVariance, gain: Math.max(fitted, least.gain) };
}
