/** Cross-spectrum and power of two tiles, summed over the segments of their overlap (STITCHING section 2.4). */
import type { PlaneSource, VolumeTransform } from '../../../shared/numerics/fft-volume.ts';
import { axes, type Triple } from '../axes.ts';
import { type KeptFrequencies, keptFrequencies, type SpectrumAxes } from './frequencies.ts';
import { axisWindows, independentShare } from './segments.ts';
import { jackknifeGroups, type Workspace } from './workspace.ts';

/** Arrays are [x][y][z] of the axes' frequencies; x holds one half, the other half is its conjugate. */
export interface CrossSpectrum {
  readonly axes: SpectrumAxes;
  /** Fa conj(Fb) as re, im pairs, one array for each group of segments. */
  readonly groups: readonly Float32Array[];
  readonly powerA: Float32Array;
  readonly powerB: Float32Array;
  /** Segments summed. */
  readonly segments: number;
  /** Independent coefficients per coefficient and segment. */
  readonly independent: number;
}

/** Transform for segments of one size, with room for the spectra of both tiles. */
export interface SegmentTransform {
  readonly size: Triple;
  readonly kept: KeptFrequencies;
  readonly volume: VolumeTransform;
  readonly spectrumA: number;
  readonly spectrumB: number;
}

export function segmentTransform({ fourier }: Workspace, size: Triple): SegmentTransform {
  const kept = keptFrequencies(size);
  const volume = fourier.volume({
    size: kept.lengths,
    filled: { y: size[1], z: size[2] },
    keptX: kept.axes.x.length,
    keptY: kept.keptY,
    shiftsZ: 0,
  });
  return {
    size,
    kept,
    volume,
    spectrumA: volume.allocateSpectrum(),
    spectrumB: volume.allocateSpectrum(),
  };
}

/** What both tiles show of one segment, high-passed, [z][y][x], in the workspace's memory. */
export interface SegmentPair {
  readonly a: Float32Array;
  readonly b: Float32Array;
}

/** Segments one by one, so that few of them need be in memory at once. */
export interface SegmentSource {
  readonly count: number;
  segment(index: number): SegmentPair;
}

/**
 * What is returned lies in the workspace until the next call.
 *
 * @param segments of the size of `transform`
 * @param fraction of the offset, what remains beyond the whole voxels by which the segments are apart
 * @param jackknife with groups of consecutive segments, to be left out one by one; without it, all are one group
 */
export function crossSpectrum(
  workspace: Workspace,
  transform: SegmentTransform,
  segments: SegmentSource,
  fraction: Triple,
  jackknife: boolean,
): CrossSpectrum {
  const { volume, size, kept } = transform;
  const sums = sumsOf(workspace, kept.count, jackknife ? Math.min(jackknifeGroups, segments.count) : 1);
  const windows = axes((i) => axisWindows(size[i], fraction[i]));
  const windowsA = axes((i) => windows[i].a);
  const windowsB = axes((i) => windows[i].b);
  for (let s = 0; s < segments.count; s++) {
    const { a, b } = segments.segment(s);
    volume.forward(windowedPlanes(workspace, a, transform, windowsA), transform.spectrumA);
    volume.forward(windowedPlanes(workspace, b, transform, windowsB), transform.spectrumB);
    addProducts(workspace, transform, sums, Math.floor((s * sums.groups.length) / segments.count));
  }
  const { lengths } = kept;
  const filled = (size[0] * size[1] * size[2]) / (lengths.x * lengths.y * lengths.z);
  const independent = windowsA.reduce((share, window) => share * independentShare(window), filled);
  return { axes: kept.axes, ...sums, segments: segments.count, independent };
}

type Sums = Pick<CrossSpectrum, 'groups' | 'powerA' | 'powerB'>;

function sumsOf({ buffers }: Workspace, count: number, groupCount: number): Sums {
  const groups = Array.from({ length: groupCount }, (_, g) =>
    buffers.groups.subarray(2 * g * count, 2 * (g + 1) * count),
  );
  const powerA = buffers.powerA.subarray(0, count);
  const powerB = buffers.powerB.subarray(0, count);
  for (const sums of [...groups, powerA, powerB]) sums.fill(0);
  return { groups, powerA, powerB };
}

type Windows = readonly [Float64Array, Float64Array, Float64Array];

function windowedPlanes(
  { kernels, buffers }: Workspace,
  values: Float32Array,
  { size, kept }: SegmentTransform,
  windows: Windows,
): PlaneSource {
  const [width, height] = size;
  const rowLength = kept.lengths.x;
  const { windowX, windowed } = buffers;
  const filled = windowed.subarray(0, height * rowLength);
  windowX.set(windows[0]);
  setRowWeights(buffers.rowWeights, windows[1], windows[2]);
  return (z, into, at) => {
    const plane = values.subarray(z * width * height, (z + 1) * width * height);
    const weights = buffers.rowWeights.subarray(z * height, (z + 1) * height);
    kernels.windowRows(plane, width, height, windowX, weights, rowLength, windowed);
    into.set(filled, at);
  };
}

function setRowWeights(weights: Float32Array, windowY: Float64Array, windowZ: Float64Array): void {
  let at = 0;
  for (const weight of windowZ) for (const value of windowY) weights[at++] = weight * value;
}

function addProducts(
  { fourier, kernels, buffers }: Workspace,
  { spectrumA, spectrumB, kept }: SegmentTransform,
  { groups, powerA, powerB }: Sums,
  group: number,
): void {
  const floats = fourier.floats();
  const length = 2 * kept.count;
  const a = buffers.spectrumA.subarray(0, length);
  const b = buffers.spectrumB.subarray(0, length);
  a.set(floats.subarray(spectrumA / 4, spectrumA / 4 + length));
  b.set(floats.subarray(spectrumB / 4, spectrumB / 4 + length));
  kernels.addCrossSpectrum(a, b, groups[group]!, powerA, powerB);
}
