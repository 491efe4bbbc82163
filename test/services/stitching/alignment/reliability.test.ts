import { describe, expect, it } from 'vitest';
import {
  reliabilityOfBest,
  reliabilityOfFurther,
} from '../../../../services/stitching/alignment/reliability.ts';

const covariance = (variance: number) =>
  [
    [variance, 0, 0],
    [0, variance, 0],
    [0, 0, variance],
  ] as const;

const clear = { T: 100, textureT: 80, coarseT: 90, covariance: covariance(0.0001), saturated: 0 };

describe('reliability', () => {
  it('is near 1 for a clear, single, sharp peak', () => {
    expect(reliabilityOfBest(clear, 0)).toBeGreaterThan(0.99);
  });

  it('is 0 where noise could be as good', () => {
    expect(reliabilityOfBest({ ...clear, T: 6, textureT: 5, coarseT: 5 }, 0)).toBe(0);
  });

  it('falls with a second place that fits as well', () => {
    expect(reliabilityOfBest(clear, 60)).toBeGreaterThan(0.5);
    expect(reliabilityOfBest(clear, 75)).toBe(0);
  });

  it('falls with the share of the overlap that is saturated', () => {
    const rated = (saturated: number) => reliabilityOfBest({ ...clear, saturated }, 0);
    expect(rated(0.05)).toBe(rated(0));
    expect(rated(0.55)).toBeCloseTo(rated(0) / 2, 6);
    // What placement takes part from.
    expect(rated(0.88)).toBeLessThan(0.15);
    expect(rated(1)).toBe(0);
  });

  it('falls with the largest deviation along an axis', () => {
    expect(reliabilityOfBest({ ...clear, covariance: covariance(0.25 ** 2) }, 0)).toBeCloseTo(0.5, 10);
  });

  it('is 0 where only the lowest frequencies agree, in the fine or in the coarse stage', () => {
    expect(reliabilityOfBest({ ...clear, textureT: 20 }, 0)).toBe(0);
    expect(reliabilityOfBest({ ...clear, textureT: 25 }, 0)).toBeGreaterThan(0);
    expect(reliabilityOfBest({ ...clear, coarseT: 400 }, 0)).toBe(0);
  });

  it('of a further candidate is never enough to be used by itself unasked', () => {
    expect(reliabilityOfFurther(clear, 80)).toBeLessThanOrEqual(0.3);
    expect(reliabilityOfFurther(clear, 200)).toBe(0);
  });
});
