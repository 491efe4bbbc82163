/** Pairs as placement leaves them. */
import type { Pair, Pairs } from '../../../../services/stitching/pairs.ts';
import type { Vec3 } from '../../../../shared/geometry/box.ts';

export const pairOf = (pair: Pick<Pair, 'a' | 'b' | 'axis' | 'nominal' | 'status'>, offset: Vec3): Pair => ({
  ...pair,
  candidates: [
    {
      offset: [...offset],
      covariance: [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
      ...{ rho: 0.5, T: 100, textureT: 80, ncc: 0.4, score: 9, reliability: 0.75 },
    },
  ],
  layers: [],
  atSearchBorder: false,
  chosen: pair.status === 'used' ? 0 : null,
  reliability: 0.75,
  weight: 1,
  residual: [0, 0, 0],
});

export const pairsOf = (pairs: readonly Pair[]): Pairs => ({
  format: 'cloudreg-pairs/1',
  channel: 2,
  search: [60, 50, 5],
  noise: { background: 100, readVariance: 1, gain: 1 },
  pairs: [...pairs],
});
