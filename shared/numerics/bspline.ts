/**
 * Uniform cubic B-splines on lattices of control points (ILLUMINATION sections 1.2 to 1.4). A lattice of n points along
 * an axis has s = n - 3 spans; the parameter p runs from 0 to s over the spline's domain; p leans on the points
 * k .. k + 3, k = floor p, with the weights B3(p - k - j + 1), j = 0..3. Arrays are x fastest.
 */

/** Control points of a spline of one to three axes, x fastest. */
export interface SplineLattice {
  readonly data: Float64Array;
  /** Control points per axis, x first. An axis with one point does not vary. */
  readonly shape: readonly number[];
}

/** Where the samples of one axis lie on the spline: sample i leans on points first[i] .. first[i] + taps - 1. */
export interface SplineAxis {
  readonly samples: number;
  readonly points: number;
  /** 4, or 1 for an axis of one point. */
  readonly taps: number;
  readonly first: Int32Array;
  /** `taps` weights a sample. */
  readonly weights: Float64Array;
}

const cubic = 3;
/** Share of a sample's distance by which the last sample is pulled in, as the reference implementation of N4 does. */
const pulledIn = 0.001;

/** The cubic B-spline's kernel: two thirds at 0, nothing beyond 2. */
function cubicKernel(x: number): number {
  const d = Math.abs(x);
  if (d < 1) return (4 - 6 * d * d + 3 * d * d * d) / 6;
  return d < 2 ? (2 - d) ** 3 / 6 : 0;
}

/** The centres of `samples` voxels: the first is the domain's start, the last (pulled in a little) its end. */
export function gridAxis(samples: number, points: number): SplineAxis {
  return axisThrough(
    Float64Array.from({ length: samples }, (_, i) => i),
    samples,
    points,
  );
}

/** Samples at any places of a grid of `gridSamples` voxels, in voxels; places outside are clamped to its ends. */
export function axisThrough(places: Float64Array, gridSamples: number, points: number): SplineAxis {
  const samples = places.length;
  if (points === 1 || gridSamples === 1) return constantAxis(samples);
  const spans = points - cubic;
  const end = spans - (pulledIn * spans) / (gridSamples - 1);
  const first = new Int32Array(samples);
  const weights = new Float64Array(4 * samples);
  for (let i = 0; i < samples; i++) {
    const p = Math.min(end, Math.max(0, (places[i]! * spans) / (gridSamples - 1)));
    const k = Math.floor(p);
    first[i] = k;
    for (let j = 0; j < 4; j++) weights[4 * i + j] = cubicKernel(p - k - j + 1);
  }
  return { samples, points, taps: 4, first, weights };
}

const constantAxis = (samples: number): SplineAxis => ({
  samples,
  points: 1,
  taps: 1,
  first: new Int32Array(samples),
  weights: new Float64Array(samples).fill(1),
});

/** The same number of axes for every dimension: those that an image lacks have one sample and one point. */
export function threeAxes(axes: readonly SplineAxis[]): readonly [SplineAxis, SplineAxis, SplineAxis] {
  const [x = constantAxis(1), y = constantAxis(1), z = constantAxis(1)] = axes;
  return [x, y, z];
}

/**
 * Calls `take` for every row of samples, in raster order, with the spline's values and the index of its first sample.
 * The row is used again for the next one. z and y are contracted once a row, so that a sample costs four products.
 */
export function forEachSplineRow(
  lattice: SplineLattice,
  axes: readonly SplineAxis[],
  take: (row: Float64Array, start: number) => void,
): void {
  const [x, y] = threeAxes(axes);
  const plane = new Float64Array(x.points * y.points);
  const line = new Float64Array(x.points);
  const row = new Float64Array(x.samples);
  forEachSplinePlane(lattice, axes, plane, (start) => {
    for (let j = 0; j < y.samples; j++) {
      contractOuter(plane, y, j, line);
      contractRow(line, x, row);
      take(row, start + j * x.samples);
    }
  });
}

/** The same before x and y are contracted: for every plane of samples, `plane` holds the control points it leans on. */
export function forEachSplinePlane(
  lattice: SplineLattice,
  axes: readonly SplineAxis[],
  plane: Float64Array,
  take: (start: number) => void,
): void {
  const [x, y, z] = threeAxes(axes);
  for (let k = 0; k < z.samples; k++) {
    contractOuter(lattice.data, z, k, plane);
    take(k * y.samples * x.samples);
  }
}

/** The spline at every sample, in raster order. */
export function evaluateSpline(lattice: SplineLattice, axes: readonly SplineAxis[]): Float64Array {
  const values = new Float64Array(axes.reduce((count, axis) => count * axis.samples, 1));
  forEachSplineRow(lattice, axes, (row, start) => values.set(row, start));
  return values;
}

/** out = sum over the taps of sample `index` of weight x slab, a slab being all points with one index on this axis. */
function contractOuter(points: Float64Array, axis: SplineAxis, index: number, out: Float64Array): void {
  out.fill(0);
  for (let tap = 0; tap < axis.taps; tap++) {
    const weight = axis.weights[index * axis.taps + tap]!;
    const slab = (axis.first[index]! + tap) * out.length;
    for (let i = 0; i < out.length; i++) out[i] = out[i]! + weight * points[slab + i]!;
  }
}

function contractRow(line: Float64Array, { first, weights, taps }: SplineAxis, row: Float64Array): void {
  if (taps === 1) {
    row.fill(line[0]!);
    return;
  }
  for (let i = 0, w = 0; i < row.length; i++, w += 4) {
    const k = first[i]!;
    row[i] =
      weights[w]! * line[k]! +
      weights[w + 1]! * line[k + 1]! +
      weights[w + 2]! * line[k + 2]! +
      weights[w + 3]! * line[k + 3]!;
  }
}

/** The same spline on a lattice with every span halved: n points become 2n - 3. Exact. Axes of one point stay. */
export function refineLattice(lattice: SplineLattice): SplineLattice {
  return lattice.shape.reduce<SplineLattice>((refined, _, axis) => refineAxis(refined, axis), lattice);
}

function refineAxis({ data, shape }: SplineLattice, axis: number): SplineLattice {
  const points = shape[axis]!;
  if (points === 1) return { data, shape };
  const finer = 2 * points - cubic;
  const inner = product(shape.slice(0, axis));
  const outer = product(shape.slice(axis + 1));
  const out = new Float64Array(inner * finer * outer);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const at = (k: number) => data[(o * points + k) * inner + i]!;
      for (let k = 0; k < finer; k++) {
        const c = k >> 1;
        out[(o * finer + k) * inner + i] =
          k % 2 === 0 ? (at(c) + at(c + 1)) / 2 : (at(c) + 6 * at(c + 1) + at(c + 2)) / 8;
      }
    }
  }
  return { data: out, shape: shape.map((count, other) => (other === axis ? finer : count)) };
}

const product = (counts: readonly number[]): number => counts.reduce((all, count) => all * count, 1);
