import { describe, expect, it } from 'vitest';
import { deviation, n4Cases } from '../../bench/illumination-data.ts';
import { n4Oracle } from '../../bench/n4-oracle.ts';
import { type Kernels, loadKernels } from '../../shared/kernels/kernels.ts';
import { type FloatImage, n4, n4Defaults } from '../../shared/numerics/n4/n4.ts';
import { seededRandom } from '../../shared/numerics/random.ts';
import { mean, standardDeviation } from '../../shared/numerics/statistics.ts';
import { runsAll } from '../long.ts';
import { sharedPath } from '../shared-data.ts';

const fixedRounds = { ...n4Defaults, levels: [4, 4], threshold: 0 };

/** Two kinds of tissue with noise, times a known smooth field. */
function tissue(shape: readonly number[], seed: number): { image: FloatImage; bias: Float64Array } {
  const random = seededRandom(seed);
  const [width = 1, height = 1] = shape;
  const length = shape.reduce((all, size) => all * size, 1);
  const bias = new Float64Array(length);
  const data = Float32Array.from({ length }, (_, i) => {
    const [x, y] = [(i % width) / width, (Math.floor(i / width) % height) / height];
    bias[i] = 0.3 * Math.sin(2 * x + y) - 0.2 * y;
    return (random() < 0.4 ? 900 : 300) * (1 + 0.05 * random()) * Math.exp(bias[i]!);
  });
  return { image: { data, shape }, bias };
}

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a, (value, i) => Math.abs(value - b[i]!)).reduce((most, value) => Math.max(most, value), 0);

/** With what another task of the thread left in their memory: as numbers, none. */
function usedKernels(): Kernels {
  const kernels = loadKernels();
  kernels.layout({ left: { type: 'uint8', length: 2 ** 20 } }).left.fill(255);
  return kernels;
}

describe('N4', () => {
  it.each([[[50]], [[24, 31]], [[9, 8, 7]], [[5, 1, 6]], [[1, 1]]])(
    'finds nothing in a constant image of %j',
    (shape) => {
      const data = new Float32Array(shape.reduce((all, size) => all * size, 1)).fill(712.25);
      const { field, rounds } = n4({ data, shape }, n4Defaults);
      expect(field.every((b) => b === 0)).toBe(true);
      expect(rounds).toEqual([0, 0, 0, 0]);
    },
  );

  it('takes a smooth field off two kinds of tissue', () => {
    const { image, bias } = tissue([60, 70], 2);
    const { field } = n4(image, n4Defaults);
    const left = standardDeviation(field.map((b, i) => b - bias[i]!));
    expect(left).toBeLessThan(0.25 * standardDeviation(bias));
  });

  it.each([[[40]], [[30, 33]], [[9, 5, 11]]])(
    'moves only the constant of its field when an image of %j is scaled',
    (shape) => {
      const { image } = tissue(shape, 3);
      const scaled = { data: image.data.map((value) => 7.3 * value), shape };
      const [plain, times] = [n4(image, fixedRounds), n4(scaled, fixedRounds)];
      const differences = plain.field.map((b, i) => b - times.field[i]!);
      expect(standardDeviation(differences)).toBeLessThan(1e-6);
      expect(Math.abs(mean(differences))).toBeLessThan(1e-5);
    },
  );

  it('uses label 1 only and never looks at the other voxels', () => {
    const { image } = tissue([30, 20], 4);
    const random = seededRandom(5);
    const labels = image.data.map(() => Math.floor(random() * 4));
    const spoiled = image.data.map((value, i) => (labels[i] === 1 ? value : Number.NaN));
    const byLabel = n4(image, { ...fixedRounds, mask: labels });
    const byOne = n4(
      { data: spoiled, shape: image.shape },
      { ...fixedRounds, mask: labels.map((label) => (label === 1 ? 1 : 0)) },
    );
    expect(byLabel.field).toEqual(byOne.field);
  });

  it('treats a weight of 0 as a mask and other equal weights as none', () => {
    const { image } = tissue([30, 20], 6);
    const mask = image.data.map((_, i) => (i % 3 === 0 ? 0 : 1));
    const masked = n4(image, { ...fixedRounds, mask });
    expect(n4(image, { ...fixedRounds, weights: mask }).field).toEqual(masked.field);
    const half = n4(image, { ...fixedRounds, weights: mask.map((used) => used / 2) });
    expect(largestDifference(half.field, masked.field)).toBeLessThan(1e-6);
  });

  it('gives a field of 0 where no voxel is used', () => {
    const { image } = tissue([8, 8], 7);
    const { field } = n4(image, { ...n4Defaults, mask: new Uint8Array(64) });
    expect(field.every((b) => b === 0)).toBe(true);
  });

  it('leaves out axes of one voxel', () => {
    const { image } = tissue([25, 22], 8);
    const flat = n4(image, fixedRounds);
    for (const shape of [
      [25, 22, 1],
      [1, 25, 22],
      [25, 1, 22],
    ]) {
      const result = n4({ data: image.data, shape }, fixedRounds);
      expect(result.field).toEqual(flat.field);
      expect(result.lattice.shape).toEqual(shape.map((size) => (size === 1 ? 1 : 5)));
    }
  });

  it.each([[[2, 9]], [[3, 2, 5]], [[4, 4, 4]]])('works on an image as small as %j', (shape) => {
    const { field } = n4(tissue(shape, 9).image, n4Defaults);
    expect(field.every(Number.isFinite)).toBe(true);
  });

  it.each([[[50]], [[24, 31]], [[19, 8, 7]], [[2, 5, 3]], [[5, 1, 4]]])(
    'finds the same field in an image of %j with kernels as with their oracles',
    (shape) => {
      const { image } = tissue(shape, 11);
      const mask = image.data.map((_, i) => (i % 5 === 3 ? 0 : 1));
      for (const stopRule of ['float64', 'itk-float32'] as const) {
        const options = { ...n4Defaults, mask, stopRule };
        expect(n4(image, options, usedKernels())).toEqual(n4(image, options, n4Oracle));
      }
    },
  );

  it('says what is wrong with its input', () => {
    const { image } = tissue([6, 5], 1);
    expect(() => n4(image, { ...n4Defaults, controlPoints: 3 })).toThrow(
      '3 control points, expected at least 4',
    );
    expect(() => n4({ data: image.data, shape: [6, 6] }, n4Defaults)).toThrow(
      'image of 30 voxels, expected 6 x 6 = 36',
    );
    expect(() => n4(image, { ...n4Defaults, mask: [1] })).toThrow('mask of 1 voxels');
    expect(() => n4({ data: image.data, shape: [6, 5, 1, 1] }, n4Defaults)).toThrow('4 axes');
    const data = image.data.with(7, Number.POSITIVE_INFINITY);
    expect(() => n4({ data, shape: [6, 5] }, n4Defaults)).toThrow('value of voxel (1, 1, 0) is Infinity');
  });
});

const directory = sharedPath('data', 'illumination');
/** Volumes take seconds each where the rounds are not few: `npm run test:all` runs them too. */
const isQuick = (name: string) => !(name.startsWith('brain') && name.endsWith('default'));
const cases = (directory === undefined ? [] : n4Cases(directory)).filter(
  ({ name }) => runsAll || isQuick(name),
);
const named = (ending: string) =>
  cases.filter(({ name }) => name.endsWith(ending)).map((one) => [one.name, one] as const);

describe.skipIf(directory === undefined)(
  'N4 against the fields of the reference (ILLUMINATION section 6)',
  () => {
    it.each(named('fixed10'))('agrees where the number of rounds is fixed: %s', (_, reference) => {
      const result = n4(reference.image, reference.options);
      const { rms, max } = deviation(reference, result);
      expect(rms).toBeLessThan(2e-4);
      expect(max).toBeLessThan(2e-3);
      expect(result.lattice.shape).toEqual(reference.image.shape.map(() => 11));
    });

    it.each(named('default'))('agrees with its own stop rule: %s', (_, reference) => {
      const { rms, max, correlation } = deviation(reference, n4(reference.image, reference.options));
      expect(rms).toBeLessThan(0.01);
      expect(max).toBeLessThan(0.05);
      expect(correlation).toBeGreaterThan(0.999);
    });

    it.each(named('default'))('does the same rounds with the reference stop rule: %s', (_, reference) => {
      const result = n4(reference.image, { ...reference.options, stopRule: 'itk-float32' });
      expect(result.rounds).toEqual(reference.referenceRounds);
      expect(deviation(reference, result).rms).toBeLessThan(2e-4);
    });
  },
);
