/** How far an estimate can be trusted, 0..1 (STITCHING section 2.5): it is seen at all, alone, and sharply. */
import { deviations, type Matrix3 } from '../symmetric.ts';

const clip = (value: number): number => Math.min(1, Math.max(0, value));

/** Keeps T finite where two strips are the same. */
const mostCorrelation = 0.999999;

/** T: a correlation in deviations of what chance gives. */
export const significance = (correlation: number, samples: number): number =>
  Math.atanh(Math.min(Math.max(correlation, -mostCorrelation), mostCorrelation)) * Math.sqrt(samples);

/** Noise alone stays below T = 4; from 12 on the peak is beyond doubt. */
const leastT = 6;
/** What T of a second candidate is set to where there is none. */
const noiseT = 5;
const sharpDeviation = 0.25;

/**
 * Share of all correlation that must come from above the lowest frequencies. Smooth edges of the sample correlate well
 * wherever they lie: theirs is 0.17 at most, that of right pairs 0.39 and more (STITCHING's rows C to K, 20 seeds of E).
 */
const leastTextureShare = 0.2;
const enoughTextureShare = 0.3;

/** An overlap of which so much is not saturated is as good as any. */
const leastExposed = 0.9;

interface Seen {
  readonly T: number;
  readonly textureT: number;
  /** The same measure of the coarse stage's correlation, which still holds what is smooth. */
  readonly coarseT: number;
  readonly covariance: Matrix3;
  /** Share of the overlap that is saturated in either tile. */
  readonly saturated: number;
}

const detection = ({ T }: Seen): number => clip((T - leastT) / leastT);

function texture({ T, textureT, coarseT }: Seen): number {
  const share = textureT / Math.max(T, coarseT);
  return clip((share - leastTextureShare) / (enoughTextureShare - leastTextureShare));
}

const precision = ({ covariance }: Seen): number =>
  1 / (1 + (Math.max(...deviations(covariance)) / sharpDeviation) ** 2);

/**
 * Of 151 pairs of which less than 80 % was saturated, cut from real and procedural volumes in 20 to 4,000 times their light,
 * two were off by more than half a voxel (at 23 and 40 %). Above 90 %, 19 of 53 were that all else would have trusted.
 */
const exposure = ({ saturated }: Seen): number => clip((1 - saturated) / leastExposed);

const seen = (candidate: Seen): number =>
  detection(candidate) * texture(candidate) * precision(candidate) * exposure(candidate);

/** @param next textureT of the best candidate elsewhere, 0 where there is none */
export const reliabilityOfBest = (best: Seen, next: number): number =>
  seen(best) * clip((best.textureT / Math.max(next, noiseT) - 1.1) / 0.4);

/**
 * A further candidate can never be used by itself; loops may ask for it.
 *
 * @param best textureT of the best candidate
 */
export const reliabilityOfFurther = (candidate: Seen, best: number): number =>
  seen(candidate) * 0.3 * clip((candidate.textureT / best - 0.4) / 0.6);
