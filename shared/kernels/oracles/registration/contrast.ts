/**
 * What the contrast is fitted from: sums over all voxels for the cubic, sums over blocks for the local gain and offset
 * (REGISTRATION section 3.5).
 */
import type { Misfit } from './misfit.ts';

/** W s^0 … W s^6, then W J s^0 … W J s^3. */
export const CUBIC_SUMS = 11;

/** Adds the sums over voxels from <= i < to, in float64. */
export function cubicSums(
  sample: Float32Array,
  predicted: Float32Array,
  weights: Float32Array,
  sums: Float64Array,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    let term = weights[i]!;
    for (let power = 0; power < 7; power++, term *= predicted[i]!) {
      sums[power]! += term;
      if (power < 4) sums[7 + power]! += term * sample[i]!;
    }
  }
}

/** Blocks of an image's voxels, the last of an axis perhaps not whole. Points of a map are blocks, x fastest. */
export interface Blocks {
  readonly fine: readonly [number, number, number];
  /** Voxels of a block along each axis. */
  readonly block: readonly [number, number, number];
  readonly size: readonly [number, number, number];
}

export const CONTRAST_MAPS = 5;

/** Sums of W, W P, W J, W P P and W P J over each block of the planes z0 <= z < z1 of blocks, divided by a whole block's voxels. */
export function blockSums(
  { sample, weights, predicted, cubic }: Misfit,
  { fine: [nx, ny, nz], block: [bx, by, bz], size: [mx, my] }: Blocks,
  maps: readonly Float32Array[],
  z0: number,
  z1: number,
): void {
  const share = 1 / (bx * by * bz);
  for (const map of maps) map.fill(0, z0 * my * mx, z1 * my * mx);
  for (let z = z0 * bz; z < Math.min(z1 * bz, nz); z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++) {
        const i = (z * ny + y) * nx + x;
        const s = predicted[i]!;
        const p = cubic[0]! + s * (cubic[1]! + s * (cubic[2]! + s * cubic[3]!));
        const w = weights[i]! * share;
        const to = (Math.floor(z / bz) * my + Math.floor(y / by)) * mx + Math.floor(x / bx);
        [w, w * p, w * sample[i]!, w * p * p, w * p * sample[i]!].forEach((value, map) => {
          maps[map]![to]! += value;
        });
      }
}

/** Along one axis, taps from the middle outwards; beyond the border there is nothing. */
export function blurAxis(
  map: Float32Array,
  size: readonly [number, number, number],
  axis: 0 | 1 | 2,
  taps: Float32Array,
): Float32Array {
  const stride = axis === 0 ? 1 : axis === 1 ? size[0] : size[0] * size[1];
  return map.map((value, at) => {
    const i = Math.floor(at / stride) % size[axis];
    let sum = taps[0]! * value;
    for (let t = 1; t < taps.length; t++) {
      if (i >= t) sum += taps[t]! * map[at - t * stride]!;
      if (i + t < size[axis]) sum += taps[t]! * map[at + t * stride]!;
    }
    return sum;
  });
}

const GAINS = { least: 0.2, most: 4 };
const LEAST_WEIGHT = 1e-3;
const OFFSET_PRIOR = 0.05;

/** Gain and offset of each block from its five blurred sums; `prior`: variance for which a gain of 1 speaks. */
export function gains(
  maps: readonly Float32Array[],
  prior: number,
  gain: Float32Array,
  offset: Float32Array,
): void {
  const [w, wp, wj, wpp, wpj] = maps as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  for (let i = 0; i < gain.length; i++) {
    const n = w[i]! + LEAST_WEIGHT;
    const meanP = wp[i]! / n;
    const meanJ = wj[i]! / n;
    const variance = Math.max(wpp[i]! / n - meanP ** 2, 0);
    const slope = (wpj[i]! / n - meanP * meanJ + prior) / (variance + prior);
    gain[i] = Math.min(Math.max(slope, GAINS.least), GAINS.most);
    offset[i] = ((meanJ - gain[i]! * meanP) * w[i]!) / (w[i]! + OFFSET_PRIOR);
  }
}

/** Planes z0 <= z < z1 of the image: trilinear between the middles of blocks, the nearest one beyond them. */
export function refine(
  map: Float32Array,
  { fine, block, size }: Blocks,
  out: Float32Array,
  z0: number,
  z1: number,
): void {
  const cells = ([0, 1, 2] as const).map((axis) =>
    Array.from({ length: fine[axis] }, (_, i) => cellAt(i, block[axis], size[axis])),
  );
  const [mx, my] = size;
  const valueAt = (x: number, y: number, z: number): number => map[(z * my + y) * mx + x]!;
  let at = z0 * fine[1] * fine[0];
  for (let z = z0; z < z1; z++)
    for (let y = 0; y < fine[1]; y++)
      for (let x = 0; x < fine[0]; x++, at++) {
        const [cx, cy, cz] = [cells[0]![x]!, cells[1]![y]!, cells[2]![z]!];
        const line = (j: number, k: number): number =>
          valueAt(cx.first, j, k) * (1 - cx.part) + valueAt(cx.second, j, k) * cx.part;
        const plane = (k: number): number => line(cy.first, k) * (1 - cy.part) + line(cy.second, k) * cy.part;
        out[at] = plane(cz.first) * (1 - cz.part) + plane(cz.second) * cz.part;
      }
}

function cellAt(i: number, block: number, count: number) {
  const position = Math.min(Math.max((i + 0.5) / block - 0.5, 0), count - 1);
  const first = Math.floor(position);
  return { first, second: Math.min(first + 1, count - 1), part: position - first };
}
