/** What CloudReg's switches do to the sample, on a phantom whose true brightness is known. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Vec3 } from '../../shared/geometry/box.ts';
import { correctGrid, evenBrightness } from '../../shared/registration/corrections.ts';
import type { WeightedImage } from '../../shared/registration/levels.ts';
import { brightness, imageOf, sampleGrid } from './phantom.ts';

const truth = imageOf(sampleGrid, (um) => 50 + 400 * brightness(um));
const isTissue = truth.values.map((value) => (value > 150 ? 1 : 0));

const darkened = (by: (x: number, y: number, z: number) => number): WeightedImage => {
  const [nx, ny] = sampleGrid.size;
  const values = truth.values.map((value, i) => {
    const plane = Math.floor(i / nx);
    return value * by(i % nx, plane % ny, Math.floor(plane / ny));
  });
  return { ...truth, values };
};

/** In the tissue, of logarithms: a factor of brightness does not matter, one that changes over the volume does. */
function likenessToTruth({ values }: WeightedImage): number {
  const pairs = [...values].flatMap((value, i) =>
    isTissue[i] ? [[Math.log(value), Math.log(truth.values[i]!)] as const] : [],
  );
  const mean = (k: 0 | 1): number => pairs.reduce((sum, pair) => sum + pair[k], 0) / pairs.length;
  const [ma, mb] = [mean(0), mean(1)];
  const product = (k: 0 | 1, l: 0 | 1): number =>
    pairs.reduce((sum, pair) => sum + (pair[k] - [ma, mb][k]!) * (pair[l] - [ma, mb][l]!), 0);
  return product(0, 1) / Math.sqrt(product(0, 0) * product(1, 1));
}

describe('--grid-correction', () => {
  /** Every fifth row and column of tiles overlaps, and is a third darker. */
  const lattice = darkened((x, y) => (x % 5 === 0 ? 0.67 : 1) * (y % 5 === 0 ? 0.67 : 1));

  it('takes the lattice of tiles out', () => {
    expect(likenessToTruth(lattice)).toBeLessThan(0.85);
    expect(likenessToTruth(correctGrid(lattice))).toBeGreaterThan(0.9);
  });

  it('does not see what stands where nothing was recorded', () => {
    const weights = lattice.weights.map((_, i) => (i % 28 < 4 ? 0 : 1));
    const other = lattice.values.map((value, i) => (weights[i] ? value : 1e6));
    const [a, b] = [lattice.values, other].map((values) => correctGrid({ ...lattice, values, weights }));
    expect(weights.findIndex((weight, i) => weight > 0 && a!.values[i] !== b!.values[i])).toBe(-1);
  });
});

describe('--bias-correction', () => {
  /** Grey and white matter, in front of little, with light that falls off to one side. */
  const kindAt = ([x, y, z]: Vec3): number => {
    if (Math.hypot(x / 2400, y / 1900, z / 2100) > 1) return 30;
    return Math.sin(x / 260) * Math.sin(y / 300) * Math.sin(z / 280) > 0.3 ? 360 : 200;
  };
  const slope = imageOf(sampleGrid, (um) => kindAt(um) * (1 + (0.15 * um[0]) / 2000));
  const kinds = imageOf(sampleGrid, kindAt).values;

  /** How much brighter grey matter is on the bright side, against white over grey matter: 0 where light is even. */
  function unevenness({ values }: WeightedImage): number {
    const mean = (kind: number, isRight?: boolean): number => {
      const own = [...values].filter((_, i) => {
        const x = i % sampleGrid.size[0];
        return kinds[i] === kind && (isRight === undefined || (isRight ? x >= 20 : x < 8));
      });
      return own.reduce((sum, value) => sum + Math.log(value), 0) / own.length;
    };
    return (mean(200, true) - mean(200, false)) / (mean(360) - mean(200));
  }

  let gaps: WeightedImage;
  beforeAll(() => {
    gaps = evenBrightness(slope, 'gaps');
  });

  it('evens out light that falls off to one side', () => {
    expect(unevenness(slope)).toBeGreaterThan(0.3);
    expect(unevenness(gaps)).toBeLessThan(0.5 * unevenness(slope));
  });

  it('takes ten rounds in place of twenty where nothing is missing, as CloudReg does', () => {
    const whole = evenBrightness(slope, 'whole');
    expect(Math.abs(unevenness(whole))).toBeLessThan(0.5 * unevenness(slope));
    expect(unevenness(whole)).not.toBe(unevenness(gaps));
  });

  it('does not see what stands where nothing was recorded', () => {
    const weights = slope.weights.map((_, i) => (i % 28 < 4 ? 0 : 1));
    const other = slope.values.map((value, i) => (weights[i] ? value : 1e6));
    const [a, b] = [slope.values, other].map((values) =>
      evenBrightness({ ...slope, values, weights }, 'gaps'),
    );
    expect(weights.findIndex((weight, i) => weight > 0 && a!.values[i] !== b!.values[i])).toBe(-1);
  });

  it('takes an image that is black for the most part', () => {
    const black = { ...truth, values: truth.values.map((value) => (value < 150 ? 0 : value)) };
    expect(evenBrightness(black, 'whole').values.every(Number.isFinite)).toBe(true);
  });
});
