/** What may be wrong somewhere, and how much it matters. */
import type { FindingKind } from '../../../shared/acquisition/quality-report.ts';

export interface Finding {
  readonly kind: FindingKind;
  /** What is wrong, in a sentence or two that name the tiles. */
  readonly what: string;
  /** LOC numbers of a tile, of a pair, or of a group; never empty. */
  readonly tiles: readonly number[];
  /** Plane of the first tile where it is to be seen; else any with signal. */
  readonly plane?: number;
  /** 0 to 9: how bad it is among its kind. */
  readonly grade: number;
}

/**
 * How likely a wrong volume is where this is found: first what was seen to be wrong, then what is probably wrong, then
 * what nothing vouches for, last what most specimens have.
 */
const WEIGHTS: Readonly<Record<FindingKind, number>> = {
  'seam-mismatch': 90,
  'seam-worse': 85,
  'search-border': 78,
  'shifted-tile': 72,
  'rejected-pair': 66,
  island: 60,
  'large-residual': 56,
  'missing-tile': 50,
  'missing-channel': 48,
  drift: 44,
  'other-candidate': 42,
  'ambiguous-pair': 38,
  'damaged-planes': 34,
  'missing-planes': 32,
  'stage-tile': 26,
  'single-pair-tile': 18,
  'featureless-pair': 10,
};

export const severity = ({ kind, grade }: Finding): number => WEIGHTS[kind] + Math.min(9, Math.max(0, grade));

/** Worst first; what is equally bad, by location. */
export const worstFirst = (findings: readonly Finding[]): Finding[] =>
  [...findings].sort(
    (a, b) =>
      severity(b) - severity(a) || a.tiles[0]! - b.tiles[0]! || (a.tiles[1] ?? -1) - (b.tiles[1] ?? -1),
  );

/** What a tile or a pair loses that shares a tile with one shown already: a misplaced tile spoils all its pairs. */
const SAME_PLACE = 30;
const PAIR = 2;

/** The findings to show first, at different places where there are some nearly as bad. */
export function worthALook(findings: readonly Finding[], most: number): Finding[] {
  const left = worstFirst(findings);
  const chosen: Finding[] = [];
  const shown = new Set<number>();
  const isShown = ({ tiles }: Finding): boolean =>
    tiles.length <= PAIR && tiles.some((loc) => shown.has(loc));
  const claim = (finding: Finding): number => severity(finding) - (isShown(finding) ? SAME_PLACE : 0);
  while (chosen.length < most && left.length > 0) {
    const next = left.reduce((best, finding) => (claim(finding) > claim(best) ? finding : best));
    left.splice(left.indexOf(next), 1);
    chosen.push(next);
    if (next.tiles.length <= PAIR) for (const loc of next.tiles) shown.add(loc);
  }
  return worstFirst(chosen);
}
