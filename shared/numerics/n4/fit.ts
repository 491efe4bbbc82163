/**
 * One step of scattered-data approximation by B-splines (Lee, Wolberg and Shin 1997; ILLUMINATION section 1.2):
 *   t_c = product over axes of the spline's weights, S = sum over the touched points of t_c^2,
 *   delta_c = sum over voxels of w t_c^3 r / S, omega_c = sum of w t_c^2, phi_c = delta_c / omega_c (0 where omega_c = 0).
 * On a grid S is the product of per-axis sums, so both sums separate: they are contractions of w r with the per-axis
 * tables t^3 / sum t^2, and of w with t^2. No equations are solved.
 */
import { type SplineAxis, threeAxes } from '../bspline.ts';

/** Fills `row` with the values of the row of voxels that begins at index `start`; 0 where a voxel is not used. */
export type RowSource = (row: Float64Array, start: number) => void;

/** What of a fit depends on the lattice and the weights only. */
export interface SplineFit {
  readonly axes: readonly SplineAxis[];
  /** Per control point. */
  readonly omega: Float64Array;
}

export function prepareFit(axes: readonly SplineAxis[], weights: RowSource): SplineFit {
  return { axes, omega: contract(axes.map(squared), weights) };
}

/** The lattice that approximates the residuals; `weightedResiduals` yields w r. */
export function fitLattice({ axes, omega }: SplineFit, weightedResiduals: RowSource): Float64Array {
  const phi = contract(axes.map(cubedShare), weightedResiduals);
  for (let c = 0; c < phi.length; c++) phi[c] = omega[c]! === 0 ? 0 : phi[c]! / omega[c]!;
  return phi;
}

const squared = (axis: SplineAxis): SplineAxis => ({
  ...axis,
  weights: axis.weights.map((weight) => weight * weight),
});

/** t^3 / (sum of t^2 over the sample's points). */
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
function contract(tables: readonly SplineAxis[], source: RowSource): Float64Array {
  const [x, y, z] = threeAxes(tables);
  const lattice = new Float64Array(x.points * y.points * z.points);
  const plane = new Float64Array(x.points * y.points);
  const line = new Float64Array(x.points);
  const row = new Float64Array(x.samples);
  for (let k = 0; k < z.samples; k++) {
    plane.fill(0);
    for (let j = 0; j < y.samples; j++) {
      source(row, (k * y.samples + j) * x.samples);
      gatherRow(row, x, line);
      spread(line, y, j, plane);
    }
    spread(plane, z, k, lattice);
  }
  return lattice;
}

/** line[c] = sum over the row of value x table. Four running sums a span spare the memory traffic. */
function gatherRow(row: Float64Array, { first, weights, taps }: SplineAxis, line: Float64Array): void {
  line.fill(0);
  if (taps === 1) {
    for (let i = 0; i < row.length; i++) line[0] = line[0]! + row[i]! * weights[i]!;
    return;
  }
  for (let i = 0; i < row.length; ) {
    const k = first[i]!;
    let [c0, c1, c2, c3] = [0, 0, 0, 0];
    for (; i < row.length && first[i] === k; i++) {
      const value = row[i]!;
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

/** Adds one slab to the points that sample `index` of the axis leans on. */
function spread(slab: Float64Array, axis: SplineAxis, index: number, points: Float64Array): void {
  for (let tap = 0; tap < axis.taps; tap++) {
    const weight = axis.weights[index * axis.taps + tap]!;
    const start = (axis.first[index]! + tap) * slab.length;
    for (let i = 0; i < slab.length; i++) points[start + i] = points[start + i]! + weight * slab[i]!;
  }
}
