/**
 * N4 bias field correction (Tustison et al. 2010) of images of one to three axes, after ILLUMINATION section 1: the
 * image is v = true x exp(b), b a cubic spline. Each round sharpens the histogram of u = ln v - b, fits a spline to
 * what sharpening took away and adds it to b; each level doubles the spline's spans.
 * Voxel arrays are float32, all sums float64 in raster order, so the result does not depend on the machine.
 */
import {
  forEachSplineRow,
  gridAxis,
  refineLattice,
  type SplineAxis,
  type SplineLattice,
} from '../bspline.ts';
import { createConvergence, type StopRule } from './convergence.ts';
import { fitLattice, prepareFit, type RowSource, type SplineFit } from './fit.ts';
import { type LogImage, logImage } from './log-image.ts';
import {
  addToHistogram,
  type HistogramScale,
  type Sharpening,
  sharpAt,
  sharpIntensities,
} from './sharpen.ts';

/** Voxels of one to three axes, x fastest. */
export interface FloatImage {
  readonly data: Float32Array;
  /** Voxels per axis, x first. */
  readonly shape: readonly number[];
}

export interface N4Options extends Sharpening {
  /** 1 = used; any other label is outside. Without it every voxel is used. */
  readonly mask?: ArrayLike<number>;
  /** Per voxel, at least 0; 0 excludes the voxel, others count in the fit only. */
  readonly weights?: ArrayLike<number>;
  /** Most rounds of each level. */
  readonly levels: readonly number[];
  /** A level ends once a round's measure is not above it; 0 = all rounds. */
  readonly threshold: number;
  /** Of the first level, per axis; at least 4. */
  readonly controlPoints: number;
  /** How the measure is computed: exactly, or as the reference does (its rounds, its fields). */
  readonly stopRule: StopRule;
}

export interface N4Result {
  /** Control points of the log field; an axis of one voxel has one point. */
  readonly lattice: SplineLattice;
  /** The log field b at every voxel: corrected = v / exp(b). Its mean is arbitrary. */
  readonly field: Float32Array;
  /** Rounds done per level. */
  readonly rounds: readonly number[];
}

/** What CloudReg asks of N4 (CLOUDREG section 2.1). */
export const n4Defaults: N4Options = {
  levels: [50, 50, 50, 50],
  threshold: 0.001,
  fwhm: 0.15,
  noise: 0.01,
  bins: 200,
  controlPoints: 4,
  stopRule: 'float64',
};

/**
 * Used voxels of value 0 or less keep their value as logarithm (0 acts as ln 1): mask them. A constant image, or one
 * without used voxels, gives a field of 0.
 * @throws RangeError for sizes that do not agree, fewer than 4 control points, and values that are not finite.
 */
export function n4(image: FloatImage, options: N4Options): N4Result {
  if (options.controlPoints < 4)
    throw new RangeError(`N4: ${options.controlPoints} control points, expected at least 4 (cubic splines)`);
  const log = logImage(image, options.mask, options.weights);
  let lattice = emptyLattice(image.shape, options.controlPoints);
  const field = new Float32Array(image.data.length);
  const rounds = options.levels.map((maxRounds, level) => {
    if (level > 0) lattice = refineLattice(lattice);
    return runLevel(log, lattice, field, maxRounds, options);
  });
  return { lattice, field, rounds };
}

function emptyLattice(imageShape: readonly number[], controlPoints: number): SplineLattice {
  const shape = imageShape.map((size) => (size === 1 ? 1 : controlPoints));
  return { data: new Float64Array(shape.reduce((all, points) => all * points, 1)), shape };
}

/** Adds to `lattice` and `field`; returns the rounds done. */
function runLevel(
  log: LogImage,
  lattice: SplineLattice,
  field: Float32Array,
  maxRounds: number,
  options: N4Options,
): number {
  const axes = log.shape.map((size, axis) => gridAxis(size, lattice.shape[axis]!));
  const fit = prepareFit(axes, (row, start) => {
    for (let i = 0; i < row.length; i++) row[i] = log.weightAt(start + i);
  });
  let change = Number.POSITIVE_INFINITY;
  let round = 0;
  while (round < maxRounds && change > options.threshold) {
    if (!addRound(log, lattice, fit, field, options)) break;
    change = updateField(log, lattice, axes, field, options.stopRule);
    round++;
  }
  return round;
}

/** phi += fit(u - sharpen(u)); false where all values are equal, so that there is nothing to sharpen. */
function addRound(
  log: LogImage,
  lattice: SplineLattice,
  fit: SplineFit,
  field: Float32Array,
  options: N4Options,
): boolean {
  const scale = histogramScale(log, field, options.bins);
  if (scale === undefined) return false;
  const expected = sharpIntensities(histogramOf(log, field, scale, options.bins), scale, options);
  const phi = fitLattice(fit, weightedResiduals(log, field, scale, expected));
  for (let c = 0; c < phi.length; c++) lattice.data[c] = lattice.data[c]! + phi[c]!;
  return true;
}

function histogramScale(log: LogImage, field: Float32Array, bins: number): HistogramScale | undefined {
  let smallest = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < field.length; i++) {
    if (log.used[i] !== 1) continue;
    const u = Math.fround(log.values[i]! - field[i]!);
    if (u < smallest) smallest = u;
    if (u > largest) largest = u;
  }
  return largest > smallest ? { smallest, binWidth: (largest - smallest) / (bins - 1) } : undefined;
}

function histogramOf(log: LogImage, field: Float32Array, scale: HistogramScale, bins: number): Float64Array {
  const histogram = new Float64Array(bins);
  for (let i = 0; i < field.length; i++) {
    if (log.used[i] !== 1) continue;
    const u = Math.fround(log.values[i]! - field[i]!);
    addToHistogram(histogram, (u - scale.smallest) / scale.binWidth);
  }
  return histogram;
}

const weightedResiduals =
  (log: LogImage, field: Float32Array, scale: HistogramScale, expected: Float64Array): RowSource =>
  (row, start) => {
    for (let i = 0, voxel = start; i < row.length; i++, voxel++) {
      const u = Math.fround(log.values[voxel]! - field[voxel]!);
      row[i] =
        log.used[voxel] === 1
          ? log.weightAt(voxel) * (u - sharpAt(expected, (u - scale.smallest) / scale.binWidth))
          : 0;
    }
  };

/** Writes b' = evaluate(phi) over b, used voxels or not, and returns the round's measure. */
function updateField(
  log: LogImage,
  lattice: SplineLattice,
  axes: readonly SplineAxis[],
  field: Float32Array,
  stopRule: StopRule,
): number {
  const convergence = createConvergence(stopRule);
  forEachSplineRow(lattice, axes, (row, start) => {
    for (let i = 0, voxel = start; i < row.length; i++, voxel++) {
      const before = field[voxel]!;
      field[voxel] = row[i]!;
      if (log.used[voxel] === 1) convergence.add(before - field[voxel]!);
    }
  });
  return convergence.coefficientOfVariation();
}
