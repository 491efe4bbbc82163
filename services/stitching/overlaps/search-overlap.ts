/** One pair in one layer, with further looks where the first one leaves doubt. */
import { alignPair, type PairEstimate, type PairInput } from '../alignment/align-pair.ts';
import { distance } from '../alignment/fine.ts';
import { enoughLikeness, leastLikeness, leastSignal, likeness } from '../alignment/likeness.ts';
import type { Correlator } from '../alignment/workspace.ts';
import { axes, type Triple } from '../axes.ts';
import type { Candidate } from '../pairs.ts';

export interface SearchedEstimate extends PairEstimate {
  /** Voxels around the nominal offset, of the widest look. */
  readonly search: Triple;
  readonly widened: boolean;
}

const WIDENING = 2;
/** What placement asks of a pair (STITCHING section 2.5). */
const LEAST_RELIABILITY = 0.15;
const MOST_FURTHER_RELIABILITY = 0.3;
/** Candidates this near are one. */
const SAME_PLACE = 1.5;

/**
 * Strips that show something and yet fit nowhere are compared once more, twice as far; a best candidate at the border of the
 * range asks for the same on the axes on which it lies there. Such a one may also be an edge of the sample that only wide
 * searches see, whose peaks leave no place for the true one: hence a third look, half as far in x and y. In the end all
 * candidates stand against each other.
 *
 * The strips stay as they are: where tiles overlap more than was reckoned with, all but the excess is in them.
 */
export function searchOverlap(correlator: Correlator, input: PairInput): SearchedEstimate {
  const { search, nominal } = input;
  const first = look(correlator, input, search);
  const atBorder = axesAtBorder(first.candidates[0], nominal, search);
  const lost = isLost(first);
  if (!lost && !atBorder.includes(true)) return { ...first, search, widened: false };
  const wide = axes((i) => (lost || atBorder[i] ? WIDENING * search[i] : search[i]));
  const narrow: Triple = [Math.ceil(search[0] / 2), Math.ceil(search[1] / 2), search[2]];
  const further = atBorder.includes(true) ? [wide, narrow] : [wide];
  const looks = [first, ...further.map((range) => look(correlator, input, range))];
  const candidates = rivals(looks.flatMap((found) => found.candidates));
  return {
    candidates,
    atSearchBorder: axesAtBorder(candidates[0], nominal, wide).includes(true),
    signal: first.signal,
    search: wide,
    widened: true,
  };
}

/** Candidates that are less alike than the strips' contrast lets expect are not trusted. */
function look(correlator: Correlator, input: PairInput, search: Triple): PairEstimate {
  const found = alignPair(correlator, { ...input, search });
  const candidates = found.candidates.map((candidate) => {
    const alike = likeness(candidate.ncc, found.signal);
    const enough = (alike - leastLikeness) / (enoughLikeness - leastLikeness);
    return { ...candidate, reliability: candidate.reliability * clip(enough) };
  });
  return { ...found, candidates };
}

const clip = (value: number): number => Math.min(1, Math.max(0, value));

function isLost(found: PairEstimate): boolean {
  const [best] = found.candidates;
  if (found.signal < leastSignal) return false;
  return (
    best === undefined ||
    best.reliability < LEAST_RELIABILITY ||
    likeness(best.ncc, found.signal) < enoughLikeness
  );
}

/** Within a voxel of the end, or beyond it; an axis without a range has no border. */
const axesAtBorder = (best: Candidate | undefined, nominal: Triple, search: Triple) =>
  axes((i) => best !== undefined && search[i] > 0 && Math.abs(best.offset[i] - nominal[i]) > search[i] - 1);

/**
 * Without repeats, best first. Each look rated its own; against those of the other looks the best must stand out as much
 * (STITCHING section 2.5), and what was the best of a look and is no longer may only be asked for by loops.
 */
function rivals(found: readonly Candidate[]): Candidate[] {
  const sorted = [...found].sort((c, d) => d.textureT - c.textureT);
  const [best, ...others] = sorted.filter(
    (candidate, i) =>
      !sorted.slice(0, i).some((other) => distance(other.offset, candidate.offset) <= SAME_PLACE),
  );
  if (best === undefined) return [];
  const lead = best.textureT / Math.max(others[0]?.textureT ?? 0, Number.MIN_VALUE);
  return [
    { ...best, reliability: best.reliability * clip((lead - 1.1) / 0.4) },
    ...others.map((other) => ({
      ...other,
      reliability: Math.min(MOST_FURTHER_RELIABILITY, other.reliability),
    })),
  ];
}
