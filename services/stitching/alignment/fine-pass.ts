/** One pass of the fine stage: the strongest segments of the overlap at an offset, their cross-spectrum, its phases. */
import { axes, type Triple } from '../axes.ts';
import type { Matrix3 } from '../symmetric.ts';
import {
  crossSpectrum,
  type SegmentPair,
  type SegmentSource,
  type SegmentTransform,
  segmentTransform,
} from './cross-spectrum.ts';
import type { NoiseModel } from './noise-model.ts';
import { fitPhases } from './phase-fit.ts';
import { type Overlap, overlapOf, type Segment, segmentSize, segmentsOf } from './segments.ts';
import { boxFields, type Field, type Strip } from './stabilise.ts';
import { keptSegments, type Workspace } from './workspace.ts';

/** One tile's side of a pair: its pixels, and its binned field to find the segments that show something. */
export interface FineSide {
  readonly strip: Strip;
  readonly noise: NoiseModel;
  readonly binned: Field;
  readonly bin: number;
}

export interface FineEstimate {
  readonly offset: Triple;
  readonly covariance: Matrix3;
  readonly rho: number;
  /** Correlation without the lowest frequencies. */
  readonly textureRho: number;
  /** Voxels of the overlap. */
  readonly voxels: number;
  /** Segments summed, and how many there are. */
  readonly segments: number;
  readonly allSegments: number;
}

/**
 * Undefined where the overlap is too thin or its phases point nowhere.
 *
 * @param segments at most this many, the strongest
 */
export type Pass = (offset: Triple, segments: number, jackknife?: boolean) => FineEstimate | undefined;

export interface FinePasses {
  readonly run: Pass;
  free(): void;
}

/** Thinner overlaps hold no segment worth a transform. */
const leastExtent = 6;
/** An offset this near to the last pass's whole voxels is measured from them again: its segments are at hand. */
const nearWhole = 0.8;

export function finePasses(workspace: Workspace, a: FineSide, b: FineSide, flat: boolean): FinePasses {
  const transforms = new Map<string, SegmentTransform>();
  let layout: Layout | undefined;
  const transformOf = (size: Triple): SegmentTransform => {
    const known = transforms.get(size.join()) ?? segmentTransform(workspace, size);
    transforms.set(size.join(), known);
    return known;
  };
  return {
    run(offset, count, jackknife = false) {
      if (layout === undefined || !isNear(layout.whole, offset))
        layout = layoutOf(workspace, a, b, offset, flat);
      if (layout === undefined) return undefined;
      const { whole, size, voxels, segments } = layout;
      const fraction = axes((i) => offset[i] - whole[i]);
      const cross = crossSpectrum(
        workspace,
        transformOf(size),
        strongest(layout, count),
        fraction,
        jackknife,
      );
      const fit = fitPhases(workspace, cross, fraction, jackknife);
      if (fit === undefined) return undefined;
      const { covariance, rho, textureRho } = fit;
      return {
        offset: axes((i) => whole[i] + fit.shift[i]),
        covariance,
        rho,
        textureRho,
        voxels,
        segments: cross.segments,
        allSegments: segments.length,
      };
    },
    free() {
      for (const { volume } of transforms.values()) volume.free();
    },
  };
}

const isNear = (whole: Triple, offset: Triple): boolean =>
  axes((i) => Math.abs(offset[i] - whole[i])).every((away) => away <= nearWhole);

/** The segments of an overlap for one whole-voxel offset. */
interface Layout {
  readonly whole: Triple;
  readonly size: Triple;
  /** Voxels of the overlap. */
  readonly voxels: number;
  readonly segments: readonly Segment[];
  /** Indices of the segments, the one with the largest sum of a b first. */
  readonly byContrast: readonly number[];
  field(index: number): SegmentPair;
}

function layoutOf(
  workspace: Workspace,
  a: FineSide,
  b: FineSide,
  offset: Triple,
  flat: boolean,
): Layout | undefined {
  const whole = axes((i) => Math.round(offset[i]));
  const overlap = overlapOf(a.strip.size, b.strip.size, whole);
  if (overlap === undefined || isThin(overlap.size, flat)) return undefined;
  const size = segmentSize(overlap, flat);
  const segments = segmentsOf(overlap, size);
  const contrasts = segments.map((segment) => commonContrast(a, b, overlap, segment, size));
  const byContrast = segments.map((_, i) => i).sort((i, j) => contrasts[j]! - contrasts[i]! || i - j);
  return {
    whole,
    size,
    voxels: overlap.size[0] * overlap.size[1] * overlap.size[2],
    segments,
    byContrast,
    field: segmentFields(workspace, a, b, overlap, segments, size),
  };
}

/** The fields of a layout's segments; those seen first are kept, the others take turns in the last place. */
function segmentFields(
  workspace: Workspace,
  a: FineSide,
  b: FineSide,
  overlap: Overlap,
  segments: readonly Segment[],
  size: Triple,
): Layout['field'] {
  const { segmentsA, segmentsB } = workspace.buffers;
  const voxels = size[0] * size[1] * size[2];
  const write = boxFields(workspace, size);
  const kept = new Map<number, SegmentPair>();
  return (index) => {
    const known = kept.get(index);
    if (known !== undefined) return known;
    const segment = segments[index]!;
    const at = kept.size * voxels;
    const pair = { a: segmentsA.subarray(at, at + voxels), b: segmentsB.subarray(at, at + voxels) };
    const startIn = (start: Triple): Triple => axes((i) => start[i] + segment[i]);
    write(a.strip, a.noise, startIn(overlap.startA), pair.a);
    write(b.strip, b.noise, startIn(overlap.startB), pair.b);
    if (kept.size < keptSegments - 1) kept.set(index, pair);
    return pair;
  };
}

const isThin = (size: Triple, flat: boolean): boolean =>
  size[0] < leastExtent || size[1] < leastExtent || (!flat && size[2] < leastExtent);

/** In their own order, so that the groups of the jackknife hold neighbours. */
function strongest({ byContrast, field }: Layout, count: number): SegmentSource {
  const indices = byContrast.slice(0, count).sort((i, j) => i - j);
  return { count: indices.length, segment: (index) => field(indices[index]!) };
}

/** sum a b over every other row of every other plane of a segment of the binned fields: how much both tiles show there. */
function commonContrast(a: FineSide, b: FineSide, overlap: Overlap, segment: Segment, size: Triple): number {
  const rows = Math.floor(size[1] / a.bin);
  const columns = Math.floor(size[0] / a.bin);
  let sum = 0;
  for (let z = 0; z < size[2]; z += 2) {
    for (let row = 0; row < rows; row += 2) {
      const place = [segment[0], segment[1] + row * a.bin, segment[2] + z] as const;
      const atA = binnedIndex(a, overlap.startA, place);
      const atB = binnedIndex(b, overlap.startB, place);
      sum += rowProduct(a.binned.values, atA, b.binned.values, atB, columns);
    }
  }
  return sum;
}

function binnedIndex({ binned, bin }: FineSide, start: Triple, place: Triple): number {
  const row = (start[2] + place[2]) * binned.size[1] + Math.floor((start[1] + place[1]) / bin);
  return row * binned.size[0] + Math.floor((start[0] + place[0]) / bin);
}

function rowProduct(a: Float32Array, atA: number, b: Float32Array, atB: number, count: number): number {
  let sum = 0;
  for (let x = 0; x < count; x++) sum += a[atA + x]! * b[atB + x]!;
  return sum;
}
