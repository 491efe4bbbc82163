/** Frequencies at which two tiles are compared (STITCHING section 2.4). */
import { goodVolumeSize, type VolumeSize } from '../../../shared/numerics/fft-volume.ts';
import type { Triple } from '../axes.ts';

/** Above this frequency (cycles per voxel and axis) interpolation and noise outweigh what the tiles share. */
const highestFrequency = 0.42;

/** Cells per cycle/voxel along x, y and z. */
export const cellsPerCycle: Triple = [20, 20, 12];

/** The cell along one axis: frequencies of both signs and nearly the same size share one. */
export const cellOf = (frequency: number, perCycle: number): number =>
  Math.floor(Math.abs(frequency) * perCycle);

/** Cells of x and y that there can be. */
export const mostCellRows =
  (1 + cellOf(highestFrequency, cellsPerCycle[0])) * (1 + cellOf(highestFrequency, cellsPerCycle[1]));

/** Frequencies along one axis in the spectrum's order, cycles per voxel; those that are not used are NaN. */
export interface SpectrumAxes {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
}

/** What a transform for segments of one size keeps. */
export interface KeptFrequencies {
  /** Lengths of the transform. */
  readonly lengths: VolumeSize;
  /** Indices along y. */
  readonly keptY: Int32Array;
  readonly axes: SpectrumAxes;
  /** Coefficients kept. */
  readonly count: number;
}

export function keptFrequencies(size: Triple): KeptFrequencies {
  const lengths = goodVolumeSize({ x: size[0], y: size[1], z: size[2] });
  const keptY = Int32Array.from({ length: lengths.y }, (_, k) => k).filter((k) =>
    isUsed(signedFrequency(k, lengths.y)),
  );
  const axes: SpectrumAxes = {
    x: Float64Array.from({ length: Math.ceil(highestFrequency * lengths.x) }, (_, k) => k / lengths.x),
    y: Float64Array.from(keptY, (k) => signedFrequency(k, lengths.y)),
    z: Float64Array.from({ length: lengths.z }, (_, k) => signedFrequency(k, lengths.z)).map((f) =>
      isUsed(f) ? f : Number.NaN,
    ),
  };
  return { lengths, keptY, axes, count: axes.x.length * axes.y.length * axes.z.length };
}

/** The spectrum holds one half of the frequencies along x; all but those at 0 stand for their conjugates too. */
export const copiesOf = (indexX: number): number => (indexX === 0 ? 1 : 2);

const signedFrequency = (index: number, length: number): number =>
  (index <= length / 2 ? index : index - length) / length;

const isUsed = (frequency: number): boolean => Math.abs(frequency) < highestFrequency;
