/** Links that contradict the others around their loops: found, and replaced by their next candidate or rejected (STITCHING section 2.7). */
import { axes, type Triple } from '../axes.ts';
import { type Link, largest, residualOf } from './links.ts';
import { type Solution, solvePositions, type Ties } from './solve.ts';

/** A link with the other places its pair might fit. */
export interface CheckedLink extends Link {
  readonly alternatives: readonly Link[];
}

export type Verdict =
  | { readonly kind: 'kept' }
  | { readonly kind: 'rejected' }
  | { readonly kind: 'replaced'; readonly by: Link };

export interface CheckedSolution {
  readonly solution: Solution;
  /** The links that `solution` rests on, in its order. */
  readonly links: readonly Link[];
  /** One per link given. */
  readonly verdicts: readonly Verdict[];
}

const suspiciousResidual = 0.7;
const suspectShare = 0.35;
const mostResidual = 3;
const costOfRemoval = 0.7;
const sameOffset = 1;
/** A contradiction concerns the tiles this many links around it. */
const patchRadius = 4;

export function checkedSolution(given: readonly CheckedLink[], ties: Ties): CheckedSolution {
  const verdicts: Verdict[] = given.map(() => ({ kind: 'kept' }));
  for (;;) {
    const numbers = given.flatMap((_, i) => (verdicts[i]!.kind === 'rejected' ? [] : [i]));
    const links = numbers.map((i) => currentLink(given[i]!, verdicts[i]!));
    const solution = solvePositions(links, ties);
    const changes = contradictions(links, solution, ties).flatMap((patch) => {
      const change = judge(patch, links, ties, (i) => replacements(given[numbers[i]!]!, verdicts[numbers[i]!]!));
      return change === undefined ? [] : [change];
    });
    if (changes.length === 0) return { solution, links, verdicts };
    for (const { link, verdict } of changes) verdicts[numbers[link]!] = verdict;
  }
}

const currentLink = (link: CheckedLink, verdict: Verdict): Link =>
  verdict.kind === 'replaced' ? verdict.by : link;

/** A pair is replaced once; contradicted again, it is rejected. */
const replacements = (link: CheckedLink, verdict: Verdict): readonly Link[] =>
  verdict.kind === 'replaced' ? [] : link.alternatives;

/** Tiles and links around a link that does not fit. */
interface Patch {
  readonly tiles: readonly number[];
  /** Indices of links. */
  readonly links: readonly number[];
  readonly worst: number;
}

/** Around the worst links, the worst first; patches share no tile, so that they can be judged one by one. */
function contradictions(links: readonly Link[], solution: Solution, ties: Ties): Patch[] {
  const residuals = solution.residuals.map(largest);
  const suspects = residuals.map((_, i) => i).filter((i) => residuals[i]! > suspiciousResidual);
  suspects.sort((i, j) => residuals[j]! - residuals[i]! || i - j);
  if (suspects.length === 0) return [];
  const linksOf = linksByTile(links, ties.positions.length);
  const taken = new Set<number>();
  const patches: Patch[] = [];
  for (const worst of suspects) {
    const tiles = tilesAround(links[worst]!, links, linksOf);
    if (tiles.some((tile) => taken.has(tile))) continue;
    const inside = new Set(tiles);
    const ownLinks = new Set(tiles.flatMap((tile) => linksOf[tile]!));
    const whole = [...ownLinks].filter((i) => inside.has(links[i]!.a) && inside.has(links[i]!.b));
    for (const tile of tiles) taken.add(tile);
    patches.push({ tiles, links: whole.sort((i, j) => i - j), worst });
  }
  return patches;
}

function linksByTile(links: readonly Link[], tileCount: number): number[][] {
  const byTile: number[][] = Array.from({ length: tileCount }, () => []);
  links.forEach(({ a, b }, i) => {
    byTile[a]!.push(i);
    byTile[b]!.push(i);
  });
  return byTile;
}

function tilesAround(centre: Link, links: readonly Link[], linksOf: readonly number[][]): number[] {
  const found = new Set([centre.a, centre.b]);
  let edge = [...found];
  for (let radius = 0; radius < patchRadius; radius++) {
    const next = edge.flatMap((tile) => linksOf[tile]!.flatMap((i) => [links[i]!.a, links[i]!.b]));
    edge = [...new Set(next)].filter((tile) => !found.has(tile));
    for (const tile of edge) found.add(tile);
  }
  return [...found].sort((s, t) => s - t);
}

interface Change {
  /** Index of the link. */
  readonly link: number;
  readonly verdict: Verdict;
}

/** Takes away the link whose absence makes the others agree best; undefined where none does. */
function judge(
  patch: Patch,
  links: readonly Link[],
  ties: Ties,
  replacementsOf: (link: number) => readonly Link[],
): Change | undefined {
  const local = localProblem(patch, links, ties);
  const whole = solvePositions(local.links, local.ties);
  const worst = Math.max(...whole.residuals.map(largest));
  if (worst <= suspiciousResidual) return undefined;
  let best: { cost: number; at: number; positions: readonly Triple[] } | undefined;
  whole.residuals.forEach((residual, at) => {
    if (largest(residual) <= suspectShare * worst) return;
    const rest = local.links.filter((_, i) => i !== at);
    const { positions, residuals } = solvePositions(rest, local.ties);
    const cost = disagreement(rest, residuals) + costOfRemoval * local.links[at]!.reliability;
    if (best === undefined || cost < best.cost) best = { cost, at, positions };
  });
  if (best === undefined || best.cost >= disagreement(local.links, whole.residuals)) return undefined;
  const { at, positions } = best;
  const link = patch.links[at]!;
  const { a, b } = local.links[at]!;
  const fitting = replacementsOf(link).find((other) => largest(residualOf({ ...other, a, b }, positions)) <= sameOffset);
  return { link, verdict: fitting === undefined ? { kind: 'rejected' } : { kind: 'replaced', by: fitting } };
}

const disagreement = (links: readonly Link[], residuals: readonly Triple[]): number =>
  links.reduce((sum, link, i) => sum + Math.min(largest(residuals[i]!), mostResidual) * link.reliability, 0);

/** The patch as a problem of its own, its tiles numbered from 0. */
function localProblem(patch: Patch, links: readonly Link[], ties: Ties): { links: Link[]; ties: Ties } {
  const numbers = new Map(patch.tiles.map((tile, number) => [tile, number]));
  const renumbered = <Pair extends { readonly a: number; readonly b: number }>(pair: Pair): Pair => ({
    ...pair,
    a: numbers.get(pair.a)!,
    b: numbers.get(pair.b)!,
  });
  return {
    links: patch.links.map((i) => renumbered(links[i]!)),
    ties: {
      pairs: ties.pairs.filter(({ a, b }) => numbers.has(a) && numbers.has(b)).map(renumbered),
      positions: patch.tiles.map((tile) => axes((i) => ties.positions[tile]![i])),
      weight: ties.weight,
    },
  };
}
