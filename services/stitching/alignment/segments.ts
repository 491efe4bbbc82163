/** How an overlap is cut into segments, and the windows that make both tiles show the same piece of the sample (STITCHING section 2.4). */
import type { Triple } from '../pairs.ts';
import { axes } from './coarse.ts';
import type { Field } from './stabilise.ts';

/** The common box of two fields for a whole-voxel offset: same size in both, starting at different voxels. */
export interface Overlap {
  readonly startA: Triple;
  readonly startB: Triple;
  readonly size: Triple;
}

/** Start within the overlap. */
export interface Segment {
  readonly start: Triple;
}

const largestSegment: Triple = [64, 64, 32];
/** Neighbouring segments share at least this much. */
const sharedPart = 0.25;
/** Ramp of a window, as a share of its length: 12 % cost a factor of ten in precision on clean data. */
const rampPart = 0.25;

export function overlapOf(a: Field, b: Field, offset: Triple): Overlap | undefined {
  const startA = axes((i) => Math.max(0, offset[i]));
  const startB = axes((i) => Math.max(0, -offset[i]));
  const size = axes((i) => Math.min(a.size[i], b.size[i] + offset[i]) - startA[i]);
  return size.some((extent) => extent < 1) ? undefined : { startA, startB, size };
}

/** Without frequencies along z (stacks too thin to move in z) a segment is one plane. */
export const segmentSize = (overlap: Overlap, flat: boolean): Triple =>
  axes((i) => (flat && i === 2 ? 1 : Math.min(overlap.size[i], largestSegment[i])));

/** All segments of an overlap, in the order z, y, x. */
export function segmentsOf(overlap: Overlap, size: Triple): Segment[] {
  const [xs, ys, zs] = [0, 1, 2].map((i) => segmentStarts(overlap.size[i]!, size[i]!));
  return zs!.flatMap((z) => ys!.flatMap((y) => xs!.map((x) => ({ start: [x, y, z] as const }))));
}

function segmentStarts(extent: number, size: number): number[] {
  if (size === 1) return Array.from({ length: extent }, (_, i) => i);
  const count = Math.ceil((extent - size) / (size * (1 - sharedPart))) + 1;
  if (count === 1) return [0];
  return Array.from({ length: count }, (_, i) => Math.round((i * (extent - size)) / (count - 1)));
}

/** Windows along the three axes for a segment of either field. */
export interface Windows {
  readonly a: readonly [Float32Array, Float32Array, Float32Array];
  readonly b: readonly [Float32Array, Float32Array, Float32Array];
}

/** The window is one function of the place in the sample; b sees it moved by the fraction of the offset. */
export function segmentWindows(overlap: Overlap, segment: Segment, size: Triple, fraction: Triple): Windows {
  const windows = [0, 1, 2].map((i) =>
    axisWindows(overlap.size[i]!, segment.start[i]!, size[i]!, fraction[i]!),
  );
  const [x, y, z] = windows as [AxisWindows, AxisWindows, AxisWindows];
  return { a: [x.a, y.a, z.a], b: [x.b, y.b, z.b] };
}

interface AxisWindows {
  readonly a: Float32Array;
  readonly b: Float32Array;
}

function axisWindows(extent: number, start: number, length: number, fraction: number): AxisWindows {
  if (length === 1) return { a: Float32Array.of(1), b: Float32Array.of(1) };
  // Both tiles have data from here to there, in voxels of a counted from the overlap's first one.
  const from = Math.max(start - 0.5, fraction - 0.5);
  const to = Math.min(start + length - 0.5, extent - 0.5 + fraction);
  const window = (place: number): number => {
    const inside = Math.min(place - from, to - place) / (rampPart * (to - from));
    return inside <= 0 ? 0 : inside >= 1 ? 1 : Math.sin((Math.PI / 2) * inside) ** 2;
  };
  const values = (shift: number): Float32Array =>
    Float32Array.from({ length }, (_, i) => window(start + i + shift));
  return { a: values(0), b: values(fraction) };
}

/** Share of independent Fourier coefficients that a window leaves: (mean W^2)^2 / mean W^4. */
export function independentShare(window: Float32Array): number {
  let second = 0;
  let fourth = 0;
  for (const value of window) {
    second += value ** 2;
    fourth += value ** 4;
  }
  return fourth === 0 ? 0 : second ** 2 / (window.length * fourth);
}

/** sum a b over a segment, from every other row of every other plane: how much both tiles show there. */
export function commonContrast(a: Field, b: Field, overlap: Overlap, segment: Segment, size: Triple): number {
  let sum = 0;
  for (let z = 0; z < size[2]; z += 2) {
    for (let y = 0; y < size[1]; y += 2) {
      const rowA = indexOf(a, overlap.startA, segment, y, z);
      const rowB = indexOf(b, overlap.startB, segment, y, z);
      for (let x = 0; x < size[0]; x++) sum += a.values[rowA + x]! * b.values[rowB + x]!;
    }
  }
  return sum;
}

/** Index of the first value of row y of plane z of a segment. */
export const indexOf = (field: Field, start: Triple, segment: Segment, y: number, z: number): number =>
  ((start[2] + segment.start[2] + z) * field.size[1] + start[1] + segment.start[1] + y) * field.size[0] +
  start[0] +
  segment.start[0];
