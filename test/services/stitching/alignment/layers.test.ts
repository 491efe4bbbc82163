import { describe, expect, it } from 'vitest';
import type { PairEstimate } from '../../../../services/stitching/alignment/align-pair.ts';
import { mergeLayers } from '../../../../services/stitching/alignment/layers.ts';
import type { Candidate } from '../../../../services/stitching/pairs.ts';

function candidate(x: number, variance: number, T: number, reliability: number): Candidate {
  return {
    offset: [x, 0, 0],
    covariance: [
      [variance, 0, 0],
      [0, variance, 0],
      [0, 0, variance],
    ],
    rho: 0.5,
    T,
    textureT: T,
    ncc: 0.5,
    score: 10,
    reliability,
  };
}

const estimate = (signal: number, ...candidates: Candidate[]): PairEstimate => ({
  candidates,
  atSearchBorder: false,
  signal,
});

const layered = (...estimates: PairEstimate[]) =>
  estimates.map((each, i) => ({ z0: 40 * i, z1: 40 * i + 32, estimate: each }));

describe('layers of one pair', () => {
  it('are averaged by their precision where they agree', () => {
    const merged = mergeLayers(
      layered(estimate(3, candidate(10, 0.01, 30, 0.9)), estimate(3, candidate(10.4, 0.03, 40, 0.8))),
    );
    const [best] = merged.candidates;
    const [first, second] = [1 / (4 * 0.01 + 0.0004), 1 / (4 * 0.03 + 0.0004)];
    expect(best!.offset[0]).toBeCloseTo((10 * first + 10.4 * second) / (first + second), 10);
    expect(best!.covariance[0][0]).toBeLessThan(0.01);
    expect(best!.T).toBeCloseTo(50, 10);
    expect(best!.reliability).toBe(0.9);
    expect(merged.layers.map(({ z0, z1, offset }) => [z0, z1, offset[0]])).toEqual([
      [0, 32, 10],
      [40, 72, 10.4],
    ]);
  });

  it('make the pair doubtful where one of them loudly says something else', () => {
    const merged = mergeLayers(
      layered(
        estimate(3, candidate(10, 0.01, 30, 0.9)),
        estimate(3, candidate(10.1, 0.01, 30, 0.9)),
        estimate(3, candidate(14, 0.01, 20, 0.9)),
        estimate(3, candidate(3, 0.01, 8, 0.1)),
      ),
    );
    expect(merged.candidates[0]!.offset[0]).toBeCloseTo(10.05, 10);
    expect(merged.candidates[0]!.reliability).toBeCloseTo(0.45, 10);
    expect(merged.candidates[1]!.offset[0]).toBe(14);
    expect(merged.candidates[1]!.reliability).toBe(0.3);
  });

  it('settle between two candidates of a layer by what the others say', () => {
    const merged = mergeLayers(
      layered(
        estimate(3, candidate(20, 0.01, 31, 0), candidate(10, 0.01, 30, 0.1)),
        estimate(3, candidate(10, 0.01, 30, 0.9)),
      ),
    );
    expect(merged.candidates[0]!.offset[0]).toBe(10);
  });

  it('without contrast have no say where others have it', () => {
    const merged = mergeLayers(
      layered(estimate(1.01, candidate(14, 0.01, 40, 0.9)), estimate(2, candidate(10, 0.01, 30, 0.9))),
    );
    expect(merged.candidates).toHaveLength(1);
    expect(merged.candidates[0]!.offset[0]).toBe(10);
  });

  it('leave a single layer as it is, and nothing as nothing', () => {
    const only = estimate(2, candidate(10, 0.01, 30, 0.9), candidate(4, 0.01, 12, 0.2));
    expect(mergeLayers(layered(only)).candidates).toEqual(only.candidates);
    expect(mergeLayers(layered(estimate(1), estimate(1))).candidates).toEqual([]);
  });
});
