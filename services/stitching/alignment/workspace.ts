/** What an alignment computes with, and its buffers in the kernels' memory. */
import { type Buffers, highPassScratch, type Kernels, type Pixels } from '../../../shared/kernels/kernels.ts';
import { type Fourier, openFourier } from '../../../shared/numerics/fft-volume.ts';
import type { Triple } from '../axes.ts';
import { keptFrequencies, mostCellRows } from './frequencies.ts';
import { largestSegment } from './segments.ts';

/** One thread's transforms and kernels. */
export interface Correlator {
  readonly fourier: Fourier;
  readonly kernels: Kernels;
  /** Large enough for strips of these sizes, binned `bin` x `bin`; what the pair before left in them is still there. */
  buffersFor(sizes: readonly Triple[], bin: number): AlignmentBuffers;
}

type AlignmentBuffers = Buffers<ReturnType<typeof bufferSpecs>>;

/** Earlier layouts of the kernels end. */
export async function openCorrelator(kernels: Kernels): Promise<Correlator> {
  let known: { readonly extent: Extent; readonly buffers: AlignmentBuffers } | undefined;
  return {
    fourier: await openFourier(),
    kernels,
    buffersFor(sizes, bin) {
      const extent = extentOf(sizes, bin);
      if (known === undefined || !fitsIn(extent, known.extent))
        known = { extent, buffers: kernels.layout(bufferSpecs(extent)) };
      return known.buffers;
    },
  };
}

/** Buffers for a pair of strips; what the pair before left in them is gone with the next write. */
export interface Workspace extends Correlator {
  readonly buffers: AlignmentBuffers;
}

/** Half width of the box whose mean is taken away; 20 let tissue edges dominate, 8 and 16 were a little worse. */
export const boxHalfWidth = 12;
/** Groups of consecutive segments that the jackknife leaves out one by one. */
export const jackknifeGroups = 6;
/** Segments of both tiles that are kept at hand, 1 MiB a pair. */
export const keptSegments = 24;

export const workspaceFor = (correlator: Correlator, sizes: readonly Triple[], bin: number): Workspace => ({
  ...correlator,
  buffers: correlator.buffersFor(sizes, bin),
});

/** The largest of the strips, and voxels when binned. */
interface Extent {
  readonly width: number;
  readonly height: number;
  readonly plane: number;
  readonly binned: number;
}

function extentOf(sizes: readonly Triple[], bin: number): Extent {
  const most = (of: (size: Triple) => number): number => Math.max(...sizes.map(of));
  return {
    width: most((size) => size[0]),
    height: most((size) => size[1]),
    plane: most((size) => size[0] * size[1]),
    binned: most((size) => Math.floor(size[0] / bin) * Math.floor(size[1] / bin) * size[2]),
  };
}

const fitsIn = (extent: Extent, room: Extent): boolean =>
  extent.width <= room.width &&
  extent.height <= room.height &&
  extent.plane <= room.plane &&
  extent.binned <= room.binned;

const float32 = (length: number) => ({ type: 'float32', length }) as const;
const uint16 = (length: number) => ({ type: 'uint16', length }) as const;

function bufferSpecs({ width, height, plane, binned }: Extent) {
  const [segmentWidth, segmentHeight, segmentPlanes] = largestSegment;
  const segment = segmentWidth * segmentHeight * segmentPlanes;
  const { lengths, count, axes } = keptFrequencies(largestSegment);
  const rows = axes.x.length * axes.y.length;
  const cells = mostCellRows * axes.z.length;
  return {
    /** Pixels of a plane as stored, of any type. */
    raw: float32(plane),
    /** Or the longest row of a transform. */
    stabilised: float32(Math.max(plane, 4 * width + 64)),
    halved: float32(Math.ceil(plane / 4)),
    scratch: float32(highPassScratch(width, boxHalfWidth)),
    binnedA: float32(binned),
    binnedB: float32(binned),
    /** Rows between which columns are summed, and the sums. */
    cuts: uint16(height + 1),
    columns: float32(plane),
    linearX: float32(segmentWidth),
    squareX: float32(segmentWidth),
    linearY: float32(segmentHeight),
    squareY: float32(segmentHeight),
    segmentsA: float32(segment * keptSegments),
    segmentsB: float32(segment * keptSegments),
    windowX: float32(segmentWidth),
    rowWeights: float32(segmentHeight * segmentPlanes),
    windowed: float32(lengths.x * lengths.y),
    spectrumA: float32(2 * count),
    spectrumB: float32(2 * count),
    groups: float32(2 * count * jackknifeGroups),
    powerA: float32(count),
    powerB: float32(count),
    /** The row of cells of every row of a spectrum, and how often its frequencies count. */
    cells: uint16(rows),
    copies: float32(rows),
    cellSums: float32(cells),
    weights: float32(cells),
    turns: float32(2 * rows),
    turnZ: float32(3 * axes.z.length),
    moments: float32(5 * rows),
  };
}

/** Pixels from `from` to `to` in kernel memory. */
export function rawPixels({ buffers: { raw } }: Workspace, values: Pixels, from: number, to: number): Pixels {
  const part = values.subarray(from, to);
  const copy = viewLike(part, raw);
  copy.set(part);
  return copy;
}

function viewLike(pixels: Pixels, { buffer, byteOffset }: Float32Array): Pixels {
  const { length } = pixels;
  if (pixels instanceof Uint8Array) return new Uint8Array(buffer, byteOffset, length);
  if (pixels instanceof Uint16Array) return new Uint16Array(buffer, byteOffset, length);
  return new Float32Array(buffer, byteOffset, length);
}
