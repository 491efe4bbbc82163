/** From the coarse stage's peaks to sub-voxel offsets (STITCHING section 2.4). */
import type { Fourier } from '../../../shared/numerics/fft.ts';
import { axes, type Triple } from '../axes.ts';
import type { Matrix3 } from '../symmetric.ts';
import { crossSpectrum, type SegmentTransform, type Side, segmentTransform } from './cross-spectrum.ts';
import { fitPhases } from './phase-fit.ts';
import { type Overlap, overlapOf, type Segment, segmentSize, segmentsOf } from './segments.ts';
import type { Field } from './stabilise.ts';

export interface FineEstimate {
  readonly offset: Triple;
  readonly covariance: Matrix3;
  readonly rho: number;
  /** Voxels of the overlap. */
  readonly voxels: number;
}

/** The search passes' result, and how far the last of them went. */
export interface FineSearch extends FineEstimate {
  readonly moved: number;
}

/** Thinner overlaps hold no segment worth a transform. */
const leastExtent = 6;
const searchShare = 0.3;
const mostSearchPasses = 4;
const farFromStart = 0.5;
const movedInLastPass = 0.15;

export interface FineStage {
  search(start: Triple): FineSearch | undefined;
  finish(start: Triple): FineEstimate | undefined;
  free(): void;
}

/** One tile's side: its pixels, and its binned field to find the segments that show something. */
export interface FineSide extends Side {
  readonly binned: Field;
  readonly bin: number;
}

/**
 * @param flat true where the stacks are too thin to be moved in z: planes are compared one by one
 */
export function fineStage(fourier: Fourier, a: FineSide, b: FineSide, flat: boolean): FineStage {
  const transforms = new Map<string, SegmentTransform>();
  const transformFor = (size: Triple): SegmentTransform => {
    const known = transforms.get(size.join());
    if (known !== undefined) return known;
    const made = segmentTransform(fourier, size);
    transforms.set(size.join(), made);
    return made;
  };
  const pass = (offset: Triple, share: number): FineEstimate | undefined => {
    const whole = axes((i) => Math.round(offset[i]));
    const overlap = overlapOf(a.strip.size, b.strip.size, whole);
    if (overlap === undefined || isThin(overlap, flat)) return undefined;
    const fraction = axes((i) => offset[i] - whole[i]);
    const size = segmentSize(overlap, flat);
    const segments = strongest(a, b, overlap, segmentsOf(overlap, size), size, share);
    const cross = crossSpectrum(fourier, transformFor(size), a, b, overlap, segments, fraction);
    const fit = fitPhases(cross, fraction);
    const voxels = overlap.size[0] * overlap.size[1] * overlap.size[2];
    return fit && { ...fit, offset: axes((i) => whole[i] + fit.shift[i]), voxels };
  };
  return {
    search: (start) => searchPasses(start, (offset) => pass(offset, searchShare)),
    finish: (start) => lastPasses(start, (offset) => pass(offset, 1)),
    free: () => transforms.forEach(({ volume }) => volume.free()),
  };
}

const isThin = ({ size }: Overlap, flat: boolean): boolean =>
  size[0] < leastExtent || size[1] < leastExtent || (!flat && size[2] < leastExtent);

/** The share of segments with the largest sum of a b, in their own order. */
function strongest(
  a: FineSide,
  b: FineSide,
  overlap: Overlap,
  segments: readonly Segment[],
  size: Triple,
  share: number,
): readonly Segment[] {
  if (share === 1) return segments;
  const contrasts = segments.map((segment) => commonContrast(a, b, overlap, segment, size));
  const order = segments.map((_, i) => i).sort((i, j) => contrasts[j]! - contrasts[i]! || i - j);
  const kept = order.slice(0, Math.ceil(share * segments.length)).sort((i, j) => i - j);
  return kept.map((i) => segments[i]!);
}

/** sum a b over a segment of the binned fields, to the next whole bin: how much both tiles show there. */
function commonContrast(a: FineSide, b: FineSide, overlap: Overlap, segment: Segment, size: Triple): number {
  const { bin } = a;
  const [width, height] = [Math.floor(size[0] / bin), Math.floor(size[1] / bin)];
  let sum = 0;
  for (let z = 0; z < size[2]; z++) {
    const planeA = overlap.startA[2] + segment[2] + z;
    const planeB = overlap.startB[2] + segment[2] + z;
    for (let y = 0; y < height; y++) {
      let atA = binnedIndex(a.binned, bin, overlap.startA[0] + segment[0], overlap.startA[1] + segment[1] + y * bin, planeA);
      let atB = binnedIndex(b.binned, bin, overlap.startB[0] + segment[0], overlap.startB[1] + segment[1] + y * bin, planeB);
      for (let x = 0; x < width; x++) sum += a.binned.values[atA++]! * b.binned.values[atB++]!;
    }
  }
  return sum;
}

const binnedIndex = (field: Field, bin: number, x: number, y: number, z: number): number =>
  (z * field.size[1] + Math.floor(y / bin)) * field.size[0] + Math.floor(x / bin);

const distance = (a: Triple, b: Triple): number => Math.max(...axes((i) => Math.abs(a[i] - b[i])));

type Pass = (offset: Triple) => FineEstimate | undefined;

/** The windows fit the offset they were made for, so a long way asks for another pass. */
function searchPasses(start: Triple, pass: Pass): FineSearch | undefined {
  let from = start;
  for (let count = 1; ; count++) {
    const estimate = pass(from);
    if (estimate === undefined) return undefined;
    const moved = distance(estimate.offset, from);
    if (moved < farFromStart || count === mostSearchPasses) return { ...estimate, moved };
    from = estimate.offset;
  }
}

function lastPasses(start: Triple, pass: Pass): FineEstimate | undefined {
  const first = pass(start);
  if (first === undefined || distance(first.offset, start) <= movedInLastPass) return first;
  return pass(first.offset);
}
