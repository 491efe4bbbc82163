/**
 * N4 bias field correction (Tustison et al. 2010) of images of one to three axes, after ILLUMINATION section 1: the
 * image is v = true x exp(b), b a cubic spline. Each round sharpens the histogram of u = ln v - b, fits a spline to
 * what sharpening took away and adds it to b; each level doubles the spline's spans.
 * Voxel arrays are float32, all sums float64 in one order, so the result does not depend on the machine.
 */
import { loadKernels } from '../../kernels/kernels.ts';
import { forEachSplineRow, gridAxis, refineLattice, type SplineLattice } from '../bspline.ts';
import { type LevelOptions, type N4Work, runLevel } from './level.ts';
import { checkSizes, type FloatImage, fillLogImage, N4InputError, type VoxelUse } from './log-image.ts';
import { type N4Kernels, n4BufferSpecs } from './workspace.ts';

export type { FloatImage } from './log-image.ts';
export type { N4Kernels } from './workspace.ts';

export interface N4Options extends LevelOptions, VoxelUse {
  /** Most rounds of each level. */
  readonly levels: readonly number[];
  /** A level ends once a round's measure is not above it; 0 = all rounds. */
  readonly threshold: number;
  /** Of the first level, per axis; at least 4. */
  readonly controlPoints: number;
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
 * without used voxels, gives a field of 0. Takes 12 bytes a voxel of the kernels' memory, whose earlier layouts end.
 * @throws N4InputError for sizes that do not agree, fewer than 4 control points, and values that are not finite.
 */
export function n4(image: FloatImage, options: N4Options, kernels: N4Kernels = loadKernels()): N4Result {
  checkSizes(image, options);
  checkPoints(options);
  const shape = image.shape.filter((size) => size > 1);
  let lattice = emptyLattice(shape, options.controlPoints);
  const work = startWork(image, shape, options, kernels);
  const rounds = options.levels.map((maxRounds, level) => {
    if (level > 0) lattice = refineLattice(lattice);
    return shape.length === 0 ? 0 : runLevel(work, lattice, maxRounds, options);
  });
  return {
    lattice: withFlatAxes(lattice, image.shape),
    field: wholeField(lattice, shape, image.data.length),
    rounds,
  };
}

/** Control points along an axis, at most: more than any field has. */
const mostPoints = 1027;

function checkPoints(options: N4Options): void {
  if (options.controlPoints < 4)
    throw new N4InputError(
      `N4: ${options.controlPoints} control points, expected at least 4 (cubic splines)`,
    );
  if (finestPoints(options) > mostPoints)
    throw new N4InputError(
      `N4: ${options.levels.length} levels end at ${finestPoints(options)} control points an axis, expected at most ${mostPoints}: ask for fewer levels`,
    );
}

const finestPoints = ({ controlPoints, levels }: N4Options): number =>
  (controlPoints - 3) * 2 ** Math.max(0, levels.length - 1) + 3;

function startWork(
  image: FloatImage,
  shape: readonly number[],
  options: N4Options,
  kernels: N4Kernels,
): N4Work {
  const buffers = kernels.layout(n4BufferSpecs(shape, finestPoints(options), options.bins));
  const used = fillLogImage(image, options, buffers);
  let [smallest, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let voxel = 0; voxel < image.data.length; voxel++) {
    if (!(buffers.use[voxel]! > 0)) continue;
    smallest = Math.min(smallest, buffers.log[voxel]!);
    largest = Math.max(largest, buffers.log[voxel]!);
  }
  return { kernels, buffers, shape, used, extremes: [smallest, largest] };
}

function emptyLattice(shape: readonly number[], controlPoints: number): SplineLattice {
  return { data: new Float64Array(controlPoints ** shape.length), shape: shape.map(() => controlPoints) };
}

/** The rounds wrote the field where voxels are used; this is all of it. */
function wholeField(lattice: SplineLattice, shape: readonly number[], voxels: number): Float32Array {
  const field = new Float32Array(voxels);
  const axes = shape.map((size, axis) => gridAxis(size, lattice.shape[axis]!));
  if (axes.length > 0) forEachSplineRow(lattice, axes, (row, start) => field.set(row, start));
  return field;
}

/** The lattice of the image as it was given: one point on axes of one voxel. */
function withFlatAxes(lattice: SplineLattice, imageShape: readonly number[]): SplineLattice {
  const points = lattice.shape[Symbol.iterator]();
  return {
    data: lattice.data,
    shape: imageShape.map((size) => (size > 1 ? (points.next().value ?? 1) : 1)),
  };
}
