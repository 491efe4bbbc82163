/** Links that contradict the others around their loops: found, and replaced by their next candidate or rejected (STITCHING section 2.7). */
import type { Triple } from '../axes.ts';
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
  // Each round begins with the weights of the one before: most of the grid is as it was.
  const weights = given.map(() => 1);
  for (;;) {
    const numbers = given.flatMap((_, i) => (verdicts[i]!.kind === 'rejected' ? [] : [i]));
    const links = numbers.map((i) => currentLink(given[i]!, verdicts[i]!));
    const solution = solvePositions(links, ties, numbers.map((i) => weights[i]!));
    numbers.forEach((i, at) => {
      weights[i] = solution.weights[at]!;
    });
    let changed = false;
    for (const patch of contradictions(links, solution, ties)) {
      const local = patch.links.map((i) => numbers[i]!);
      changed = judgePatch(patch.tiles, local, given, verdicts, ties) || changed;
    }
    if (!changed) return { solution, links, verdicts };
  }
}

/**
 * Changes verdicts until the links of a patch agree or no change makes them agree better; false where none was changed.
 *
 * @param numbers of the links inside the patch
 */
function judgePatch(
  tiles: readonly number[],
  numbers: readonly number[],
  given: readonly CheckedLink[],
  verdicts: Verdict[],
  ties: Ties,
): boolean {
  for (let changed = false; ; changed = true) {
    const left = numbers.filter((i) => verdicts[i]!.kind !== 'rejected');
    const links = left.map((i) => currentLink(given[i]!, verdicts[i]!));
    const change = judge(localProblem(tiles, links, ties), (at) =>
      replacements(given[left[at]!]!, verdicts[left[at]!]!),
    );
    if (change === undefined) return changed;
    verdicts[left[change.link]!] = change.verdict;
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
    patches.push({ tiles, links: whole.sort((i, j) => i - j) });
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
  { links, ties }: LocalProblem,
  replacementsOf: (link: number) => readonly Link[],
): Change | undefined {
  const whole = solvePositions(links, ties);
  const worst = Math.max(...whole.residuals.map(largest));
  if (worst <= suspiciousResidual) return undefined;
  let best = { cost: disagreement(links, whole.residuals), link: -1, positions: whole.positions };
  whole.residuals.forEach((residual, link) => {
    if (largest(residual) <= suspectShare * worst) return;
    const rest = links.filter((_, i) => i !== link);
    const { positions, residuals } = solvePositions(rest, ties);
    const cost = disagreement(rest, residuals) + costOfRemoval * links[link]!.reliability;
    if (cost < best.cost) best = { cost, link, positions };
  });
  if (best.link < 0) return undefined;
  const { a, b } = links[best.link]!;
  const fitting = replacementsOf(best.link).find(
    (other) => largest(residualOf({ ...other, a, b }, best.positions)) <= sameOffset,
  );
  const verdict: Verdict = fitting === undefined ? { kind: 'rejected' } : { kind: 'replaced', by: fitting };
  return { link: best.link, verdict };
}

const disagreement = (links: readonly Link[], residuals: readonly Triple[]): number =>
  links.reduce((sum, link, i) => sum + Math.min(largest(residuals[i]!), mostResidual) * link.reliability, 0);

interface LocalProblem {
  readonly links: readonly Link[];
  readonly ties: Ties;
}

/** Some tiles and the links among them, the tiles numbered from 0. */
function localProblem(tiles: readonly number[], links: readonly Link[], ties: Ties): LocalProblem {
  const numbers = new Map(tiles.map((tile, number) => [tile, number]));
  const renumbered = <Pair extends { readonly a: number; readonly b: number }>(pair: Pair): Pair => ({
    ...pair,
    a: numbers.get(pair.a)!,
    b: numbers.get(pair.b)!,
  });
  return {
    links: links.map(renumbered),
    ties: {
      pairs: ties.pairs.filter(({ a, b }) => numbers.has(a) && numbers.has(b)).map(renumbered),
      positions: tiles.map((tile) => ties.positions[tile]!),
      weight: ties.weight,
    },
  };
}
