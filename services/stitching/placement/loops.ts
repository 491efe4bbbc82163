/** Links that contradict the others around their loops: found, and replaced by their next candidate or rejected (STITCHING section 2.7). */
import type { Triple } from '../axes.ts';
import { type Link, largest, residualOf } from './links.ts';
import { type LocalProblem, localProblem, type Patch, patchFinder } from './patches.ts';
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
const ignoredWeight = 0.05;

/** The links given and what became of them so far; links are named by their numbers here. */
interface Trial {
  readonly given: readonly CheckedLink[];
  readonly verdicts: Verdict[];
  readonly ties: Ties;
}

export function checkedSolution(given: readonly CheckedLink[], ties: Ties): CheckedSolution {
  const trial: Trial = { given, verdicts: given.map(() => ({ kind: 'kept' })), ties };
  // Each round begins with the weights of the one before: most of the grid is as it was.
  const weights = given.map(() => 1);
  for (;;) {
    const numbers = notRejected(trial, given.keys());
    const links = numbers.map((number) => currentLink(trial, number));
    const before = numbers.map((number) => weights[number]!);
    const solution = solvePositions(links, ties, before);
    numbers.forEach((number, at) => {
      weights[number] = solution.weights[at]!;
    });
    const suspects = suspectLinks(solution);
    if (judgePatches(trial, numbers, links, suspects)) continue;
    // What no single change explains has no weight left; it is not to be called used.
    const ignored = suspects.filter((at) => solution.weights[at]! < ignoredWeight);
    if (ignored.length === 0) return { solution, links, verdicts: trial.verdicts };
    for (const at of ignored) trial.verdicts[numbers[at]!] = { kind: 'rejected' };
  }
}

const notRejected = ({ verdicts }: Trial, numbers: Iterable<number>): number[] =>
  [...numbers].filter((number) => verdicts[number]!.kind !== 'rejected');

function currentLink({ given, verdicts }: Trial, number: number): Link {
  const verdict = verdicts[number]!;
  return verdict.kind === 'replaced' ? verdict.by : given[number]!;
}

/** A pair is replaced once; contradicted again, it is rejected. */
const replacements = ({ given, verdicts }: Trial, number: number): readonly Link[] =>
  verdicts[number]!.kind === 'replaced' ? [] : given[number]!.alternatives;

/** Indices of the links that do not fit, the worst first. */
function suspectLinks({ residuals }: Solution): number[] {
  const sizes = residuals.map(largest);
  const suspects = sizes.map((_, i) => i).filter((i) => sizes[i]! > suspiciousResidual);
  return suspects.sort((i, j) => sizes[j]! - sizes[i]! || i - j);
}

/** Judges the surroundings of each suspect, but for those where something was changed already; false without a change. */
function judgePatches(
  trial: Trial,
  numbers: readonly number[],
  links: readonly Link[],
  suspects: readonly number[],
): boolean {
  const patchAround = patchFinder(links, trial.ties.positions.length);
  const changed = new Set<number>();
  for (const suspect of suspects) {
    const { tiles, links: local } = patchAround(suspect);
    if (tiles.some((tile) => changed.has(tile))) continue;
    if (judgePatch(trial, { tiles, links: local.map((at) => numbers[at]!) })) {
      for (const tile of tiles) changed.add(tile);
    }
  }
  return changed.size > 0;
}

/** Changes verdicts until the links of a patch agree or no change makes them agree better; false without a change. */
function judgePatch(trial: Trial, patch: Patch): boolean {
  for (let changed = false; ; changed = true) {
    const left = notRejected(trial, patch.links);
    const links = left.map((number) => currentLink(trial, number));
    const change = judge(localProblem(patch.tiles, links, trial.ties), (at) =>
      replacements(trial, left[at]!),
    );
    if (change === undefined) return changed;
    trial.verdicts[left[change.link]!] = change.verdict;
  }
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
  return {
    link: best.link,
    verdict: fitting === undefined ? { kind: 'rejected' } : { kind: 'replaced', by: fitting },
  };
}

const disagreement = (links: readonly Link[], residuals: readonly Triple[]): number =>
  links.reduce((sum, link, i) => sum + Math.min(largest(residuals[i]!), mostResidual) * link.reliability, 0);
