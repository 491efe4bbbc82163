/** Where tile b lies beside tile a: candidates with covariance and reliability, from one layer of planes (STITCHING section 2). */
import { axes, type Triple } from '../axes.ts';
import type { Candidate } from '../pairs.ts';
import { coarsePeaks, type Peak } from './coarse.ts';
import { distance, type FineSearch, type FineStage, fineStage, type Hope } from './fine.ts';
import type { FineEstimate, FineSide } from './fine-pass.ts';
import { leastLikeness, likeness } from './likeness.ts';
import type { NoiseModel, Pixels } from './noise-model.ts';
import { reliabilityOfBest, reliabilityOfFurther, significance } from './reliability.ts';
import { saturatedShare } from './saturation.ts';
import { binnedField, meanSquare } from './stabilise.ts';
import { type Correlator, type Workspace, workspaceFor } from './workspace.ts';

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
  /** Of the whole tiles, voxels. */
  readonly tileSize: Triple;
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
/** Noise alone gives up to 6. */
const leastScore = 7;
/** Voxels in x and y: neighbours no further apart are one tile twice, unless the stage says so. */
const stoodStill = 2;
/** Overlaps this long are binned 4 x 4 instead of 2 x 2 for the coarse stage: there is more than enough to correlate. */
const longOverlap = 1024;

export function alignPair(correlator: Correlator, input: PairInput): PairEstimate {
  const bin = Math.max(input.a.size[0], input.a.size[1]) >= longOverlap ? 4 : 2;
  const workspace = workspaceFor(correlator, [input.a.size, input.b.size], bin);
  const a = sideOf(workspace, input.a, input.noise, bin, workspace.buffers.binnedA);
  const b = sideOf(workspace, input.b, input.noise, bin, workspace.buffers.binnedB);
  const flat = Math.min(a.strip.size[2], b.strip.size[2]) < leastPlanes;
  const search: Triple = flat ? [input.search[0], input.search[1], 0] : input.search;
  // From offsets between tiles to offsets between strips.
  const origins = axes((i) => input.b.origin[i] - input.a.origin[i]);
  const nominal = axes((i) => input.nominal[i] + origins[i]);
  const peaks = coarsePeaks(workspace, a.binned, b.binned, bin, nominal, search).filter(
    ({ offset }) =>
      !isCopy(
        axes((i) => offset[i] - origins[i]),
        input,
      ),
  );
  const signal = Math.min(signalOf(workspace, a), signalOf(workspace, b));
  const stage = fineStage(workspace, a, b, flat);
  try {
    const found = refine(stage, hopeful(peaks, signal), bin).map((candidate) => ({
      ...candidate,
      saturated: saturatedShare(input.a, input.b, candidate.offset),
      offset: axes((i) => candidate.offset[i] - origins[i]),
    }));
    const candidates = rate(found);
    return {
      candidates,
      atSearchBorder: isAtBorder(candidates, input.nominal, search),
      signal,
    };
  } finally {
    stage.free();
  }
}

/** Also where tiles overlap by nearly all of their width, an offset of nothing is one tile seen twice: a stage that stood still. */
function isCopy(offset: Triple, { nominal }: PairInput): boolean {
  const isStill = (of: Triple): boolean => Math.max(Math.abs(of[0]), Math.abs(of[1])) <= stoodStill;
  return isStill(offset) && !isStill(nominal);
}

function sideOf(
  workspace: Workspace,
  tile: TileStrip,
  noise: NoiseModel,
  bin: 2 | 4,
  into: Float32Array,
): FineSide {
  const strip = { values: tile.values, size: tile.size, missingPlanes: new Set(tile.missingPlanes) };
  return { strip, noise, binned: binnedField(workspace, strip, noise, bin, into), bin };
}

const signalOf = (workspace: Workspace, side: FineSide): number =>
  meanSquare(workspace, side.binned, side.strip.missingPlanes);

interface Found extends FineEstimate {
  readonly T: number;
  readonly textureT: number;
  readonly coarseT: number;
  readonly ncc: number;
  readonly score: number;
}

interface HopefulPeak extends Peak {
  readonly hope: Hope;
}

/** False peaks cost most where overlaps are large; those less alike than any right pair are not refined, but for the best. */
function hopeful(peaks: readonly Peak[], signal: number): HopefulPeak[] {
  const isAlike = ({ ncc }: Peak): boolean => likeness(ncc, signal) >= leastLikeness;
  const hopeOf = (peak: Peak): Hope => (peak.score < leastScore ? 'prove' : 'search');
  return peaks.flatMap((peak, i) => {
    if (isAlike(peak)) return [{ ...peak, hope: hopeOf(peak) }];
    return i === 0 ? [{ ...peak, hope: 'glance' as const }] : [];
  });
}

function refine(stage: FineStage, peaks: readonly HopefulPeak[], bin: number): Found[] {
  const searched: (Found & FineSearch)[] = [];
  for (const peak of peaks) {
    const estimate = stage.search(peak.offset, peak.hope);
    if (estimate === undefined || distance(estimate.offset, estimate.from) >= stillMoving) continue;
    searched.push(withT(estimate, peak, bin));
  }
  const places = withoutRepeats(searched.sort((a, b) => b.textureT - a.textureT));
  const bestRho = places.reduce((best, { rho }) => Math.max(best, rho), 0);
  const finished = places.flatMap((candidate) => {
    if (candidate.givenUp || candidate.rho <= worthFinishing * bestRho) return [candidate];
    const estimate = stage.finish(candidate);
    return estimate === undefined ? [] : [withT(estimate, candidate, bin)];
  });
  return withoutRepeats(finished.sort((a, b) => b.textureT - a.textureT));
}

/** Candidates that end at the same place are one: the first of them. */
function withoutRepeats<Place extends { readonly offset: Triple }>(places: readonly Place[]): Place[] {
  return places.filter(
    (place, i) => !places.slice(0, i).some((other) => distance(other.offset, place.offset) <= samePlace),
  );
}

function withT<Estimate extends FineEstimate>(
  estimate: Estimate,
  { ncc, score }: { readonly ncc: number; readonly score: number },
  bin: number,
): Estimate & Found {
  const { rho, textureRho, voxels } = estimate;
  return {
    ...estimate,
    T: significance(rho, voxels / 2),
    textureT: significance(textureRho, voxels / 2),
    coarseT: significance(ncc, voxels / bin ** 2),
    ncc,
    score,
  };
}

/** @param found best first */
function rate(found: readonly (Found & { readonly saturated: number })[]): Candidate[] {
  const [best, next] = found;
  return found.map((candidate) => ({
    offset: [...candidate.offset],
    covariance: candidate.covariance.map((row) => [...row]) as Candidate['covariance'],
    rho: candidate.rho,
    T: candidate.T,
    textureT: candidate.textureT,
    ncc: candidate.ncc,
    score: candidate.score,
    reliability:
      candidate === best
        ? reliabilityOfBest(candidate, next?.textureT ?? 0)
        : reliabilityOfFurther(candidate, best!.textureT),
  }));
}

function isAtBorder([best]: readonly Candidate[], nominal: Triple, search: Triple): boolean {
  if (best === undefined) return false;
  return axes((i) => Math.abs(best.offset[i] - nominal[i]) - search[i]).some(
    (beyond, i) => search[i]! > 0 && beyond > -1,
  );
}
