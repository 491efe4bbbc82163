/** From measured pairs to positions of all tiles (STITCHING section 2.7). */
import { median } from '../../../shared/numerics/statistics.ts';
import { axes, type Triple } from '../axes.ts';
import type { Candidate, Pair, PairStatus } from '../pairs.ts';
import { components } from './components.ts';
import { tileDeviations } from './deviations.ts';
import { linkOf } from './links.ts';
import { type CheckedLink, checkedSolution, type Verdict } from './loops.ts';
import { type Ties, tieWeights } from './solve.ts';
import { correctedNominal, type StageCorrection, stageCorrection } from './stage-correction.ts';
import { type GridTile, type TileGrid, tileGrid } from './tile-grid.ts';

/** What alignment found between neighbours; `a` and `b` are LOC numbers. */
export type MeasuredPair = Pick<
  Pair,
  'a' | 'b' | 'axis' | 'nominal' | 'candidates' | 'layers' | 'atSearchBorder'
>;

export interface PlacedTile extends GridTile {
  /** With its sub-voxel part; the smallest corner of all tiles is 0. */
  readonly position: Triple;
  /** Within its component; half the search range where it rests on the stage alone. */
  readonly sd: Triple;
  /** Tiles joined by used pairs have the same number. */
  readonly component: number;
  readonly source: 'pairs' | 'stage';
}

export interface TilePlacement {
  /** By ascending LOC. */
  readonly tiles: readonly PlacedTile[];
  /** By ascending LOC of a, then b. */
  readonly pairs: readonly Pair[];
  readonly stageCorrection: StageCorrection;
  /** Components of more than one tile. */
  readonly components: number;
  /** Where the volume's first voxel lies in the nominal frame: the rounded median of nominal - position. */
  readonly volumeOriginVoxel: Triple;
  readonly statistics: PlacementStatistics;
}

export interface PlacementStatistics {
  readonly pairs: number;
  readonly used: number;
  readonly rejected: number;
  readonly ambiguous: number;
  readonly noSignal: number;
  readonly residualMax: Triple;
  readonly residualRms: Triple;
}

/** A pair takes part from this reliability. */
const leastReliability = 0.15;
/** Below this T there is nothing but noise. */
const noiseT = 6;

/**
 * The order of tiles and pairs given does not matter: sums run in the order of the grid.
 *
 * @param search voxels around the nominal offset in which pairs were sought
 */
export function placeTiles(
  tiles: readonly GridTile[],
  measured: readonly MeasuredPair[],
  search: Triple,
): TilePlacement {
  const grid = tileGrid(tiles);
  const pairs = [...measured].sort((p, q) => p.a - q.a || p.b - q.b);
  const correction = stageCorrection(pairs.flatMap(evidenceOf));
  const ties: Ties = {
    pairs: grid.neighbours,
    positions: grid.tiles.map((tile) => correctedNominal(tile, correction)),
    weight: tieWeights(search),
  };
  const trusted = pairs.flatMap((pair, number) => (isTrusted(pair) ? [number] : []));
  const checked = checkedSolution(
    trusted.map((number) => checkedLink(grid, pairs[number]!)),
    ties,
  );
  const groups = components(grid.tiles.length, checked.links);
  const deviations = tileDeviations(checked.links, checked.solution.weights, ties, groups);
  const placed = anchored(grid, checked.solution.positions, groups, deviations, search);
  const judged = judgedPairs(pairs, trusted, checked);
  return {
    tiles: [...placed].sort((s, t) => s.loc - t.loc),
    pairs: judged,
    stageCorrection: correction,
    components: new Set(placed.filter(({ source }) => source === 'pairs').map(({ component }) => component))
      .size,
    volumeOriginVoxel: axes((i) =>
      Math.round(median(placed.map((tile) => tile.nominal[i] - tile.position[i]))),
    ),
    statistics: statisticsOf(judged),
  };
}

const evidenceOf = ({ axis, nominal, candidates }: MeasuredPair) =>
  candidates.slice(0, 1).map(({ offset, reliability }) => ({ axis, nominal, offset, reliability }));

const isTrusted = ({ candidates }: MeasuredPair): boolean =>
  (candidates[0]?.reliability ?? 0) >= leastReliability;

function checkedLink({ indexOfLoc }: TileGrid, pair: MeasuredPair): CheckedLink {
  const [a, b] = [indexOfLoc.get(pair.a), indexOfLoc.get(pair.b)];
  if (a === undefined || b === undefined) {
    throw new RangeError(
      `A pair joins tiles ${pair.a} and ${pair.b}; at least one of them is not to be placed.`,
    );
  }
  const [best, ...others] = pair.candidates;
  const alternatives = others.filter(({ reliability }) => reliability > 0);
  return {
    ...linkOf(a, b, best!, best!.reliability),
    // Where the loops ask for a further candidate they vouch for it.
    alternatives: alternatives.map((other) =>
      linkOf(a, b, other, Math.max(leastReliability, other.reliability)),
    ),
  };
}

/** Positions with the smallest corner at 0. */
function anchored(
  grid: TileGrid,
  positions: readonly Triple[],
  groups: Int32Array,
  deviations: readonly Triple[],
  search: Triple,
): PlacedTile[] {
  const least = axes((i) =>
    positions.reduce((low, position) => Math.min(low, position[i]), Number.POSITIVE_INFINITY),
  );
  const counts = new Map<number, number>();
  for (const group of groups) counts.set(group, (counts.get(group) ?? 0) + 1);
  return grid.tiles.map((tile, index) => {
    const isMeasured = counts.get(groups[index]!)! > 1;
    return {
      ...tile,
      position: axes((i) => positions[index]![i] - least[i]),
      sd: isMeasured ? deviations[index]! : axes((i) => search[i] / 2),
      component: groups[index]!,
      source: isMeasured ? 'pairs' : 'stage',
    };
  });
}

function judgedPairs(
  pairs: readonly MeasuredPair[],
  trusted: readonly number[],
  { solution, links, verdicts }: ReturnType<typeof checkedSolution>,
): Pair[] {
  const judged = pairs.map((pair) => untrusted(pair));
  let at = 0;
  trusted.forEach((number, i) => {
    const pair = judged[number]!;
    const verdict = verdicts[i]!;
    if (verdict.kind === 'rejected') {
      judged[number] = { ...pair, status: 'rejected' };
      return;
    }
    judged[number] = {
      ...pair,
      chosen: chosenCandidate(pair.candidates, verdict),
      reliability: links[at]!.reliability,
      weight: solution.weights[at]!,
      residual: [...solution.residuals[at]!],
      status: 'used',
    };
    at++;
  });
  return judged;
}

const chosenCandidate = (candidates: readonly Candidate[], verdict: Verdict): number =>
  verdict.kind === 'replaced' ? candidates.findIndex(({ offset }) => offset === verdict.by.offset) : 0;

function untrusted(pair: MeasuredPair): Pair {
  const [best] = pair.candidates;
  return {
    ...pair,
    chosen: null,
    reliability: best?.reliability ?? 0,
    weight: 0,
    residual: [0, 0, 0],
    status: statusOf(best, pair.atSearchBorder),
  };
}

function statusOf(best: Candidate | undefined, atSearchBorder: boolean): PairStatus {
  if (best === undefined || best.T < noiseT) return 'no-signal';
  return atSearchBorder ? 'at-search-border' : 'ambiguous';
}

function statisticsOf(pairs: readonly Pair[]): PlacementStatistics {
  const count = (status: PairStatus): number => pairs.filter((pair) => pair.status === status).length;
  const residuals = pairs.filter(({ status }) => status === 'used').map(({ residual }) => residual);
  const rms = (i: 0 | 1 | 2): number =>
    Math.sqrt(residuals.reduce((sum, residual) => sum + residual[i] ** 2, 0) / Math.max(1, residuals.length));
  return {
    pairs: pairs.length,
    used: residuals.length,
    rejected: count('rejected'),
    ambiguous: count('ambiguous') + count('at-search-border'),
    noSignal: count('no-signal'),
    residualMax: axes((i) => residuals.reduce((most, residual) => Math.max(most, Math.abs(residual[i])), 0)),
    residualRms: axes(rms),
  };
}
