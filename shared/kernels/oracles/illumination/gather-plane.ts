import { logHistogramPosition } from './histogram.ts';
import type { SplinePlane } from './spline-plane.ts';

/** Where the histogram's bins lie, and the sharp value of each: pairs of value and rise to the next bin. */
export interface Sharpened {
  readonly smallest: number;
  readonly perBin: number;
  readonly bins: number;
  readonly expected: Float64Array;
}

/**
 * points += what a plane's weighted residuals use x (u - sharp u) give to its control points; u = log - field in float32,
 * all else in float64. Each row is summed up along x first: each span adds to its four points, voxels at its even places
 * one sum, the others one, then both together. Then the row is added to its lines of points, times the row's weights.
 */
export function gatherResidualPlane(
  log: Float32Array,
  use: Float32Array,
  field: Float32Array,
  start: number,
  plane: SplinePlane,
  sharpened: Sharpened,
  points: Float64Array,
): void {
  for (let y = 0; y < plane.rows; y++) {
    plane.line.fill(0, 0, plane.starts.length + 2);
    gatherRow(log, use, field, start + y * plane.samples, plane, sharpened);
    spreadY(plane, y, points);
  }
}

function spreadY(
  { starts, taps, firstY, weightsY, line }: SplinePlane,
  y: number,
  points: Float64Array,
): void {
  const pointsX = starts.length + 2;
  for (let tap = 0; tap < taps; tap++) {
    const to = (firstY[y]! + tap) * pointsX;
    for (let c = 0; c < pointsX; c++) points[to + c] = points[to + c]! + weightsY[y * taps + tap]! * line[c]!;
  }
}

function gatherRow(
  log: Float32Array,
  use: Float32Array,
  field: Float32Array,
  start: number,
  { starts, weights, samples, line }: SplinePlane,
  sharpened: Sharpened,
): void {
  for (let span = 0; span + 1 < starts.length; span++) {
    const sums = new Float64Array(8);
    for (let i = starts[span]!; i < starts[span + 1]!; i++) {
      const voxel = start + i;
      if (!(use[voxel]! > 0)) continue;
      const u = Math.fround(log[voxel]! - field[voxel]!);
      const residual = use[voxel]! * (u - sharp(sharpened, u));
      const lane = (i - starts[span]!) % 2;
      for (let tap = 0; tap < 4; tap++)
        sums[2 * tap + lane] = sums[2 * tap + lane]! + residual * weights[tap * samples + i]!;
    }
    for (let tap = 0; tap < 4; tap++)
      line[span + tap] = line[span + tap]! + (sums[2 * tap]! + sums[2 * tap + 1]!);
  }
}

function sharp({ smallest, perBin, bins, expected }: Sharpened, u: number): number {
  const t = logHistogramPosition(u, smallest, perBin, bins);
  const bin = Math.floor(t);
  return expected[2 * bin]! + (t - bin) * expected[2 * bin + 1]!;
}
