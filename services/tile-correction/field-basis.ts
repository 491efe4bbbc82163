/** The log field's control points seen from the pixels of the reduced grid, and how rough a field is. */
import { evaluateSpline, gridAxis } from '../../shared/numerics/bspline.ts';
import { pointsPerAxis } from './log-field.ts';
import type { ReducedGrid } from './looks.ts';

export const controlPoints = pointsPerAxis * pointsPerAxis;

/** Weight of every control point at every pixel: weights[pixel * controlPoints + point]. */
export interface FieldBasis {
  readonly pixels: number;
  readonly weights: Float64Array;
}

export function fieldBasis(grid: ReducedGrid): FieldBasis {
  const pixels = grid.width * grid.height;
  const axes = [gridAxis(grid.width, pointsPerAxis), gridAxis(grid.height, pointsPerAxis)];
  const weights = new Float64Array(pixels * controlPoints);
  for (let point = 0; point < controlPoints; point++) {
    const data = Float64Array.from({ length: controlPoints }, (_, other) => (other === point ? 1 : 0));
    const values = evaluateSpline({ data, shape: [pointsPerAxis, pointsPerAxis] }, axes);
    for (let pixel = 0; pixel < pixels; pixel++) weights[pixel * controlPoints + point] = values[pixel]!;
  }
  return { pixels, weights };
}

/** The field at every pixel of the grid. */
export function fieldValues({ pixels, weights }: FieldBasis, coefficients: Float64Array): Float64Array {
  const values = new Float64Array(pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    let sum = 0;
    for (let c = 0; c < controlPoints; c++) sum += weights[pixel * controlPoints + c]! * coefficients[c]!;
    values[pixel] = sum;
  }
  return values;
}

/**
 * P with c'Pc = sum of squared third differences: D3xI + IxD3 + 3 D2xD1 + 3 D1xD2, Dk = (k-th differences)'(k-th
 * differences) along an axis. Element (i, j) is roughness[i * controlPoints + j].
 */
export function roughness(): Float64Array {
  const [d0, d1, d2, d3] = [0, 1, 2, 3].map(squaredDifferences) as [Square, Square, Square, Square];
  const result = new Float64Array(controlPoints * controlPoints);
  for (let i = 0; i < controlPoints; i++) {
    for (let j = 0; j < controlPoints; j++) {
      const [x, y] = [i % pointsPerAxis, Math.floor(i / pointsPerAxis)];
      const [p, q] = [j % pointsPerAxis, Math.floor(j / pointsPerAxis)];
      const at = (alongX: Square, alongY: Square) => alongX[x]![p]! * alongY[y]![q]!;
      result[i * controlPoints + j] = at(d3, d0) + at(d0, d3) + 3 * at(d2, d1) + 3 * at(d1, d2);
    }
  }
  return result;
}

type Square = readonly (readonly number[])[];

/** Dk: products of the k-th differences' rows; order 0 is the identity. */
function squaredDifferences(order: number): Square {
  let rows: number[][] = Array.from({ length: pointsPerAxis }, (_, i) =>
    Array.from({ length: pointsPerAxis }, (_, j) => (i === j ? 1 : 0)),
  );
  for (let k = 0; k < order; k++) {
    rows = rows.slice(1).map((row, i) => row.map((value, j) => value - rows[i]![j]!));
  }
  const columns = Array.from({ length: pointsPerAxis }, (_, j) => rows.map((row) => row[j]!));
  return columns.map((a) => columns.map((b) => a.reduce((sum, value, n) => sum + value * b[n]!, 0)));
}
