/** Pairs as alignment and placement write them, from the few facts a test is about. */
import type { Candidate, Pair, Pairs } from '../../../../services/stitching/pairs.ts';

type Triple = [number, number, number];

export function candidate(offset: Triple, change: Partial<Candidate> = {}): Candidate {
  return {
    offset,
    covariance: [
      [1e-4, 0, 0],
      [0, 1e-4, 0],
      [0, 0, 1e-4],
    ],
    rho: 0.8,
    T: 60,
    textureT: 50,
    ncc: 0.7,
    score: 30,
    reliability: 0.98,
    ...change,
  };
}

/** A used pair that was measured exactly at `offset`. */
export function usedPair(a: number, b: number, axis: 'x' | 'y', offset: Triple): Pair {
  const best = candidate(offset);
  return {
    a,
    b,
    axis,
    nominal: offset,
    candidates: [best],
    layers: [],
    atSearchBorder: false,
    chosen: 0,
    reliability: best.reliability,
    weight: 1,
    residual: [0, 0, 0],
    status: 'used',
  };
}

export const rejectedPair = (pair: Pair, offset: Triple, reliability = 0.97): Pair => ({
  ...pair,
  candidates: [candidate(offset, { reliability })],
  chosen: null,
  reliability,
  weight: 0,
  status: 'rejected',
});

export const featurelessPair = (pair: Pair): Pair => ({
  ...pair,
  candidates: [],
  chosen: null,
  reliability: 0,
  weight: 0,
  status: 'no-signal',
});

export const pairsFileOf = (pairs: readonly Pair[]): Pairs => ({
  format: 'cloudreg-pairs/1',
  channel: 0,
  search: [60, 60, 20],
  noise: { background: 110, readVariance: 10, gain: 1 },
  pairs: [...pairs],
});
