/** Where tile b lies beside tile a: candidates with covariance and reliability, from one layer of planes (STITCHING section 2). */
import type { Fourier } from '../../../shared/numerics/fft.ts';
import type { Candidate } from '../pairs.ts';
import { axes, type Triple } from '../axes.ts';
import { coarsePeaks, type Peak } from './coarse.ts';
import { type FineEstimate, type FineSide, type FineStage, fineStage } from './fine.ts';
import type { NoiseModel, Pixels } from './noise-model.ts';
import { reliabilityOfBest, reliabilityOfFurther } from './reliability.ts';
import { binnedField, meanSquare, stabiliser } from './stabilise.ts';

/** A box of a tile's voxels as stored, [z][y][x]: the border that the neighbour may overlap. */
export interface TileStrip {
  readonly values: Pixels;
  readonly size: Triple;
  /** Voxel of the tile where the strip starts. */
  readonly origin: Triple;
  /** Planes of the strip that are missing, counted from its first. */
  readonly missingPlanes?: readonly number[];
}

export interface PairInput {
  readonly a: TileStrip;
  readonly b: TileStrip;
  /** position(b) - position(a) as the stage says. */
  readonly nominal: Triple;
  /** The offset lies within this many voxels of the nominal one, per axis. */
  readonly search: Triple;
  readonly noise: NoiseModel;
}

export interface PairEstimate {
  /** Best first; empty where nothing was found. */
  readonly candidates: readonly Candidate[];
  /** The best candidate ends where the search does: the truth may lie beyond. */
  readonly atSearchBorder: boolean;
  /** Mean square of the high-passed strips, the smaller of both; noise alone gives 1. */
  readonly signal: number;
}

/** Stacks of fewer planes cannot be moved in z. */
const leastPlanes = 6;
/** Candidates that still move this far have not found a peak. */
const stillMoving = 1.9;
const samePlace = 1.5;
const worthFinishing = 0.75;

/** Overlaps this long are binned 4 x 4 instead of 2 x 2 for the coarse stage: there is more than enough to correlate. */
const longOverlap = 1024;

export function alignPair(fourier: Fourier, input: PairInput): PairEstimate {
  const bin = Math.max(input.a.size[0], input.a.size[1]) >= longOverlap ? 4 : 2;
  const a = sideOf(input.a, input.noise, bin);
  const b = sideOf(input.b, input.noise, bin);
  const flat = Math.min(a.strip.size[2], b.strip.size[2]) < leastPlanes;
  const search: Triple = flat ? [input.search[0], input.search[1], 0] : input.search;
  // From offsets between tiles to offsets between strips.
  const origins = axes((i) => input.b.origin[i] - input.a.origin[i]);
  const nominal = axes((i) => input.nominal[i] + origins[i]);
  const peaks = coarsePeaks(fourier, a.binned, b.binned, bin, nominal, search);
  const stage = fineStage(fourier, a, b, flat);
  try {
    const found = refine(stage, peaks).map((candidate) => ({
      ...candidate,
      offset: axes((i) => candidate.offset[i] - origins[i]),
    }));
    const candidates = rate(found);
    return {
      candidates,
      atSearchBorder: isAtBorder(candidates, input.nominal, search),
      signal: Math.min(signalOf(a), signalOf(b)),
    };
  } finally {
    stage.free();
  }
}

function sideOf(tile: TileStrip, noise: NoiseModel, bin: 2 | 4): FineSide {
  const strip = { values: tile.values, size: tile.size, missingPlanes: new Set(tile.missingPlanes) };
  const stabilise = stabiliser(tile.values, noise);
  return { strip, stabilise, binned: binnedField(strip, stabilise, bin), bin };
}

const signalOf = (side: FineSide): number => side.bin ** 2 * meanSquare(side.binned, side.strip.missingPlanes);

interface Found extends FineEstimate {
  readonly T: number;
  readonly ncc: number;
  readonly score: number;
}

function refine(stage: FineStage, peaks: readonly Peak[]): Found[] {
  const searched: Found[] = [];
  for (const peak of peaks) {
    const estimate = stage.search(peak.offset);
    if (estimate === undefined || estimate.moved >= stillMoving) continue;
    if (searched.some((other) => isSamePlace(other, estimate))) continue;
    searched.push(withT(estimate, peak));
  }
  const bestRho = searched.reduce((best, { rho }) => Math.max(best, rho), 0);
  return searched.flatMap((candidate) => {
    if (candidate.rho <= worthFinishing * bestRho) return [candidate];
    const finished = stage.finish(candidate.offset);
    return finished === undefined ? [] : [withT(finished, candidate)];
  });
}

const isSamePlace = (a: FineEstimate, b: FineEstimate): boolean =>
  Math.max(...axes((i) => Math.abs(a.offset[i] - b.offset[i]))) <= samePlace;

function withT(estimate: FineEstimate, { ncc, score }: { ncc: number; score: number }): Found {
  const T = Math.atanh(Math.min(estimate.rho, 0.999999)) * Math.sqrt(estimate.voxels / 2);
  return { ...estimate, T, ncc, score };
}

function rate(found: readonly Found[]): Candidate[] {
  const sorted = [...found].sort((a, b) => b.T - a.T);
  const [best, next] = sorted;
  return sorted.map((candidate) => ({
    offset: [...candidate.offset],
    covariance: candidate.covariance.map((row) => [...row]) as Candidate['covariance'],
    rho: candidate.rho,
    T: candidate.T,
    ncc: candidate.ncc,
    score: candidate.score,
    reliability:
      candidate === best
        ? reliabilityOfBest(candidate, next?.T ?? 0)
        : reliabilityOfFurther(candidate, best!.T),
  }));
}

function isAtBorder([best]: readonly Candidate[], nominal: Triple, search: Triple): boolean {
  if (best === undefined) return false;
  return axes((i) => Math.abs(best.offset[i] - nominal[i]) - search[i]).some(
    (beyond, i) => search[i]! > 0 && beyond > -1,
  );
}
