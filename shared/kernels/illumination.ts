/** The loops of N4 and of the illumination field: the kernels of `assembly/illumination`, with the checks they need. */
import { addressOf, type GrowableMemory } from './memory.ts';
import type { KernelExports } from './module.ts';
import type { Sharpened } from './oracles/illumination/gather-plane.ts';
import type { FieldPlane } from './oracles/illumination/scale-by-field.ts';
import type { SplinePlane } from './oracles/illumination/spline-plane.ts';

export type { FieldPlane } from './oracles/illumination/scale-by-field.ts';
export type { SplinePlane } from './oracles/illumination/spline-plane.ts';

/** In N4's kernels `use` is a voxel's weight, 0 where it is left out; `start` is the index of a plane's first voxel. */
export interface IlluminationKernels {
  /**
   * Writes a plane of the log field where voxels are used, from the plane of control points that it leans on, and adds
   * up what changed: two lanes each of sum and sum of squares of exp(b - b') - 1, smallest and largest log - b'.
   */
  evaluateLogFieldPlane(
    points: Float64Array,
    plane: SplinePlane,
    log: Float32Array,
    use: Float32Array,
    field: Float32Array,
    start: number,
    changes: Float64Array,
  ): void;

  /** Adds the used voxels' log - field to four histograms of bins + 1 values each, whose sum is the histogram. */
  addToLogHistogram(
    log: Float32Array,
    use: Float32Array,
    field: Float32Array,
    smallest: number,
    perBin: number,
    bins: number,
    histogram: Float64Array,
  ): void;

  /** points += what a plane's weighted residuals u - sharp(u), u = log - field, give to its control points. */
  gatherResidualPlane(
    log: Float32Array,
    use: Float32Array,
    field: Float32Array,
    start: number,
    plane: SplinePlane,
    sharpened: Sharpened,
    points: Float64Array,
  ): void;

  /** values *= exp(-b) over `rows` rows, b the log field of `plane`, |b| cut to `limit`. */
  scaleByField(values: Float32Array, rows: number, plane: FieldPlane, limit: number): void;
}

export function illuminationBy(memory: GrowableMemory, kernels: KernelExports): IlluminationKernels {
  const address = (name: string, array: ArrayBufferView & ArrayLike<number>, least: number): number => {
    if (array.length >= least) return addressOf(memory, name, array);
    throw new RangeError(`${name} has ${array.length} values, expected at least ${least}`);
  };
  const addressesOf = (plane: SplinePlane, points: Float64Array) => {
    const { starts, weights, samples, firstY, weightsY, rows, taps, line } = plane;
    const pointsX = starts.length + 2;
    expectStarts(starts, samples);
    expectLines(firstY, rows, taps, Math.floor(points.length / pointsX));
    return {
      points: address('points', points, pointsX),
      starts: address('starts', starts, 2),
      weights: address('weights', weights, 4 * samples + 2),
      firstY: address('firstY', firstY, rows),
      weightsY: address('weightsY', weightsY, taps * rows),
      line: address('line', line, pointsX),
    };
  };
  return {
    evaluateLogFieldPlane(points, plane, log, use, field, start, changes) {
      const { samples, rows, taps, starts } = plane;
      const at = addressesOf(plane, points);
      const [end, skipped] = [start + samples * rows, 4 * start];
      kernels.evaluateLogFieldPlane(
        at.points,
        at.firstY,
        at.weightsY,
        taps,
        rows,
        at.line,
        starts.length - 1,
        at.starts,
        at.weights,
        samples,
        address('log', log, end) + skipped,
        address('use', use, end) + skipped,
        address('field', field, end) + skipped,
        address('changes', changes, 8),
      );
    },
    addToLogHistogram(log, use, field, smallest, perBin, bins, histogram) {
      kernels.addToLogHistogram(
        address('log', log, 0),
        address('use', use, log.length),
        address('field', field, log.length),
        log.length,
        smallest,
        perBin,
        bins,
        address('histogram', histogram, 4 * (bins + 1)),
      );
    },
    gatherResidualPlane(log, use, field, start, plane, { expected, smallest, perBin, bins }, points) {
      const { samples, rows, taps, starts } = plane;
      const at = addressesOf(plane, points);
      const [end, skipped] = [start + samples * rows, 4 * start];
      kernels.gatherResidualPlane(
        address('log', log, end) + skipped,
        address('use', use, end) + skipped,
        address('field', field, end) + skipped,
        starts.length - 1,
        at.starts,
        at.weights,
        samples,
        at.firstY,
        at.weightsY,
        taps,
        rows,
        at.line,
        address('expected', expected, 2 * bins),
        smallest,
        perBin,
        bins,
        at.points,
      );
    },
    scaleByField(values, rows, { starts, t, firstY, weightsY, cubics }, limit) {
      const [columns, spans] = [t.length, starts.length - 1];
      expectStarts(starts, columns);
      expectLines(firstY, rows, 4, cubics.length / (4 * spans));
      kernels.scaleByField(
        address('values', values, columns * rows),
        columns,
        rows,
        spans,
        address('starts', starts, 2),
        address('t', t, columns),
        address('firstY', firstY, rows),
        address('weightsY', weightsY, 4 * rows),
        address('cubics', cubics, 0),
        limit,
      );
    },
  };
}

function expectStarts(starts: Int32Array, samples: number): void {
  let isSound = starts[0] === 0 && starts[starts.length - 1] === samples;
  for (let span = 1; span < starts.length; span++) isSound &&= starts[span]! >= starts[span - 1]!;
  if (!isSound) throw new RangeError(`spans begin at samples ${starts}, expected 0, rising to ${samples}`);
}

function expectLines(firstY: Int32Array, rows: number, taps: number, lines: number): void {
  for (let y = 0; y < rows; y++)
    if (!(firstY[y]! >= 0 && firstY[y]! + taps <= lines))
      throw new RangeError(
        `row ${y} leans on ${taps} lines from ${firstY[y]} on, expected lines below ${lines}`,
      );
}
