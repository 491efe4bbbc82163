/** Cells of neighbouring frequencies that share a weight, and the aligned cross-spectrum they are summed from. */
import type { Triple } from '../axes.ts';
import type { CrossSpectrum } from './cross-spectrum.ts';
import type { SpectrumAxes } from './frequencies.ts';

/** Cells per cycle/voxel along x, y and z. */
const cellsPerCycle: Triple = [20, 20, 12];
/** A cell without noise would get an endless weight. */
const mostCoherence = 0.985;

/** A frequency's cell is the sum of its three entries here; -1 in z where the frequency is not used. */
export interface CellIndices {
  readonly x: Int32Array;
  readonly y: Int32Array;
  readonly z: Int32Array;
  readonly count: number;
}

/** Per cell, over both halves of the spectrum. */
export interface Cells {
  readonly of: CellIndices;
  readonly coefficients: Float64Array;
  readonly powerA: Float64Array;
  readonly powerB: Float64Array;
}

export interface CellWeights {
  /** q / mean Re Y: what a coefficient's phase is worth. */
  readonly weight: Float64Array;
  /** q = coherence^2 / (1 - coherence^2), without what chance alone gives. */
  readonly signal: Float64Array;
  /** Correlation over all frequencies used. */
  readonly rho: number;
  /** Correlation without the cell of the lowest frequencies, which smooth edges and shading share too. */
  readonly textureRho: number;
}

/** The spectrum holds one half of the frequencies along x; all but those at 0 stand for their conjugates too. */
export const copiesOf = (indexX: number): number => (indexX === 0 ? 1 : 2);

function cellIndices(axes: SpectrumAxes): CellIndices {
  const along = (frequencies: Float64Array, perCycle: number): Int32Array =>
    Int32Array.from(frequencies, (f) => (Number.isNaN(f) ? -1 : Math.floor(Math.abs(f) * perCycle)));
  const extent = (cells: Int32Array): number => 1 + cells.reduce((most, cell) => Math.max(most, cell), 0);
  const x = along(axes.x, cellsPerCycle[0]);
  const y = along(axes.y, cellsPerCycle[1]);
  const z = along(axes.z, cellsPerCycle[2]);
  const strideY = extent(x);
  const strideZ = strideY * extent(y);
  return {
    x,
    y: y.map((cell) => cell * strideY),
    z: z.map((cell) => (cell < 0 ? -1 : cell * strideZ)),
    count: strideZ * extent(z),
  };
}

export function cellsOf({ axes, powerA, powerB }: CrossSpectrum): Cells {
  const of = cellIndices(axes);
  const sumsA = new Float64Array(of.count);
  const sumsB = new Float64Array(of.count);
  const coefficients = new Float64Array(of.count);
  let at = 0;
  for (let i = 0; i < axes.x.length; i++) {
    const copies = copiesOf(i);
    for (let j = 0; j < axes.y.length; j++) {
      for (let k = 0; k < axes.z.length; k++, at++) {
        if (of.z[k]! < 0) continue;
        const cell = of.x[i]! + of.y[j]! + of.z[k]!;
        sumsA[cell] = sumsA[cell]! + copies * powerA[at]!;
        sumsB[cell] = sumsB[cell]! + copies * powerB[at]!;
        coefficients[cell] = coefficients[cell]! + copies;
      }
    }
  }
  return { of, coefficients, powerA: sumsA, powerB: sumsB };
}

/** sum Re Y / sqrt(sum Pa sum Pb) over the cells from `first` on. */
function correlation(real: Float64Array, { powerA, powerB }: Cells, first: number): number {
  const total = (values: Float64Array): number =>
    values.subarray(first).reduce((sum, value) => sum + value, 0);
  const power = Math.sqrt(total(powerA) * total(powerB));
  return power > 0 ? total(real) / power : 0;
}

/** @param spectrum the cross-spectrum X, whose phases at `shift` are compared */
export function cellWeights(
  cells: Cells,
  cross: CrossSpectrum,
  spectrum: Float32Array,
  shift: Triple,
): CellWeights {
  const real = alignedSums(cells.of, cross.axes, spectrum, shift);
  const weight = new Float64Array(real.length);
  const signal = new Float64Array(real.length);
  for (let cell = 0; cell < real.length; cell++) {
    const independent = 0.5 * cross.independent * cross.segments * cells.coefficients[cell]!;
    if (real[cell]! <= 0 || independent <= 1) continue;
    const coherence = real[cell]! ** 2 / (cells.powerA[cell]! * cells.powerB[cell]!);
    const beyondChance = (coherence - 1 / independent) / (1 - 1 / independent);
    const kept = Math.min(Math.max(beyondChance, 0), mostCoherence);
    signal[cell] = kept / (1 - kept);
    weight[cell] = (signal[cell]! * cells.coefficients[cell]!) / real[cell]!;
  }
  return { weight, signal, rho: correlation(real, cells, 0), textureRho: correlation(real, cells, 1) };
}

function alignedSums(
  of: CellIndices,
  axes: SpectrumAxes,
  spectrum: Float32Array,
  shift: Triple,
): Float64Array {
  const sums = new Float64Array(of.count);
  visitAligned(axes, spectrum, shift, (i, j, real) => {
    const cellXy = of.x[i]! + of.y[j]!;
    for (let k = 0; k < real.length; k++) {
      if (of.z[k]! < 0) continue;
      sums[cellXy + of.z[k]!] = sums[cellXy + of.z[k]!]! + real[k]!;
    }
  });
  return sums;
}

/**
 * Calls `visit` with the rows along z of Y = X exp(2 pi i f d), counted for both halves of the spectrum; the row arrays
 * are used again.
 */
function visitAligned(
  axes: SpectrumAxes,
  spectrum: Float32Array,
  shift: Triple,
  visit: (i: number, j: number, real: Float64Array, imaginary: Float64Array) => void,
): void {
  const real = new Float64Array(axes.z.length);
  const imaginary = new Float64Array(axes.z.length);
  const turnZ = turns(axes.z, shift[2]);
  const turnY = turns(axes.y, shift[1]);
  const turnX = turns(axes.x, shift[0]);
  let at = 0;
  for (let i = 0; i < axes.x.length; i++) {
    const cosX = copiesOf(i) * turnX.cos[i]!;
    const sinX = copiesOf(i) * turnX.sin[i]!;
    for (let j = 0; j < axes.y.length; j++) {
      const cos = cosX * turnY.cos[j]! - sinX * turnY.sin[j]!;
      const sin = cosX * turnY.sin[j]! + sinX * turnY.cos[j]!;
      for (let k = 0; k < real.length; k++, at += 2) {
        const re = cos * turnZ.cos[k]! - sin * turnZ.sin[k]!;
        const im = cos * turnZ.sin[k]! + sin * turnZ.cos[k]!;
        real[k] = spectrum[at]! * re - spectrum[at + 1]! * im;
        imaginary[k] = spectrum[at]! * im + spectrum[at + 1]! * re;
      }
      visit(i, j, real, imaginary);
    }
  }
}

interface Turns {
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

export const turns = (frequencies: Float64Array, shift: number): Turns => ({
  cos: frequencies.map((f) => Math.cos(2 * Math.PI * f * shift)),
  sin: frequencies.map((f) => Math.sin(2 * Math.PI * f * shift)),
});
