import { describe, expect, it } from 'vitest';
import {
  axisThrough,
  evaluateSpline,
  gridAxis,
  refineLattice,
  type SplineLattice,
} from '../../shared/numerics/bspline.ts';
import { fitLattice, gatherValues, prepareFit } from '../../shared/numerics/n4/fit.ts';
import { seededRandom } from '../../shared/numerics/random.ts';

const product = (counts: readonly number[]) => counts.reduce((all, count) => all * count, 1);

function randomLattice(shape: readonly number[], seed: number): SplineLattice {
  return { data: Float64Array.from({ length: product(shape) }, seededRandom(seed)), shape };
}

const axesOf = (imageShape: readonly number[], points: readonly number[]) =>
  imageShape.map((size, axis) => gridAxis(size, points[axis]!));

describe('cubic splines', () => {
  it('are exact for constants and straight lines', () => {
    const line = { data: Float64Array.from([-1, 0, 1, 2, 3, 4]), shape: [6] };
    const values = evaluateSpline(line, [gridAxis(31, 6)]);
    for (const [i, value] of values.entries()) expect(value).toBeCloseTo(i === 30 ? 2.9999 : i / 10, 9);
    const constant = { data: new Float64Array(30).fill(2.5), shape: [5, 6] };
    for (const value of evaluateSpline(constant, axesOf([7, 9], [5, 6]))) expect(value).toBeCloseTo(2.5, 12);
  });

  it('stay what they are when their lattice is refined', () => {
    for (const [imageShape, points] of [
      [[19], [4]],
      [
        [19, 1],
        [4, 1],
      ],
      [
        [12, 17],
        [5, 7],
      ],
      [
        [6, 5, 9],
        [4, 4, 5],
      ],
    ] as const) {
      const lattice = randomLattice(points, 5);
      const finer = refineLattice(lattice);
      expect(finer.shape).toEqual(points.map((n) => (n === 1 ? 1 : 2 * n - 3)));
      const before = evaluateSpline(lattice, axesOf(imageShape, lattice.shape));
      const after = evaluateSpline(finer, axesOf(imageShape, finer.shape));
      for (const [i, value] of before.entries()) expect(Math.abs(after[i]! - value)).toBeLessThan(1e-6);
    }
  });

  it('take places off the grid, and keep their end values outside', () => {
    const lattice = randomLattice([6], 8);
    const [first = 0, , third = 0] = evaluateSpline(lattice, [gridAxis(40, 6)]);
    const places = Float64Array.from([-3, 0, 2]);
    const values = evaluateSpline(lattice, [axisThrough(places, 40, 6)]);
    expect([...values]).toEqual([first, first, third]);
  });
});

/** The definition of section 1.2, voxel by voxel over its 4^D points. */
function plainFit(
  shape: readonly number[],
  points: readonly number[],
  weights: number[],
  residuals: number[],
) {
  const axes = axesOf(shape, points);
  const delta = new Float64Array(product(points));
  const omega = new Float64Array(product(points));
  for (let voxel = 0; voxel < weights.length; voxel++) {
    const touched: { point: number; t: number }[] = [{ point: 0, t: 1 }];
    let [rest, stride] = [voxel, 1];
    for (const [d, axis] of axes.entries()) {
      const index = rest % shape[d]!;
      rest = Math.floor(rest / shape[d]!);
      for (const { point, t } of touched.splice(0)) {
        for (let tap = 0; tap < axis.taps; tap++)
          touched.push({
            point: point + (axis.first[index]! + tap) * stride,
            t: t * axis.weights[index * axis.taps + tap]!,
          });
      }
      stride *= points[d]!;
    }
    const squares = touched.reduce((sum, { t }) => sum + t * t, 0);
    for (const { point, t } of touched) {
      delta[point]! += (weights[voxel]! * t ** 3 * residuals[voxel]!) / squares;
      omega[point]! += weights[voxel]! * t * t;
    }
  }
  return delta.map((sum, c) => (omega[c] === 0 ? 0 : sum / omega[c]!));
}

describe('the separable fit', () => {
  it.each([
    [[9], [5]],
    [
      [2, 3],
      [4, 7],
    ],
    [
      [5, 1, 4],
      [4, 1, 5],
    ],
    [
      [1, 4],
      [1, 4],
    ],
    [
      [5, 2, 3],
      [11, 4, 5],
    ],
  ])('of an image of %j on %j points equals its definition', (shape, points) => {
    const random = seededRandom(21);
    const weights = Array.from({ length: product(shape) }, () => (random() < 0.3 ? 0 : random()));
    const residuals = weights.map(() => random() - 0.5);
    const fit = prepareFit(axesOf(shape, points), weights);
    const weighted = weights.map((weight, i) => weight * residuals[i]!);
    const found = fitLattice(fit, gatherValues(fit.shares, weighted));
    for (const [c, value] of plainFit(shape, points, weights, residuals).entries())
      expect(found[c]).toBeCloseTo(value, 12);
  });
});
