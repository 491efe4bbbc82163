/** The sub-voxel shift that a cross-spectrum's phases tell, with its covariance (STITCHING section 2.4, Hannan-Thomson weights). */
import type { Triple } from '../pairs.ts';
import { inverseOf, type Matrix3, mapMatrix, timesVector } from '../symmetric.ts';
import type { CrossSpectrum, SpectrumAxes } from './cross-spectrum.ts';

export interface PhaseFit {
  /** Beyond the overlap's whole voxels. */
  readonly shift: Triple;
  readonly covariance: Matrix3;
  /** Correlation of both tiles at the shift, over all frequencies used. */
  readonly rho: number;
}

/** Cells of frequencies that share a weight: this many per cycle/voxel along x, y and z. */
const cellsPerCycle: Triple = [20, 20, 12];
const mostCoherence = 0.985;
const mostSteps = 8;
const lastRenewal = 4;
const longestStep = 0.6;
const finished = 0.001;
/** Of the inverse covariance: no offset is known worse than 30 voxels. */
const leastInformation = 0.001;
const leastSegmentsForJackknife = 3;

export function fitPhases(cross: CrossSpectrum, start: Triple): PhaseFit | undefined {
  const total = sumOf(cross.groups);
  const cells = cellsOf(cross);
  let shift = start;
  let weights = cellWeights(cells, cross, total, shift);
  for (let step = 0; step < mostSteps; step++) {
    if (step > 0 && step <= lastRenewal && step % 2 === 0) weights = cellWeights(cells, cross, total, shift);
    const move = newtonStep(cross.axes, cells, weights.weight, total, shift);
    if (move === undefined) return undefined;
    shift = add(shift, move);
    if (Math.max(...move.map(Math.abs)) < finished) break;
  }
  const last = cellWeights(cells, cross, total, shift);
  const covariance = inverseOf(information(cross, cells, last.signal));
  if (covariance === undefined) return undefined;
  const fit = { shift, rho: last.rho, covariance: withoutFixedAxes(cross.axes, covariance) };
  return cross.segments < leastSegmentsForJackknife
    ? fit
    : { ...fit, covariance: widened(fit.covariance, jackknife(cross, cells, weights.weight, total, shift)) };
}

const add = (a: Triple, b: Triple): Triple => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];

function sumOf(groups: readonly Float32Array[]): Float32Array {
  const total = groups[0]!.slice();
  for (const group of groups.slice(1)) for (let i = 0; i < total.length; i++) total[i] = total[i]! + group[i]!;
  return total;
}

interface Cells {
  /** Cell of frequency (x, y, z): the sum of the three tables' entries; -1 in z where it is not used. */
  readonly x: Int32Array;
  readonly y: Int32Array;
  readonly z: Int32Array;
  /** Per cell: coefficients in both halves of the spectrum. */
  readonly coefficients: Float64Array;
  /** Per cell: sqrt(sum Pa sum Pb); of all cells the same in `power`. */
  readonly amplitude: Float64Array;
  readonly power: number;
}

function cellsOf(cross: CrossSpectrum): Cells {
  const { axes, powerA, powerB } = cross;
  const [x, y, z] = [axes.x, axes.y, axes.z].map((frequencies, i) =>
    Int32Array.from(frequencies, (f) => (Number.isNaN(f) ? -1 : Math.floor(Math.abs(f) * cellsPerCycle[i]!))),
  ) as [Int32Array, Int32Array, Int32Array];
  const strideY = 1 + x.reduce((most, cell) => Math.max(most, cell), 0);
  const strideZ = strideY * (1 + y.reduce((most, cell) => Math.max(most, cell), 0));
  const count = strideZ * (1 + z.reduce((most, cell) => Math.max(most, cell), 0));
  const cells = { x, y: y.map((cell) => cell * strideY), z: z.map((cell) => (cell < 0 ? -1 : cell * strideZ)) };
  const sumA = new Float64Array(count);
  const sumB = new Float64Array(count);
  const coefficients = new Float64Array(count);
  let at = 0;
  for (let i = 0; i < axes.x.length; i++) {
    const copies = i === 0 ? 1 : 2;
    for (let j = 0; j < axes.y.length; j++) {
      for (let k = 0; k < axes.z.length; k++, at++) {
        if (cells.z[k]! < 0) continue;
        const cell = cells.x[i]! + cells.y[j]! + cells.z[k]!;
        sumA[cell] = sumA[cell]! + copies * powerA[at]!;
        sumB[cell] = sumB[cell]! + copies * powerB[at]!;
        coefficients[cell] = coefficients[cell]! + copies;
      }
    }
  }
  const total = (sums: Float64Array): number => sums.reduce((sum, value) => sum + value, 0);
  return {
    ...cells,
    coefficients,
    amplitude: sumA.map((power, cell) => Math.sqrt(power * sumB[cell]!)),
    power: Math.sqrt(total(sumA) * total(sumB)),
  };
}

interface CellWeights {
  /** q / mean Re Y: what a coefficient's phase is worth. */
  readonly weight: Float64Array;
  /** q = coherence^2 / (1 - coherence^2), without what chance alone gives. */
  readonly signal: Float64Array;
  readonly rho: number;
}

function cellWeights(cells: Cells, cross: CrossSpectrum, spectrum: Float32Array, shift: Triple): CellWeights {
  const real = alignedSums(cells, cross.axes, spectrum, shift);
  const weight = new Float64Array(real.length);
  const signal = new Float64Array(real.length);
  let total = 0;
  for (let cell = 0; cell < real.length; cell++) {
    total += real[cell]!;
    const independent = 0.5 * cross.independent * cross.segments * cells.coefficients[cell]!;
    if (real[cell]! <= 0 || independent <= 1) continue;
    const coherence = (real[cell]! / cells.amplitude[cell]!) ** 2;
    const unbiased = (coherence - 1 / independent) / (1 - 1 / independent);
    const kept = Math.min(Math.max(unbiased, 0), mostCoherence);
    signal[cell] = kept / (1 - kept);
    weight[cell] = (signal[cell]! * cells.coefficients[cell]!) / real[cell]!;
  }
  return { weight, signal, rho: cells.power > 0 ? total / cells.power : 0 };
}

/** Per axis cos and sin of 2 pi f d. */
function phases(frequencies: Float64Array, shift: number): { cos: Float64Array; sin: Float64Array } {
  return {
    cos: frequencies.map((f) => Math.cos(2 * Math.PI * f * shift)),
    sin: frequencies.map((f) => Math.sin(2 * Math.PI * f * shift)),
  };
}

/** Sums of Re Y per cell, Y = X exp(2 pi i f d). */
function alignedSums(
  cells: Cells,
  axes: SpectrumAxes,
  spectrum: Float32Array,
  [dx, dy, dz]: Triple,
): Float64Array {
  const sums = new Float64Array(cells.coefficients.length);
  const [px, py, pz] = [phases(axes.x, dx), phases(axes.y, dy), phases(axes.z, dz)];
  let at = 0;
  for (let i = 0; i < axes.x.length; i++) {
    const copies = i === 0 ? 1 : 2;
    for (let j = 0; j < axes.y.length; j++) {
      const cos = copies * (px.cos[i]! * py.cos[j]! - px.sin[i]! * py.sin[j]!);
      const sin = copies * (px.cos[i]! * py.sin[j]! + px.sin[i]! * py.cos[j]!);
      const cellXy = cells.x[i]! + cells.y[j]!;
      for (let k = 0; k < axes.z.length; k++, at += 2) {
        const cellZ = cells.z[k]!;
        if (cellZ < 0) continue;
        const re = cos * pz.cos[k]! - sin * pz.sin[k]!;
        const im = cos * pz.sin[k]! + sin * pz.cos[k]!;
        sums[cellXy + cellZ] = sums[cellXy + cellZ]! + (spectrum[at]! * re - spectrum[at + 1]! * im);
      }
    }
  }
  return sums;
}

/** Newton's step towards the largest sum W Re Y; undefined where that has no maximum nearby. */
function newtonStep(
  axes: SpectrumAxes,
  cells: Cells,
  weight: Float64Array,
  spectrum: Float32Array,
  [dx, dy, dz]: Triple,
): Triple | undefined {
  const [px, py, pz] = [phases(axes.x, dx), phases(axes.y, dy), phases(axes.z, dz)];
  const moments = new Moments();
  let at = 0;
  for (let i = 0; i < axes.x.length; i++) {
    const copies = i === 0 ? 1 : 2;
    for (let j = 0; j < axes.y.length; j++) {
      const cos = copies * (px.cos[i]! * py.cos[j]! - px.sin[i]! * py.sin[j]!);
      const sin = copies * (px.cos[i]! * py.sin[j]! + px.sin[i]! * py.cos[j]!);
      const cellXy = cells.x[i]! + cells.y[j]!;
      let real = 0;
      let realZ = 0;
      let realZz = 0;
      let imaginary = 0;
      let imaginaryZ = 0;
      for (let k = 0; k < axes.z.length; k++, at += 2) {
        const cellZ = cells.z[k]!;
        if (cellZ < 0) continue;
        const re = cos * pz.cos[k]! - sin * pz.sin[k]!;
        const im = cos * pz.sin[k]! + sin * pz.cos[k]!;
        const w = weight[cellXy + cellZ]!;
        const fz = axes.z[k]!;
        const realPart = w * (spectrum[at]! * re - spectrum[at + 1]! * im);
        const imaginaryPart = w * (spectrum[at]! * im + spectrum[at + 1]! * re);
        real += realPart;
        realZ += realPart * fz;
        realZz += realPart * fz * fz;
        imaginary += imaginaryPart;
        imaginaryZ += imaginaryPart * fz;
      }
      moments.add(axes.x[i]!, axes.y[j]!, real, realZ, realZz);
      moments.addGradient(axes.x[i]!, axes.y[j]!, imaginary, imaginaryZ);
    }
  }
  const inverse = inverseOf(fixAxes(axes, moments.matrix()));
  if (inverse === undefined) return undefined;
  return limited(timesVector(inverse, moments.gradient()));
}
