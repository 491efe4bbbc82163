/** Cross-spectrum and power of two tiles, summed over the segments of their overlap (STITCHING section 2.4). */
import type { Fourier } from '../../../shared/numerics/fft.ts';
import {
  goodVolumeSize,
  type VolumeTransform,
  volumeTransform,
} from '../../../shared/numerics/fft-volume.ts';
import type { Triple } from '../pairs.ts';
import {
  independentShare,
  indexOf,
  type Overlap,
  type Segment,
  segmentWindows,
  type Windows,
} from './segments.ts';
import type { Field } from './stabilise.ts';

/** Above this frequency (cycles per voxel and axis) interpolation and noise outweigh what the tiles share. */
const highestFrequency = 0.42;
/** Groups of consecutive segments that the jackknife leaves out one by one. */
export const jackknifeGroups = 6;

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

/** Transform for segments of one size, with room for the spectra of both tiles. */
export interface SegmentTransform {
  readonly size: Triple;
  readonly axes: SpectrumAxes;
  readonly volume: VolumeTransform;
  readonly spectrumA: number;
  readonly spectrumB: number;
}

export function segmentTransform(fourier: Fourier, size: Triple): SegmentTransform {
  const lengths = goodVolumeSize({ x: size[0], y: size[1], z: size[2] });
  const keptY = keptIndices(lengths.y);
  const axes: SpectrumAxes = {
    x: keptIndices(lengths.x)
      .filter((k) => k <= lengths.x / 2)
      .reduce((all, k) => all.fill(k / lengths.x, k, k + 1), new Float64Array(keptCountX(lengths.x))),
    y: Float64Array.from(keptY, (k) => signedFrequency(k, lengths.y)),
    z: Float64Array.from({ length: lengths.z }, (_, k) => {
      const frequency = signedFrequency(k, lengths.z);
      return Math.abs(frequency) < highestFrequency ? frequency : Number.NaN;
    }),
  };
  const volume = volumeTransform(fourier, {
    size: lengths,
    filled: { y: size[1], z: size[2] },
    keptX: axes.x.length,
    keptY,
    shiftsZ: 0,
  });
  return { size, axes, volume, spectrumA: volume.allocateSpectrum(), spectrumB: volume.allocateSpectrum() };
}

const signedFrequency = (index: number, length: number): number =>
  (index <= length / 2 ? index : index - length) / length;

const keptCountX = (length: number): number => Math.ceil(highestFrequency * length);

function keptIndices(length: number): Int32Array {
  const all = Int32Array.from({ length }, (_, k) => k);
  return all.filter((k) => Math.abs(signedFrequency(k, length)) < highestFrequency);
}

/** @param fraction of the offset, what remains beyond the overlap's whole voxels */
export function crossSpectrum(
  fourier: Fourier,
  transform: SegmentTransform,
  a: Field,
  b: Field,
  overlap: Overlap,
  segments: readonly Segment[],
  fraction: Triple,
): CrossSpectrum {
  const values = transform.volume.spectrumFloats;
  const groupCount = Math.min(jackknifeGroups, segments.length);
  const groups = Array.from({ length: groupCount }, () => new Float32Array(values));
  const powerA = new Float32Array(values / 2);
  const powerB = new Float32Array(values / 2);
  let independent = 0;
  segments.forEach((segment, s) => {
    const windows = segmentWindows(overlap, segment, transform.size, fraction);
    const { volume, size } = transform;
    volume.forward(windowedRows(a, overlap.startA, segment, size, windows.a), transform.spectrumA);
    volume.forward(windowedRows(b, overlap.startB, segment, size, windows.b), transform.spectrumB);
    const group = groups[Math.floor((s * groupCount) / segments.length)]!;
    addProducts(fourier.floats(), transform, group, powerA, powerB);
    independent += independentPart(windows, transform) / segments.length;
  });
  return { axes: transform.axes, groups, powerA, powerB, segments: segments.length, independent };
}

function independentPart(windows: Windows, { size, volume }: SegmentTransform): number {
  const lengths = volume.plan.size;
  const filled = (size[0] * size[1] * size[2]) / (lengths.x * lengths.y * lengths.z);
  return windows.a.reduce((share, window) => share * independentShare(window), filled);
}

/** Rows of a segment with its mean removed, times the window. */
function windowedRows(field: Field, start: Triple, segment: Segment, size: Triple, windows: Windows['a']) {
  const [windowX, windowY, windowZ] = windows;
  const mean = segmentMean(field, start, segment, size);
  return (z: number, y: number, into: Float32Array, at: number): void => {
    const weight = windowZ[z]! * windowY[y]!;
    const from = indexOf(field, start, segment, y, z);
    for (let x = 0; x < size[0]; x++)
      into[at + x] = (field.values[from + x]! - mean) * (weight * windowX[x]!);
    into.fill(0, at + size[0], at + goodRowLength(size[0]));
  };
}

const goodRowLength = (extent: number): number => goodVolumeSize({ x: extent, y: 1, z: 1 }).x;

function segmentMean(field: Field, start: Triple, segment: Segment, size: Triple): number {
  let sum = 0;
  for (let z = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      const from = indexOf(field, start, segment, y, z);
      for (let x = 0; x < size[0]; x++) sum += field.values[from + x]!;
    }
  }
  return sum / (size[0] * size[1] * size[2]);
}

function addProducts(
  floats: Float32Array,
  transform: SegmentTransform,
  cross: Float32Array,
  powerA: Float32Array,
  powerB: Float32Array,
): void {
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
