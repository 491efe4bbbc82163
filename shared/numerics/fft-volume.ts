/** Transforms of real volumes in three dimensions, forwards and back. */
import { type FourierLines, goodSize, openLines } from './fft.ts';
import {
  blockLines,
  forwardX,
  forwardY,
  forwardZ,
  inverseYX,
  inverseZ,
  type PlaneSource,
  type Shifts,
  type Space,
  type VolumePlan,
  type VolumeSize,
} from './fft-passes.ts';

export type { PlaneSource, Shifts, VolumePlan, VolumeSize } from './fft-passes.ts';

/**
 * Spectra lie in the library's memory as [keptX][keptY][size.z] pairs of re, im from the byte address `allocateSpectrum`
 * gave. `free` gives back the plan's memory and all its spectra.
 */
export interface VolumeTransform {
  readonly plan: VolumePlan;
  readonly spectrumFloats: number;
  allocateSpectrum(): number;
  forward(planes: PlaneSource, spectrum: number): void;
  /** The volume at the shifts asked for, [z][y][x], divided by the number of values; needs all frequencies, destroys the spectrum. */
  inverse(spectrum: number, shifts: Shifts): Float32Array;
  free(): void;
}

/** One thread's transforms, with their memory. */
export interface Fourier {
  volume(plan: VolumePlan): VolumeTransform;
  /** The memory that holds the spectra: take it again after every allocation. */
  floats(): Float32Array<ArrayBuffer>;
}

export async function openFourier(): Promise<Fourier> {
  const lines = await openLines();
  return { volume: (plan) => volumeTransform(lines, plan), floats: lines.floats };
}

/** Lengths of the transforms that hold a volume of this size. */
export const goodVolumeSize = (least: VolumeSize): VolumeSize => ({
  x: goodSize(least.x, 'real'),
  y: goodSize(least.y, 'complex'),
  z: least.z === 1 ? 1 : goodSize(least.z, 'complex'),
});

/** A plan that keeps every frequency. */
export function wholePlan(size: VolumeSize, filled: VolumePlan['filled'], shiftsZ: number): VolumePlan {
  return {
    size,
    filled,
    keptX: size.x / 2 + 1,
    keptY: Int32Array.from({ length: size.y }, (_, i) => i),
    shiftsZ,
  };
}

function volumeTransform(lines: FourierLines, plan: VolumePlan): VolumeTransform {
  const { size, filled, keptX, keptY, shiftsZ } = plan;
  const spectrumFloats = 2 * keptX * keptY.length * size.z;
  const rows = lines.allocate(Math.max(filled.y, 1) * size.x + 2 * blockLines);
  const turned = lines.allocate(2 * Math.max(filled.z, shiftsZ) * keptX * size.y);
  const spectra: number[] = [];
  const space: Space = {
    lines,
    plan,
    rows,
    turned,
    lineX: lines.line(size.x, 'real'),
    lineY: lines.line(size.y, 'complex'),
    lineZ: size.z === 1 ? undefined : lines.line(size.z, 'complex'),
  };
  return {
    plan,
    spectrumFloats,
    allocateSpectrum() {
      const address = lines.allocate(spectrumFloats);
      spectra.push(address);
      return address;
    },
    forward(source, spectrum) {
      forwardX(space, source);
      forwardY(space, spectrum);
      forwardZ(space, spectrum);
    },
    inverse(spectrum, shifts) {
      inverseZ(space, spectrum, shifts);
      return inverseYX(space, shifts);
    },
    free() {
      for (const address of [rows, turned, ...spectra]) lines.free(address);
    },
  };
}
