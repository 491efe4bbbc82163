/** The sub-voxel shift that the phases of a cross-spectrum tell, with its covariance (STITCHING section 2.4). */
import type { Triple } from '../axes.ts';
import { inverseOf, type Matrix3, mapMatrix, timesVector } from '../symmetric.ts';
import type { CrossSpectrum } from './cross-spectrum.ts';
import type { SpectrumAxes } from './frequencies.ts';
import { type CellIndices, type Cells, cellsOf, cellWeights } from './phase-cells.ts';
import { setTurns } from './phase-turns.ts';
import type { Workspace } from './workspace.ts';

export interface PhaseFit {
  /** Beyond the overlap's whole voxels. */
  readonly shift: Triple;
  readonly covariance: Matrix3;
  /** Correlation of both tiles at the shift, over all frequencies used. */
  readonly rho: number;
  /** The same without the lowest frequencies. */
  readonly textureRho: number;
}

const mostSteps = 8;
/** Weights are renewed in every second step up to this one, so that the last steps have a fixed aim. */
const lastRenewal = 4;
const longestStep = 0.6;
const finished = 0.001;
/** Of the inverse covariance: no offset is known worse than 30 voxels. */
const leastInformation = 0.001;
const leastSegmentsForJackknife = 3;
/** (2 pi)^2: frequencies are in cycles, phases in radians. */
const radiansSquared = 4 * Math.PI ** 2;

/**
 * Undefined where the phases point nowhere.
 *
 * @param start where the windows were, beyond the overlap's whole voxels
 * @param jackknife widens the covariance to what groups of segments show; without it, it is the model's own
 */
export function fitPhases(
  workspace: Workspace,
  cross: CrossSpectrum,
  start: Triple,
  jackknife: boolean,
): PhaseFit | undefined {
  const spectrum = sumOf(workspace, cross.groups);
  const cells = cellsOf(workspace, cross);
  let shift = start;
  for (let step = 0; step < mostSteps; step++) {
    if (step <= lastRenewal && step % 2 === 0)
      setWeights(workspace, cells, cellWeights(workspace, cells, cross, spectrum, shift).weight);
    const move = newtonStep(cross.axes, momentsAt(workspace, cross.axes, spectrum, shift));
    if (move === undefined) return undefined;
    shift = [shift[0] + move[0], shift[1] + move[1], shift[2] + move[2]];
    if (Math.max(...move.map(Math.abs)) < finished) break;
  }
  const { rho, textureRho, signal } = cellWeights(workspace, cells, cross, spectrum, shift);
  const covariance = predictedCovariance(workspace, cross, cells, signal);
  if (covariance === undefined || !jackknife) return covariance && { shift, rho, textureRho, covariance };
  const spread = jackknifeVariance(workspace, cross, shift);
  return { shift, rho, textureRho, covariance: widened(covariance, spread) };
}

/** The only group itself, or the sum of all, in the workspace. */
function sumOf({ kernels, buffers }: Workspace, groups: readonly Float32Array[]): Float32Array {
  const [first, ...others] = groups;
  if (others.length === 0) return first!;
  const sum = buffers.spectrumA.subarray(0, first!.length);
  sum.set(first!);
  for (const group of others) kernels.addValues(sum, group);
  return sum;
}

/** Slope and curvature of sum W Re Y in the shift, but for factors of -2 pi and -(2 pi)^2; sums over frequencies. */
interface Moments {
  /** x, y, z. */
  readonly slope: Float64Array;
  /** xx, xy, xz, yy, yz, zz. */
  readonly curvature: Float64Array;
}

/** Weights of the cells for `momentsAt`: rows of cells, a value for each frequency along z, 0 where it is not used. */
function setWeights({ buffers: { weights } }: Workspace, { of }: Cells, ofCells: Float64Array): void {
  let at = 0;
  for (let row = 0; row < of.rows; row++) {
    for (const cell of of.z) weights[at++] = cell < 0 ? 0 : ofCells[row * of.countZ + cell]!;
  }
}

/** With the weights that were set last. */
function momentsAt(workspace: Workspace, axes: SpectrumAxes, spectrum: Float32Array, shift: Triple): Moments {
  const { kernels, buffers } = workspace;
  const { turns, turnZ, weights, cells, moments } = buffers;
  setTurns(workspace, axes, shift);
  const rows = axes.x.length * axes.y.length;
  kernels.rowMoments(spectrum, rows, axes.z.length, turns, turnZ, weights, cells, moments);
  return summed(axes, moments);
}

function summed(axes: SpectrumAxes, moments: Float32Array): Moments {
  const curvature = new Float64Array(6);
  const slope = new Float64Array(3);
  let at = 0;
  for (let i = 0; i < axes.x.length; i++) {
    for (let j = 0; j < axes.y.length; j++, at += 5) {
      const im = moments[at + 3]!;
      addMoments(curvature, axes.x[i]!, axes.y[j]!, moments[at]!, moments[at + 1]!, moments[at + 2]!);
      slope[0] = slope[0]! + im * axes.x[i]!;
      slope[1] = slope[1]! + im * axes.y[j]!;
      slope[2] = slope[2]! + moments[at + 4]!;
    }
  }
  return { slope, curvature };
}

/** Newton's step towards the largest sum of W Re Y, no longer than 0.6 voxel. */
function newtonStep(axes: SpectrumAxes, { slope, curvature }: Moments): Triple | undefined {
  const inverse = inverseOf(withFixedAxes(axes, matrixOf(curvature)));
  if (inverse === undefined) return undefined;
  const direction = timesVector(inverse, [slope[0]!, slope[1]!, slope[2]!]);
  const move = direction.map((v) => (-2 * Math.PI * v) / radiansSquared);
  const scale = longestStep / Math.max(...move.map(Math.abs), longestStep);
  return [move[0]! * scale, move[1]! * scale, move[2]! * scale];
}

/** sum v f f^T for a row of values along z, given sum v, sum v fz and sum v fz^2: xx, xy, xz, yy, yz, zz. */
function addMoments(sums: Float64Array, fx: number, fy: number, v: number, vz: number, vzz: number): void {
  sums[0] = sums[0]! + v * fx * fx;
  sums[1] = sums[1]! + v * fx * fy;
  sums[2] = sums[2]! + vz * fx;
  sums[3] = sums[3]! + v * fy * fy;
  sums[4] = sums[4]! + vz * fy;
  sums[5] = sums[5]! + vzz;
}

const matrixOf = ([xx, xy, xz, yy, yz, zz]: Float64Array): Matrix3 => [
  [xx!, xy!, xz!],
  [xy!, yy!, yz!],
  [xz!, yz!, zz!],
];

const isFixed = (axes: SpectrumAxes, axis: number): boolean => [axes.x, axes.y, axes.z][axis]!.length === 1;

/** An axis without frequencies (stacks too thin to move in z) keeps its shift. */
const withFixedAxes = (axes: SpectrumAxes, matrix: Matrix3): Matrix3 =>
  mapMatrix(matrix, (value, i, j) => (i === j && isFixed(axes, i) ? 1 : value));

function predictedCovariance(
  { buffers }: Workspace,
  { axes, independent, segments }: CrossSpectrum,
  { of }: Cells,
  signal: Float64Array,
): Matrix3 | undefined {
  const along = Array.from({ length: of.rows }, (_, row) => signalAlongZ(of, axes.z, signal, row));
  const sums = new Float64Array(6);
  let at = 0;
  for (const fx of axes.x) {
    for (const fy of axes.y) {
      const { q, qz, qzz } = along[buffers.cells[at]!]!;
      const copies = buffers.copies[at++]!;
      addMoments(sums, fx, fy, copies * q, copies * qz, copies * qzz);
    }
  }
  const information = mapMatrix(
    matrixOf(sums),
    (value, i, j) => radiansSquared * independent * segments * value + (i === j ? leastInformation : 0),
  );
  const covariance = inverseOf(information);
  return (
    covariance && mapMatrix(covariance, (value, i, j) => (isFixed(axes, i) || isFixed(axes, j) ? 0 : value))
  );
}

/** sum q, q fz and q fz^2 of a row of cells. */
function signalAlongZ(of: CellIndices, frequencies: Float64Array, signal: Float64Array, row: number) {
  const sums = { q: 0, qz: 0, qzz: 0 };
  for (let k = 0; k < frequencies.length; k++) {
    if (of.z[k]! < 0) continue;
    const f = frequencies[k]!;
    const value = signal[row * of.countZ + of.z[k]!]!;
    sums.q += value;
    sums.qz += value * f;
    sums.qzz += value * f * f;
  }
  return sums;
}

/** Variance per axis between fits that leave out one group of segments each: it sees what the model does not. */
function jackknifeVariance(workspace: Workspace, cross: CrossSpectrum, shift: Triple): Triple {
  if (cross.segments < leastSegmentsForJackknife) return [0, 0, 0];
  const parts = cross.groups.map((group) => momentsAt(workspace, cross.axes, group, shift));
  const moves = parts.flatMap((left) => newtonStep(cross.axes, sumWithout(parts, left)) ?? []);
  const count = moves.length / 3;
  const variance = (axis: number): number => {
    const along = moves.filter((_, i) => i % 3 === axis);
    const mean = along.reduce((sum, move) => sum + move, 0) / count;
    return ((count - 1) / count) * along.reduce((sum, move) => sum + (move - mean) ** 2, 0);
  };
  return count < 2 ? [0, 0, 0] : [variance(0), variance(1), variance(2)];
}

function sumWithout(parts: readonly Moments[], left: Moments): Moments {
  const rest = parts.filter((part) => part !== left);
  const sum = (of: (part: Moments) => Float64Array): Float64Array =>
    of(left).map((_, i) => rest.reduce((total, part) => total + of(part)[i]!, 0));
  return { slope: sum((part) => part.slope), curvature: sum((part) => part.curvature) };
}

/** The covariance with each axis stretched to the variance seen, where that is larger. */
function widened(covariance: Matrix3, variance: Triple): Matrix3 {
  const stretch = variance.map((seen, i) => {
    const predicted = covariance[i]![i]!;
    return predicted > 0 ? Math.sqrt(Math.max(1, seen / predicted)) : 1;
  });
  return mapMatrix(covariance, (value, i, j) => value * stretch[i]! * stretch[j]!);
}
