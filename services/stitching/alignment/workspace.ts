/** What an alignment computes with, and its buffers in the kernels' memory. */
import {
  type Buffers,
  highPassScratch,
  type Kernels,
  loadKernels,
  type Pixels,
} from '../../../shared/kernels/kernels.ts';
import { type Fourier, openFourier } from '../../../shared/numerics/fft-volume.ts';
import type { Triple } from '../axes.ts';
import { keptFrequencies } from './frequencies.ts';
import { largestSegment } from './segments.ts';

/** One thread's transforms and kernels. */
export interface Correlator {
  readonly fourier: Fourier;
  readonly kernels: Kernels;
}

export async function openCorrelator(): Promise<Correlator> {
  return { fourier: await openFourier(), kernels: loadKernels() };
}

/** Buffers for a pair of strips; those of the pair before are gone. */
export interface Workspace extends Correlator {
  readonly buffers: Buffers<ReturnType<typeof buffersFor>>;
}

/** Half width of the box whose mean is taken away; 20 let tissue edges dominate, 8 and 16 were a little worse. */
export const boxHalfWidth = 12;
/** Groups of consecutive segments that the jackknife leaves out one by one. */
export const jackknifeGroups = 6;

/** @param sizes of the strips */
export function workspaceFor(correlator: Correlator, sizes: readonly Triple[]): Workspace {
  const most = (of: (size: Triple) => number): number => Math.max(...sizes.map(of));
  const width = most((size) => size[0]);
  const plane = most((size) => size[0] * size[1]);
  return { ...correlator, buffers: correlator.kernels.layout(buffersFor(width, plane)) };
}

const float32 = (length: number) => ({ type: 'float32', length }) as const;

function buffersFor(width: number, plane: number) {
  const [segmentWidth, segmentHeight] = largestSegment;
  const { lengths, count, axes } = keptFrequencies(largestSegment);
  const rows = axes.x.length * axes.y.length;
  return {
    /** Pixels of a plane as stored, of any type. */
    raw: float32(plane),
    stabilised: float32(plane),
    halved: float32(Math.ceil(plane / 4)),
    filtered: float32(plane),
    scratch: float32(highPassScratch(width, boxHalfWidth)),
    linearX: float32(segmentWidth),
    squareX: float32(segmentWidth),
    linearY: float32(segmentHeight),
    squareY: float32(segmentHeight),
    /** A plane of a segment, and its rows with their windows. */
    plane: float32(segmentWidth * segmentHeight),
    windowX: float32(segmentWidth),
    rowWeights: float32(segmentHeight),
    windowed: float32(lengths.x * lengths.y),
    spectrumA: float32(2 * count),
    spectrumB: float32(2 * count),
    groups: float32(2 * count * jackknifeGroups),
    powerA: float32(count),
    powerB: float32(count),
    weights: float32(count),
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
