/**
 * From the coarse stage's peaks to sub-voxel offsets (STITCHING section 2.4). A pass puts windows at an offset and asks the
 * phases where the tiles really fit; passes follow each other until windows and answer agree.
 */
import { axes, type Triple } from '../axes.ts';
import { deviations, mapMatrix } from '../symmetric.ts';
import { type FineEstimate, type FineSide, finePasses, type Pass } from './fine-pass.ts';
import { significance } from './reliability.ts';
import type { Workspace } from './workspace.ts';

/** What the search passes found: good enough to compare candidates. */
export interface FineSearch extends FineEstimate {
  /** Where the last pass put its windows. */
  readonly from: Triple;
  /** Only the strongest segments were looked at, and `voxels` are theirs: it is not worth finishing. */
  readonly givenUp: boolean;
}

/** What the coarse stage thinks of a place: `glance` where it cannot be right, `prove` where it may be noise. */
export type Hope = 'glance' | 'prove' | 'search';

export interface FineStage {
  search(start: Triple, hope: Hope): FineSearch | undefined;
  finish(search: FineSearch): FineEstimate | undefined;
  free(): void;
}

/** Passes begin with this many segments, the strongest; uncertain ones are repeated with this share of all. */
const leastSegments = 8;
const searchShare = 0.3;
const uncertain = 0.05;
/** Noise alone stays below. */
const noiseT = 4;
/** Segments are added until this deviation is predicted: a tenth of what placement may be wrong by, with room. */
const aimedDeviation = 0.01;
const mostSearchPasses = 4;
const farFromStart = 0.5;
const farInLastPass = 0.15;
const mostLastPasses = 3;
const lostInLastPasses = 1.5;
const pullProbe = 0.2;
const mostPull = 0.8;

/**
 * @param flat true where the stacks are too thin to be moved in z: planes are compared one by one
 */
export function fineStage(workspace: Workspace, a: FineSide, b: FineSide, flat: boolean): FineStage {
  const passes = finePasses(workspace, a, b, flat);
  return {
    search: (start, hope) => searchPasses(start, hope, passes.run),
    finish(search) {
      const pull = pullOf(search, passes.run);
      return pull && lastPasses(search, pull, passes.run);
    },
    free: passes.free,
  };
}

/** Largest difference along an axis. */
export const distance = (a: Triple, b: Triple): number => Math.max(...axes((i) => Math.abs(a[i] - b[i])));

const largestDeviation = (estimate: FineEstimate): number => Math.max(...deviations(estimate.covariance));

function searchPasses(start: Triple, hope: Hope, pass: Pass): FineSearch | undefined {
  let from = start;
  let segments = leastSegments;
  for (let count = 1; ; count++) {
    const estimate = pass(from, segments);
    if (estimate === undefined) return undefined;
    if (hope === 'glance') return givenUp(estimate, from);
    const share = Math.ceil(searchShare * estimate.allSegments);
    if (segments < share && largestDeviation(estimate) > uncertain) {
      const seen = givenUp(estimate, from);
      if (hope === 'prove' && significance(seen.rho, seen.voxels / 2) < noiseT) return seen;
      segments = share;
      continue;
    }
    if (distance(estimate.offset, from) < farFromStart || count >= mostSearchPasses)
      return { ...estimate, from, givenUp: false };
    from = estimate.offset;
  }
}

/** Strong segments say too much of the rest, so only they count. */
const givenUp = (estimate: FineEstimate, from: Triple): FineSearch => ({
  ...estimate,
  voxels: (estimate.voxels * estimate.segments) / estimate.allSegments,
  from,
  givenUp: true,
});

/**
 * Windows at a wrong offset draw the estimate towards it: by 0.03 of the error where there is texture of the size of
 * voxels, by half of it on smooth content in overlaps of 20 voxels. A pass elsewhere shows by how much, per axis.
 */
function pullOf(search: FineSearch, pass: Pass): Triple | undefined {
  const elsewhere = axes((i) => {
    const move = search.offset[i] - search.from[i];
    return search.from[i] + (Math.abs(move) < pullProbe ? (move < 0 ? -pullProbe : pullProbe) : move);
  });
  const second = pass(elsewhere, search.segments);
  return (
    second &&
    axes((i) => {
      const pull = (second.offset[i] - search.offset[i]) / (elsewhere[i] - search.from[i]);
      return Math.min(mostPull, Math.max(0, pull));
    })
  );
}

/** Undefined where the offset runs away, as on smooth edges: there is nothing to hold it. */
function lastPasses(search: FineSearch, pull: Triple, pass: Pass): FineEstimate | undefined {
  const found = released(search, search.from, pull);
  const needed = search.segments * (largestDeviation(found) / aimedDeviation) ** 2;
  const segments = Math.max(search.segments, Math.ceil(needed));
  let from = found.offset;
  for (let count = 1; distance(from, search.offset) < lostInLastPasses; count++) {
    const estimate = pass(from, segments, true);
    if (estimate === undefined) return undefined;
    const result = released(estimate, from, pull);
    if (distance(result.offset, from) <= farInLastPass || count === mostLastPasses) return result;
    from = result.offset;
  }
  return undefined;
}

/** The estimate without the pull towards where its windows were. */
function released(estimate: FineEstimate, from: Triple, pull: Triple): FineEstimate {
  const stretch = axes((i) => 1 / (1 - pull[i]));
  return {
    ...estimate,
    offset: axes((i) => from[i] + (estimate.offset[i] - from[i]) * stretch[i]),
    covariance: mapMatrix(estimate.covariance, (value, i, j) => value * stretch[i]! * stretch[j]!),
  };
}
