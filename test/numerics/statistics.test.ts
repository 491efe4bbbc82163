import { describe, expect, it } from 'vitest';
import { seededRandom, shuffled } from '../../shared/numerics/random.ts';
import { robustScale, tukeyWeight } from '../../shared/numerics/robust.ts';
import { mean, median, quantile, standardDeviation } from '../../shared/numerics/statistics.ts';

describe('quantiles', () => {
  it('equal those of the sorted values, interpolated between ranks', () => {
    const random = seededRandom(7);
    for (let length = 1; length < 40; length++) {
      const values = Float32Array.from({ length }, () => Math.floor(random() * 12));
      const sorted = [...values].sort((a, b) => a - b);
      for (const q of [0, 0.1, 0.5, 0.9, 1]) {
        const rank = q * (length - 1);
        const [below, above] = [sorted[Math.floor(rank)]!, sorted[Math.ceil(rank)]!];
        expect(quantile(values, q)).toBeCloseTo(below + (rank % 1) * (above - below), 12);
      }
    }
  });

  it('do not change their input', () => {
    const values = [3, 1, 2];
    expect(median(values)).toBe(2);
    expect(values).toEqual([3, 1, 2]);
  });

  it('of nothing are NaN', () => {
    expect(median([])).toBeNaN();
  });
});

it('mean and standard deviation divide by N', () => {
  expect(mean([1, 2, 3, 6])).toBe(3);
  expect(standardDeviation([1, 2, 3, 6])).toBeCloseTo(Math.sqrt(14 / 4), 12);
});

describe('robust scale', () => {
  it('is the sd of normal residuals and hardly moved by outliers and gaps', () => {
    const random = seededRandom(3);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const residuals = Float32Array.from({ length: 20_000 }, (_, n) => (n % 20 === 0 ? 50 : 0.3 * normal()));
    expect(robustScale([residuals, Float32Array.of(Number.NaN)], 0.01)).toBeCloseTo(0.3 * 1.07, 1);
  });

  it('never falls below its floor', () => {
    expect(robustScale([new Float32Array(9)], 0.02)).toBe(0.02);
    expect(robustScale([], 0.02)).toBe(0.02);
  });

  it('gives residuals beyond 4.685 scales no weight', () => {
    expect([0, 4.685, -4.685, 100].map(tukeyWeight)).toEqual([1, 0, 0, 0]);
    expect(tukeyWeight(2)).toBe(tukeyWeight(-2));
  });
});

describe('seeded random numbers', () => {
  it('repeat with their seed and fill 0 to 1 evenly', () => {
    const draws = (seed: number) => {
      const random = seededRandom(seed);
      return Array.from({ length: 20_000 }, random);
    };
    expect(draws(1)).toEqual(draws(1));
    expect(draws(1)[0]).not.toBe(draws(2)[0]);
    expect(mean(draws(5))).toBeCloseTo(0.5, 2);
    expect(standardDeviation(draws(5))).toBeCloseTo(Math.sqrt(1 / 12), 2);
  });

  it('shuffle without losing anything', () => {
    const values = Array.from({ length: 50 }, (_, n) => n);
    const result = shuffled(values, seededRandom(9));
    expect(result).not.toEqual(values);
    expect(result.sort((a, b) => a - b)).toEqual(values);
  });
});
