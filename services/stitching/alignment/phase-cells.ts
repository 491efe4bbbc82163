/** Cells of neighbouring frequencies that share a weight, and the aligned cross-spectrum they are summed from. */
import type { Triple } from '../axes.ts';
import type { CrossSpectrum } from './cross-spectrum.ts';
import { cellOf, cellsPerCycle, copiesOf, type SpectrumAxes } from './frequencies.ts';
import { setTurns } from './phase-turns.ts';
import type { Workspace } from './workspace.ts';

/** A cell without noise would get an endless weight. */
const mostCoherence = 0.985;

/**
 * A frequency's cell is `row * countZ + z`: `row` of its row of the spectrum is in the workspace's `cells`, and z here, -1
 * where the frequency is not used.
 */
export interface CellIndices {
  readonly rows: number;
  readonly z: Int32Array;
  readonly countZ: number;
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

export function cellsOf(workspace: Workspace, { axes, powerA, powerB }: CrossSpectrum): Cells {
  const of = setCells(workspace, axes);
  const { kernels, buffers } = workspace;
  const spectrumRows = axes.x.length * axes.y.length;
  const power = (values: Float32Array): Float64Array =>
    sumsOf(workspace, of, (sums) =>
      kernels.addRows(values, spectrumRows, axes.z.length, buffers.copies, buffers.cells, sums),
    );
  return {
    of,
    coefficients: coefficientsOf(workspace, of, spectrumRows),
    powerA: power(powerA),
    powerB: power(powerB),
  };
}

/** Writes `cells` and `copies` of every row of the spectrum to the workspace. */
function setCells({ buffers }: Workspace, { x, y, z }: SpectrumAxes): CellIndices {
  const inY = Int32Array.from(y, (f) => cellOf(f, cellsPerCycle[1]));
  const inX = Int32Array.from(x, (f) => cellOf(f, cellsPerCycle[0]));
  const countX = 1 + Math.max(...inX);
  let at = 0;
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < y.length; j++, at++) {
      buffers.cells[at] = inX[i]! + countX * inY[j]!;
      buffers.copies[at] = copiesOf(i);
    }
  }
  const inZ = Int32Array.from(z, (f) => (Number.isNaN(f) ? -1 : cellOf(f, cellsPerCycle[2])));
  return { rows: countX * (1 + Math.max(...inY)), z: inZ, countZ: 1 + Math.max(...inZ) };
}

function coefficientsOf({ buffers }: Workspace, of: CellIndices, spectrumRows: number): Float64Array {
  const inRow = new Float64Array(of.rows);
  for (let row = 0; row < spectrumRows; row++) {
    const cell = buffers.cells[row]!;
    inRow[cell] = inRow[cell]! + buffers.copies[row]!;
  }
  const counts = new Float64Array(of.rows * of.countZ);
  for (let row = 0; row < of.rows; row++) {
    for (const cell of of.z) {
      const at = row * of.countZ + cell;
      if (cell >= 0) counts[at] = counts[at]! + inRow[row]!;
    }
  }
  return counts;
}

/** Of every cell what `add` adds to its row, one value for each frequency along z. */
function sumsOf({ buffers }: Workspace, of: CellIndices, add: (rows: Float32Array) => void): Float64Array {
  const length = of.z.length;
  const rows = buffers.cellSums.subarray(0, of.rows * length);
  rows.fill(0);
  add(rows);
  const sums = new Float64Array(of.rows * of.countZ);
  for (let row = 0; row < of.rows; row++) {
    for (let k = 0; k < length; k++) {
      if (of.z[k]! < 0) continue;
      const cell = row * of.countZ + of.z[k]!;
      sums[cell] = sums[cell]! + rows[row * length + k]!;
    }
  }
  return sums;
}

/** sum Re Y / sqrt(sum Pa sum Pb) over the cells from `first` on. */
function correlation(real: Float64Array, { powerA, powerB }: Cells, first: number): number {
  const power = Math.sqrt(totalFrom(powerA, first) * totalFrom(powerB, first));
  return power > 0 ? totalFrom(real, first) / power : 0;
}

function totalFrom(values: Float64Array, first: number): number {
  let sum = 0;
  for (let i = first; i < values.length; i++) sum += values[i]!;
  return sum;
}

/** @param spectrum the cross-spectrum X, whose phases at `shift` are compared */
export function cellWeights(
  workspace: Workspace,
  cells: Cells,
  cross: CrossSpectrum,
  spectrum: Float32Array,
  shift: Triple,
): CellWeights {
  const real = alignedSums(workspace, cells.of, cross.axes, spectrum, shift);
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

/** sum Re Y, with Y = X exp(2 pi i f d). */
function alignedSums(
  workspace: Workspace,
  of: CellIndices,
  axes: SpectrumAxes,
  spectrum: Float32Array,
  shift: Triple,
): Float64Array {
  const { kernels, buffers } = workspace;
  setTurns(workspace, axes, shift);
  return sumsOf(workspace, of, (sums) =>
    kernels.addTurnedRows(
      spectrum,
      axes.x.length * axes.y.length,
      axes.z.length,
      buffers.turns,
      buffers.turnZ,
      buffers.cells,
      sums,
    ),
  );
}
