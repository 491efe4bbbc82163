/** Maxima of the coarse correlation. */
import { axes, type Triple } from '../axes.ts';
import { extentOf, type ShiftRange } from './shifts.ts';

/** Of all shifts of a range, [z][y][x]. */
export interface Scores {
  readonly ncc: Float64Array;
  readonly score: Float64Array;
}

const mostPeaks = 5;
const leastShareOfBest = 0.45;
const suppressedPlanes = 3;
const suppressedPixels = 10;

export interface ShiftPeak {
  readonly shift: Triple;
  readonly ncc: number;
  readonly score: number;
}

/** Maxima that stand out, the strongest first; none within 10 pixels and 3 planes of a stronger one. */
export function strongestPeaks(scores: Scores, range: ShiftRange, bin: number): ShiftPeak[] {
  const extent = extentOf(range);
  const left = scores.score.slice();
  const peaks: ShiftPeak[] = [];
  const near: Triple = [
    Math.ceil(suppressedPixels / bin),
    Math.ceil(suppressedPixels / bin),
    suppressedPlanes,
  ];
  while (peaks.length < mostPeaks) {
    const at = indexOfLargest(left);
    const score = left[at] ?? 0;
    if (score <= 0 || scores.ncc[at]! <= 0 || score < leastShareOfBest * (peaks[0]?.score ?? 0)) break;
    const place: Triple = [
      at % extent[0],
      Math.floor(at / extent[0]) % extent[1],
      Math.floor(at / (extent[0] * extent[1])),
    ];
    peaks.push({ shift: betweenShifts(scores.ncc, extent, place, range), ncc: scores.ncc[at]!, score });
    suppress(left, extent, place, near);
  }
  return peaks;
}

function indexOfLargest(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** The peak's place between the shifts, from a parabola along each axis: the fine stage starts nearer to its end. */
function betweenShifts(ncc: Float64Array, extent: Triple, place: Triple, range: ShiftRange): Triple {
  const strides: Triple = [1, extent[0], extent[0] * extent[1]];
  const at = place[0] + place[1] * strides[1] + place[2] * strides[2];
  return axes((i) => {
    const whole = range.least[i] + place[i];
    if (place[i] === 0 || place[i] === extent[i] - 1) return whole;
    const before = ncc[at - strides[i]]!;
    const after = ncc[at + strides[i]]!;
    const curvature = before + after - 2 * ncc[at]!;
    return curvature < 0 ? whole + Math.max(-0.5, Math.min(0.5, (before - after) / (2 * curvature))) : whole;
  });
}

function suppress(values: Float64Array, extent: Triple, place: Triple, near: Triple): void {
  const from = axes((i) => Math.max(0, place[i] - near[i]));
  const to = axes((i) => Math.min(extent[i], place[i] + near[i] + 1));
  for (let z = from[2]; z < to[2]; z++) {
    for (let y = from[1]; y < to[1]; y++) {
      const row = (z * extent[1] + y) * extent[0];
      values.fill(Number.NEGATIVE_INFINITY, row + from[0], row + to[0]);
    }
  }
}
