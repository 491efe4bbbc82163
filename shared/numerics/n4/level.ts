/** One level of N4: rounds on one lattice until the field hardly changes (ILLUMINATION section 1, step 3). */
import type { SplinePlane } from '../../kernels/kernels.ts';
import { forEachSplinePlane, gridAxis, type SplineAxis, type SplineLattice, threeAxes } from '../bspline.ts';
import { exactMeasure, referenceMeasure, type StopRule } from './convergence.ts';
import { fitLattice, prepareFit, type SplineFit } from './fit.ts';
import { type Sharpening, sharpIntensities } from './sharpen.ts';
import type { N4Buffers, N4Kernels } from './workspace.ts';

/** The image as N4 works on it: without axes of one voxel. */
export interface N4Work {
  readonly kernels: N4Kernels;
  readonly buffers: N4Buffers;
  /** At least one axis; each longer than one voxel. */
  readonly shape: readonly number[];
  /** Used voxels. */
  readonly used: number;
  /** Smallest and largest log - field over them. */
  extremes: readonly [number, number];
}

export interface LevelOptions extends Sharpening {
  readonly threshold: number;
  readonly stopRule: StopRule;
}

interface Level {
  readonly lattice: SplineLattice;
  readonly fit: SplineFit;
  /** For evaluating the spline, and for fitting one. */
  readonly weights: SplinePlane;
  readonly shares: SplinePlane;
  readonly points: Float64Array;
}

/** Adds to the lattice and, where voxels are used, to the field; returns the rounds done. */
export function runLevel(
  work: N4Work,
  lattice: SplineLattice,
  maxRounds: number,
  options: LevelOptions,
): number {
  const level = prepareLevel(work, lattice);
  let change = Number.POSITIVE_INFINITY;
  let round = 0;
  while (round < maxRounds && change > options.threshold) {
    // Where all values are equal there is nothing to sharpen.
    if (!(work.extremes[1] > work.extremes[0])) break;
    addResiduals(work, level, options);
    change = updateField(work, level, options.stopRule);
    round++;
  }
  return round;
}

function prepareLevel({ buffers, shape }: N4Work, lattice: SplineLattice): Level {
  const axes = shape.map((size, axis) => gridAxis(size, lattice.shape[axis]!));
  const fit = prepareFit(axes, buffers.use);
  const [x, y] = threeAxes(axes);
  const common = {
    samples: x.samples,
    starts: spanStarts(x, buffers.starts),
    rows: y.samples,
    taps: y.taps,
    firstY: buffers.firstY,
    line: buffers.line,
  };
  const [sharesX, sharesY] = threeAxes(fit.shares);
  buffers.firstY.set(y.first);
  buffers.weightsY.set(y.weights);
  buffers.sharesY.set(sharesY.weights);
  return {
    lattice,
    fit,
    weights: { ...common, weights: byPoint(x, buffers.weightsX), weightsY: buffers.weightsY },
    shares: { ...common, weights: byPoint(sharesX, buffers.sharesX), weightsY: buffers.sharesY },
    points: buffers.points.subarray(0, x.points * y.points),
  };
}

function spanStarts({ samples, points, first }: SplineAxis, out: Int32Array): Int32Array {
  const starts = out.subarray(0, points - 2);
  for (let span = 0, sample = 0; span < starts.length; span++) {
    while (sample < samples && first[sample]! < span) sample++;
    starts[span] = sample;
  }
  starts[starts.length - 1] = samples;
  return starts;
}

/** The axis's weights, one row a point. */
function byPoint({ samples, weights }: SplineAxis, out: Float64Array): Float64Array {
  for (let sample = 0; sample < samples; sample++)
    for (let tap = 0; tap < 4; tap++) out[tap * samples + sample] = weights[4 * sample + tap]!;
  return out;
}

/** phi += fit(u - sharpen(u)). */
function addResiduals({ kernels, buffers, extremes }: N4Work, level: Level, options: LevelOptions): void {
  const { log, use, field, expected, histogram } = buffers;
  const { bins } = options;
  const [smallest, largest] = extremes;
  const binWidth = (largest - smallest) / (bins - 1);
  histogram.fill(0);
  kernels.addToLogHistogram(log, use, field, smallest, 1 / binWidth, bins, histogram);
  fillExpected(sharpIntensities(sumOfCopies(histogram, bins), { smallest, binWidth }, options), expected);
  const sharpened = { smallest, perBin: 1 / binWidth, bins, expected };
  const phi = fitLattice(
    level.fit,
    (points, start) => kernels.gatherResidualPlane(log, use, field, start, level.shares, sharpened, points),
    level.points,
  );
  for (let c = 0; c < phi.length; c++) level.lattice.data[c] = level.lattice.data[c]! + phi[c]!;
}

function sumOfCopies(histogram: Float64Array, bins: number): Float64Array {
  const at = (copy: number, bin: number) => histogram[copy * (bins + 1) + bin]!;
  return Float64Array.from({ length: bins }, (_, bin) => at(0, bin) + at(1, bin) + (at(2, bin) + at(3, bin)));
}

/** Pairs of value and rise to the next; the last does not rise. */
function fillExpected(values: Float64Array, pairs: Float64Array): void {
  for (let bin = 0; bin < values.length; bin++) {
    pairs[2 * bin] = values[bin]!;
    pairs[2 * bin + 1] = bin + 1 < values.length ? values[bin + 1]! - values[bin]! : 0;
  }
}

/** Writes b' = evaluate(phi) over b at used voxels and returns the round's measure. */
function updateField(work: N4Work, { lattice, fit, weights, points }: Level, stopRule: StopRule): number {
  const { kernels, buffers, used } = work;
  const { log, use, field, changes } = buffers;
  const before = stopRule === 'itk-float32' ? field.slice() : undefined;
  changes.fill(0);
  changes.fill(Number.POSITIVE_INFINITY, 4, 6);
  changes.fill(Number.NEGATIVE_INFINITY, 6, 8);
  forEachSplinePlane(lattice, fit.axes, points, (start) =>
    kernels.evaluateLogFieldPlane(points, weights, log, use, field, start, changes),
  );
  const [sum0, sum1, squares0, squares1, least0, least1, most0, most1] = changes as unknown as Eight;
  work.extremes = [Math.min(least0, least1), Math.max(most0, most1)];
  return before === undefined
    ? exactMeasure(used, sum0 + sum1, squares0 + squares1)
    : referenceMeasure(before, field, use);
}

type Eight = readonly [number, number, number, number, number, number, number, number];
