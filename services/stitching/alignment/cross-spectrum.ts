/** Cross-spectrum and power of two tiles, summed over the segments of their overlap (STITCHING section 2.4). */
import type { Fourier } from '../../../shared/numerics/fft.ts';
import {
  goodVolumeSize,
  type RowSource,
  type VolumeTransform,
  volumeTransform,
} from '../../../shared/numerics/fft-volume.ts';
import { axes, type Triple } from '../axes.ts';
import { boxFilter } from './box-filter.ts';
import { type AxisView, axisViews, independentShare, type Overlap, type Segment } from './segments.ts';
import { boxHalfWidth, type Stabiliser, type Strip } from './stabilise.ts';

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
  const volume = volumeTransform(fourier, {
    size: lengths,
    filled: { y: size[1], z: size[2] },
    keptX: frequencies.x.length,
    keptY,
    shiftsZ: 0,
  });
  const [spectrumA, spectrumB] = [volume.allocateSpectrum(), volume.allocateSpectrum()];
  return { size, axes: frequencies, volume, spectrumA, spectrumB };
}

const signedFrequency = (index: number, length: number): number =>
  (index <= length / 2 ? index : index - length) / length;

const isUsed = (frequency: number): boolean => Math.abs(frequency) < highestFrequency;

/** One tile's side of a pair. */
export interface Side {
  readonly strip: Strip;
  readonly stabilise: Stabiliser;
}

/** @param fraction of the offset, what remains beyond the overlap's whole voxels */
export function crossSpectrum(
  fourier: Fourier,
  transform: SegmentTransform,
  a: Side,
  b: Side,
  overlap: Overlap,
  segments: readonly Segment[],
  fraction: Triple,
): CrossSpectrum {
  const { volume, size } = transform;
  const groupCount = Math.min(jackknifeGroups, segments.length);
  const groups = Array.from({ length: groupCount }, () => new Float32Array(volume.spectrumFloats));
  const powerA = new Float32Array(volume.spectrumFloats / 2);
  const powerB = new Float32Array(volume.spectrumFloats / 2);
  const views = axes((i) => axisViews(size[i], fraction[i]));
  const rowsA = segmentRows(a, transform, axes((i) => views[i].a));
  const rowsB = segmentRows(b, transform, axes((i) => views[i].b));
  segments.forEach((segment, s) => {
    volume.forward(rowsA(axes((i) => overlap.startA[i] + segment[i])), transform.spectrumA);
    volume.forward(rowsB(axes((i) => overlap.startB[i] + segment[i])), transform.spectrumB);
    const group = groups[Math.floor((s * groupCount) / segments.length)]!;
    addProducts(fourier.floats(), transform, group, powerA, powerB);
  });
  const filled = (size[0] * size[1] * size[2]) / (volume.plan.size.x * volume.plan.size.y * volume.plan.size.z);
  const independent = views.reduce((share, view) => share * independentShare(view.a.window), filled);
  return { axes: transform.axes, groups, powerA, powerB, segments: segments.length, independent };
}

type Views = readonly [AxisView, AxisView, AxisView];

/**
 * Rows of a segment, stabilised, high-passed and windowed. The high-pass is that of the segment alone: a mean that
 * reached beyond the overlap would see more of the sample in one tile than in the other, on opposite sides, and draw
 * thin overlaps together by tenths of a voxel.
 */
function segmentRows(
  { strip, stabilise }: Side,
  { size, volume }: SegmentTransform,
  [viewX, viewY, viewZ]: Views,
): (start: Triple) => RowSource {
  const [width, height] = size;
  const rowLength = volume.plan.size.x;
  const plane = new Float32Array(width * height);
  const filtered = new Float32Array(width * height);
  const filter = boxFilter(viewX.inside, viewY.inside, boxHalfWidth);
  return (start) => (z, y, into, at) => {
    const stripPlane = start[2] + z;
    if (strip.missingPlanes.has(stripPlane)) {
      into.fill(0, at, at + rowLength);
      return;
    }
    if (y === 0) {
      const corner = (stripPlane * strip.size[1] + start[1]) * strip.size[0] + start[0];
      for (let row = 0; row < height; row++) stabilise(corner + row * strip.size[0], width, plane, row * width);
      filter(plane, filtered, 0);
    }
    const weight = viewZ.window[z]! * viewY.window[y]!;
    for (let x = 0, i = y * width; x < width; x++, i++) into[at + x] = filtered[i]! * (weight * viewX.window[x]!);
    into.fill(0, at + width, at + rowLength);
  };
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
