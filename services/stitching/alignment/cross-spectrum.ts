/** Cross-spectrum and power of two tiles, summed over the segments of their overlap (STITCHING section 2.4). */
import {
  type Fourier,
  goodVolumeSize,
  type RowSource,
  type VolumeTransform,
} from '../../../shared/numerics/fft-volume.ts';
import { axes, type Triple } from '../axes.ts';
import { axisWindows, independentShare } from './segments.ts';

/** Above this frequency (cycles per voxel and axis) interpolation and noise outweigh what the tiles share. */
const highestFrequency = 0.42;
/** Groups of consecutive segments that the jackknife leaves out one by one. */
const jackknifeGroups = 6;

/** Frequencies along one axis in the spectrum's order, cycles per voxel; those that are not used are NaN. */
export interface SpectrumAxes {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
}

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

/** Transform for segments of one size, with room for the spectra of both tiles and for their sums. */
export interface SegmentTransform {
  readonly size: Triple;
  readonly axes: SpectrumAxes;
  readonly volume: VolumeTransform;
  readonly spectrumA: number;
  readonly spectrumB: number;
  /** What `crossSpectrum` returns lies here until it is called again. */
  readonly groups: readonly Float32Array[];
  readonly powerA: Float32Array;
  readonly powerB: Float32Array;
}

export function segmentTransform(fourier: Fourier, size: Triple): SegmentTransform {
  const lengths = goodVolumeSize({ x: size[0], y: size[1], z: size[2] });
  const keptY = Int32Array.from({ length: lengths.y }, (_, k) => k).filter((k) =>
    isUsed(signedFrequency(k, lengths.y)),
  );
  const frequencies: SpectrumAxes = {
    x: Float64Array.from({ length: Math.ceil(highestFrequency * lengths.x) }, (_, k) => k / lengths.x),
    y: Float64Array.from(keptY, (k) => signedFrequency(k, lengths.y)),
    z: Float64Array.from({ length: lengths.z }, (_, k) => signedFrequency(k, lengths.z)).map((f) =>
      isUsed(f) ? f : Number.NaN,
    ),
  };
  const volume = fourier.volume({
    size: lengths,
    filled: { y: size[1], z: size[2] },
    keptX: frequencies.x.length,
    keptY,
    shiftsZ: 0,
  });
  const [spectrumA, spectrumB] = [volume.allocateSpectrum(), volume.allocateSpectrum()];
  const values = volume.spectrumFloats;
  return {
    size,
    axes: frequencies,
    volume,
    spectrumA,
    spectrumB,
    groups: Array.from({ length: jackknifeGroups }, () => new Float32Array(values)),
    powerA: new Float32Array(values / 2),
    powerB: new Float32Array(values / 2),
  };
}

const signedFrequency = (index: number, length: number): number =>
  (index <= length / 2 ? index : index - length) / length;

const isUsed = (frequency: number): boolean => Math.abs(frequency) < highestFrequency;

/** What both tiles show of one segment, high-passed, [z][y][x]. */
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
 * @param segments of the size of `transform`
 * @param fraction of the offset, what remains beyond the whole voxels by which the segments are apart
 */
export function crossSpectrum(
  fourier: Fourier,
  transform: SegmentTransform,
  segments: SegmentSource,
  fraction: Triple,
): CrossSpectrum {
  const { volume, size, powerA, powerB } = transform;
  const groups = transform.groups.slice(0, segments.count);
  for (const sums of [...groups, powerA, powerB]) sums.fill(0);
  const windows = axes((i) => axisWindows(size[i], fraction[i]));
  const windowsA = axes((i) => windows[i].a);
  const windowsB = axes((i) => windows[i].b);
  for (let s = 0; s < segments.count; s++) {
    const { a, b } = segments.segment(s);
    volume.forward(windowedRows(a, transform, windowsA), transform.spectrumA);
    volume.forward(windowedRows(b, transform, windowsB), transform.spectrumB);
    addProducts(fourier.floats(), transform, groups[Math.floor((s * groups.length) / segments.count)]!);
  }
  const filled =
    (size[0] * size[1] * size[2]) / (volume.plan.size.x * volume.plan.size.y * volume.plan.size.z);
  const independent = windowsA.reduce((share, window) => share * independentShare(window), filled);
  return { axes: transform.axes, groups, powerA, powerB, segments: segments.count, independent };
}

type Windows = readonly [Float64Array, Float64Array, Float64Array];

function windowedRows(values: Float32Array, { size, volume }: SegmentTransform, windows: Windows): RowSource {
  const [windowX, windowY, windowZ] = windows;
  const [width, height] = size;
  const rowLength = volume.plan.size.x;
  return (z, y, into, at) => {
    windowRow(values, (z * height + y) * width, windowX, windowZ[z]! * windowY[y]!, into, at);
    if (width < rowLength) into.fill(0, at + width, at + rowLength);
  };
}

function windowRow(
  source: Float32Array,
  from: number,
  window: Float64Array,
  weight: number,
  into: Float32Array,
  at: number,
): void {
  for (let x = 0; x < window.length; x++) into[at + x] = source[from + x]! * (weight * window[x]!);
}

function addProducts(floats: Float32Array, transform: SegmentTransform, cross: Float32Array): void {
  const { powerA, powerB } = transform;
  const atA = transform.spectrumA / 4;
  const atB = transform.spectrumB / 4;
  for (let i = 0, k = 0; k < powerA.length; i += 2, k++) {
    const reA = floats[atA + i]!;
    const imA = floats[atA + i + 1]!;
    const reB = floats[atB + i]!;
    const imB = floats[atB + i + 1]!;
    cross[i] = cross[i]! + (reA * reB + imA * imB);
    cross[i + 1] = cross[i + 1]! + (imA * reB - reA * imB);
    powerA[k] = powerA[k]! + (reA * reA + imA * imA);
    powerB[k] = powerB[k]! + (reB * reB + imB * imB);
  }
}
