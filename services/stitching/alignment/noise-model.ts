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

/** Mean level and noise variance of blocks of 8 x 8 pixels; blocks of many planes may simply follow each other. */
export interface NoiseBlocks {
  readonly levels: Float64Array;
  readonly variances: Float64Array;
}

const blockSize = 8;
const binCount = 12;
/** Structure only raises the variance of a block, so a low percentile of many blocks is the noise; 0.97 removes its bias. */
const variancePercentile = 0.35;
const percentileBias = 0.97;
const leastReadVariance = 0.05;
const leastGain = 0.001;
/** Bins of fewer blocks say nothing about a percentile. */
const leastBlocksPerBin = 4;

export function noiseModel(planes: readonly SamplePlane[]): NoiseModel {
  return fitNoise(planes.map(noiseBlocks));
}

export function noiseBlocks(plane: SamplePlane): NoiseBlocks {
  const columns = Math.floor(plane.width / blockSize);
  const rows = Math.floor(plane.height / blockSize);
  const levels = new Float64Array(columns * rows);
  const variances = new Float64Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = row * blockSize * plane.width + column * blockSize;
      levels[row * columns + column] = blockMean(plane, at);
      variances[row * columns + column] = blockVariance(plane, at);
    }
  }
  return { levels, variances };
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

/** Blocks of saturated pixels have no noise to measure and are left out. */
export function fitNoise(parts: readonly NoiseBlocks[], saturation = 65535): NoiseModel {
  const levels: number[] = [];
  const variances: number[] = [];
  for (const part of parts) {
    part.levels.forEach((level, i) => {
      if (level >= saturation) return;
      levels.push(level);
      variances.push(part.variances[i]!);
    });
  }
  const order = Uint32Array.from(levels.keys()).sort((i, j) => levels[i]! - levels[j]! || i - j);
  if (order.length === 0) return { background: 0, readVariance: 1, gain: 1 };
  const background = levels[order[Math.floor(0.001 * (order.length - 1))]!]!;
  const bins: Bin[] = [];
  for (let bin = 0; bin < binCount; bin++) {
    const from = Math.floor((bin * order.length) / binCount);
    const members = order.subarray(from, Math.floor(((bin + 1) * order.length) / binCount));
    if (members.length < leastBlocksPerBin) continue;
    bins.push(summarise(members, levels, variances, background));
  }
  return { background, ...fitLine(bins) };
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
): Bin {
  const sorted = Float64Array.from(members, (i) => variances[i]!).sort();
  const variance = sorted[Math.floor(variancePercentile * (sorted.length - 1))]! / percentileBias;
  const median = levels[members[members.length >> 1]!]!;
  return { excess: Math.max(0, median - background), variance: Math.max(variance, leastReadVariance) };
}

/** variance = readVariance + gain excess, by least squares of relative errors, both parameters above their least value. */
function fitLine(bins: readonly Bin[]): { readVariance: number; gain: number } {
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
  const slope = determinant > 1e-12 * w * wxx ? (w * wxv - wx * wv) / determinant : leastGain;
  const gain = Math.max(slope, leastGain);
  const readVariance = (wv - gain * wx) / w;
  if (readVariance >= leastReadVariance) return { readVariance, gain };
  // The line would leave the permitted range at the dark end: only the gain is left to fit.
  const fitted = wxx > 0 ? (wxv - leastReadVariance * wx) / wxx : leastGain;
  return { readVariance: leastReadVariance, gain: Math.max(fitted, leastGain) };
}
