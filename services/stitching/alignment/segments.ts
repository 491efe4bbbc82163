/** How an overlap is cut into segments, and what of a segment both tiles show (STITCHING section 2.4). */
import { axes, type Triple } from '../axes.ts';

/** The common box of two strips for a whole-voxel offset: same size in both, starting at different voxels. */
export interface Overlap {
  readonly startA: Triple;
  readonly startB: Triple;
  readonly size: Triple;
}

/** Start within the overlap. */
export type Segment = Triple;

export const largestSegment: Triple = [64, 64, 32];
/** Neighbouring segments share at least this much. */
const sharedPart = 0.25;
/** Ramp of a window, as a share of its length: 12 % cost a factor of ten in precision on clean data. */
const rampPart = 0.25;

export function overlapOf(sizeA: Triple, sizeB: Triple, offset: Triple): Overlap | undefined {
  const startA = axes((i) => Math.max(0, offset[i]));
  const startB = axes((i) => Math.max(0, -offset[i]));
  const size = axes((i) => Math.min(sizeA[i], sizeB[i] + offset[i]) - startA[i]);
  return size.some((extent) => extent < 1) ? undefined : { startA, startB, size };
}

/** Where planes are compared one by one (`flat`), a segment is one plane thick. */
export const segmentSize = (overlap: Overlap, flat: boolean): Triple =>
  axes((i) => (flat && i === 2 ? 1 : Math.min(overlap.size[i], largestSegment[i])));

/** All segments of an overlap, in the order z, y, x. */
export function segmentsOf(overlap: Overlap, size: Triple): Segment[] {
  const [xs, ys, zs] = [0, 1, 2].map((i) => segmentStarts(overlap.size[i]!, size[i]!));
  return zs!.flatMap((z) => ys!.flatMap((y) => xs!.map((x) => [x, y, z] as const)));
}

function segmentStarts(extent: number, size: number): number[] {
  if (size === 1) return Array.from({ length: extent }, (_, i) => i);
  const count = Math.ceil((extent - size) / (size * (1 - sharedPart))) + 1;
  if (count === 1) return [0];
  return Array.from({ length: count }, (_, i) => Math.round((i * (extent - size)) / (count - 1)));
}

/**
 * Both tiles' windows of a segment along one axis: one function of the place in the sample, which b sees moved by the
 * fraction of the offset. Windows fixed to the pixel grids would draw the estimate towards whole voxels.
 */
export function axisWindows(length: number, fraction: number): { a: Float64Array; b: Float64Array } {
  if (length === 1) return { a: Float64Array.of(1), b: Float64Array.of(1) };
  // Places count in voxels of a from the segment's first; a pixel reaches half a voxel to each side.
  const from = Math.max(0, fraction) - 0.5;
  const to = length - 0.5 + Math.min(0, fraction);
  const windows = (shift: number): Float64Array =>
    Float64Array.from({ length }, (_, i) => windowAt(i + shift, from, to));
  return { a: windows(0), b: windows(fraction) };
}

/** 1 in the middle, sin^2 ramps to 0 at both ends. */
function windowAt(place: number, from: number, to: number): number {
  const inside = Math.min(place - from, to - place) / (rampPart * (to - from));
  return inside <= 0 ? 0 : inside >= 1 ? 1 : Math.sin((Math.PI / 2) * inside) ** 2;
}

/** Share of independent Fourier coefficients that a window leaves: (mean W^2)^2 / mean W^4. */
export function independentShare(window: Float64Array): number {
  let second = 0;
  let fourth = 0;
  for (const value of window) {
    second += value ** 2;
    fourth += value ** 4;
  }
  return fourth === 0 ? 0 : second ** 2 / (window.length * fourth);
}
