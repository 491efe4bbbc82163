import { exponentialMinusOne } from './exponential.ts';
import type { SplinePlane } from './spline-plane.ts';

/**
 * One plane of N4's log field, of a row's points b' = sum over the four of weight x point, in float64, left to right,
 * then float32; the row's points are sums over lines of the plane's `points` in the same way.
 * Where `use` is above 0, `field` becomes b' and `changes` takes the voxel: eight values, two of each kind because
 * voxels at even places of a span go to the first and others to the second:
 * sums of g and of g^2 with g = exp(b - b') - 1, smallest and largest u = log - b'. Other voxels stay as they are.
 * `start`: index of the plane's first voxel.
 */
export function evaluateLogFieldPlane(
  points: Float64Array,
  plane: SplinePlane,
  log: Float32Array,
  use: Float32Array,
  field: Float32Array,
  start: number,
  changes: Float64Array,
): void {
  for (let y = 0; y < plane.rows; y++) {
    contractY(points, plane, y);
    evaluateRow(plane, log, use, field, start + y * plane.samples, changes);
  }
}

function contractY(
  points: Float64Array,
  { starts, taps, firstY, weightsY, line }: SplinePlane,
  y: number,
): void {
  const pointsX = starts.length + 2;
  for (let c = 0; c < pointsX; c++) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap++)
      sum += weightsY[y * taps + tap]! * points[(firstY[y]! + tap) * pointsX + c]!;
    line[c] = sum;
  }
}

function evaluateRow(
  { starts, weights, samples, line }: SplinePlane,
  log: Float32Array,
  use: Float32Array,
  field: Float32Array,
  start: number,
  changes: Float64Array,
): void {
  for (let span = 0; span + 1 < starts.length; span++) {
    for (let i = starts[span]!; i < starts[span + 1]!; i++) {
      const voxel = start + i;
      if (!(use[voxel]! > 0)) continue;
      const weight = (tap: number) => weights[tap * samples + i]! * line[span + tap]!;
      const next = Math.fround(weight(0) + weight(1) + weight(2) + weight(3));
      const grown = growth(field[voxel]! - next);
      field[voxel] = next;
      const lane = (i - starts[span]!) % 2;
      const u = Math.fround(log[voxel]! - next);
      changes[lane] = changes[lane]! + grown;
      changes[2 + lane] = changes[2 + lane]! + grown * grown;
      changes[4 + lane] = Math.min(changes[4 + lane]!, u);
      changes[6 + lane] = Math.max(changes[6 + lane]!, u);
    }
  }
}

/** exp(d) - 1; below 0.008 the cubic is exact to 2e-10. */
function growth(d: number): number {
  if (Math.abs(d) < 0.008) return d * (1 + d * (0.5 + d * (1 / 6)));
  return exponentialMinusOne(d);
}
