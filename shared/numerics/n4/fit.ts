/**
 * One step of scattered-data approximation by B-splines (Lee, Wolberg and Shin 1997; ILLUMINATION section 1.2):
 *   t_c = product over axes of the spline's weights, S = sum over the touched points of t_c^2,
 *   delta_c = sum over voxels of w t_c^3 r / S, omega_c = sum of w t_c^2, phi_c = delta_c / omega_c (0 where omega_c = 0).
 * On a grid S is the product of per-axis sums, so both sums separate: they are contractions of w r with the per-axis
 * tables t^3 / sum t^2, and of w with t^2. No equations are solved.
 */
import { type SplineAxis, threeAxes } from '../bspline.ts';

/** Adds the sums of a plane of voxels to `points`, a plane of control points, 0 before. */
export type PlaneGather = (points: Float64Array, start: number) => void;

/** What of a fit depends on the lattice and the weights only. */
export interface SplineFit {
  readonly axes: readonly SplineAxis[];
  /** Per axis, t^3 / (sum of t^2 over the sample's points) instead of t. */
  readonly shares: readonly SplineAxis[];
  /** Per control point. */
  readonly omega: Float64Array;
}

/** `weights`: w of every voxel in raster order, 0 where it is not used. */
export function prepareFit(axes: readonly SplineAxis[], weights: ArrayLike<number>): SplineFit {
  const squares = axes.map(squared);
  const omega = contract(squares, gatherValues(squares, weights));
  return { axes, shares: axes.map(cubedShare), omega };
}

/**
 * The lattice that approximates the residuals; `weightedResiduals` gathers w r with the first two of `shares`, into
 * `points` where that is given.
 */
export function fitLattice(
  { shares, omega }: SplineFit,
  weightedResiduals: PlaneGather,
  points?: Float64Array,
): Float64Array {
  const phi = contract(shares, weightedResiduals, points);
  for (let c = 0; c < phi.length; c++) phi[c] = omega[c]! === 0 ? 0 : phi[c]! / omega[c]!;
  return phi;
}

/** Gathers values that lie in raster order; sums of a row, then of the plane. */
export function gatherValues(tables: readonly SplineAxis[], values: ArrayLike<number>): PlaneGather {
  const [x, y] = threeAxes(tables);
  const line = new Float64Array(x.points);
  return (points, start) => {
    for (let j = 0; j < y.samples; j++) {
      line.fill(0);
      gatherRow(x, values, start + j * x.samples, line);
      spread(line, y, j, points);
    }
  };
}

/** Four running sums a span spare the memory traffic. */
function gatherRow(
  { samples, first, weights, taps }: SplineAxis,
  values: ArrayLike<number>,
  start: number,
  line: Float64Array,
): void {
  if (taps === 1) {
    for (let i = 0; i < samples; i++) line[0] = line[0]! + values[start + i]! * weights[i]!;
    return;
  }
  for (let i = 0; i < samples; ) {
    const k = first[i]!;
    let [c0, c1, c2, c3] = [0, 0, 0, 0];
    for (; i < samples && first[i] === k; i++) {
      const value = values[start + i]!;
      c0 += value * weights[4 * i]!;
      c1 += value * weights[4 * i + 1]!;
      c2 += value * weights[4 * i + 2]!;
      c3 += value * weights[4 * i + 3]!;
    }
    line[k] = line[k]! + c0;
    line[k + 1] = line[k + 1]! + c1;
    line[k + 2] = line[k + 2]! + c2;
    line[k + 3] = line[k + 3]! + c3;
  }
}

const squared = (axis: SplineAxis): SplineAxis => ({
  ...axis,
  weights: axis.weights.map((weight) => weight * weight),
});

function cubedShare(axis: SplineAxis): SplineAxis {
  const { taps, weights } = axis;
  const shares = new Float64Array(weights.length);
  for (let sample = 0; sample < weights.length; sample += taps) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) sum += weights[sample + tap]! ** 2;
    for (let tap = 0; tap < taps; tap++) shares[sample + tap] = weights[sample + tap]! ** 3 / sum;
  }
  return { ...axis, weights: shares };
}

/** Per control point, the sum over voxels of value x table; sums of a row, a plane, then all, each in raster order. */
function contract(tables: readonly SplineAxis[], gather: PlaneGather, points?: Float64Array): Float64Array {
  const [x, y, z] = threeAxes(tables);
  const lattice = new Float64Array(x.points * y.points * z.points);
  const plane = points ?? new Float64Array(x.points * y.points);
  for (let k = 0; k < z.samples; k++) {
    plane.fill(0);
    gather(plane, k * y.samples * x.samples);
    spread(plane, z, k, lattice);
  }
  return lattice;
}

/** Adds one slab to the points that sample `index` of the axis leans on. */
function spread(slab: Float64Array, axis: SplineAxis, index: number, points: Float64Array): void {
  for (let tap = 0; tap < axis.taps; tap++) {
    const weight = axis.weights[index * axis.taps + tap]!;
    const start = (axis.first[index]! + tap) * slab.length;
    for (let i = 0; i < slab.length; i++) points[start + i] = points[start + i]! + weight * slab[i]!;
  }
}
