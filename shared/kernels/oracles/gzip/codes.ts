/** The codes of one block and its size with them. */
import { codeLengths } from './code-lengths.ts';
import type { Item } from './items.ts';
import {
  codedDistance,
  codedLength,
  DISTANCE_SYMBOLS,
  distanceExtraBits,
  END_OF_BLOCK,
  LITERAL_SYMBOLS,
  lengthExtraBits,
} from './symbols.ts';

export interface Plan {
  /** Code lengths of literals and lengths, and of distances. */
  readonly literals: readonly number[];
  readonly distances: readonly number[];
  /** What the block tells of them; undefined: they are the fixed ones. */
  readonly header: Header | undefined;
  readonly bits: number;
}

export interface Header {
  readonly sentLiterals: number;
  readonly sentDistances: number;
  readonly runs: readonly Run[];
  /** Code lengths of the runs' symbols, and how many of them are sent. */
  readonly lengths: readonly number[];
  readonly sentLengths: number;
}

/** A symbol of the code-length code (RFC 1951 section 3.2.7). */
export interface Run {
  readonly symbol: number;
  readonly extra: number;
}

export const SEND_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
export const runExtraBits = (symbol: number): number => ({ 16: 2, 17: 3, 18: 7 })[symbol] ?? 0;

interface Counts {
  readonly literals: number[];
  readonly distances: number[];
}

export function planCodes(items: readonly Item[], limit: number): Plan {
  const counts = countSymbols(items);
  const literals = codeLengths(counts.literals, limit);
  const distances = codeLengths(counts.distances, 15);
  const header = makeHeader(literals, distances);
  const headerBits = header.runs.reduce(
    (sum, { symbol }) => sum + header.lengths[symbol]! + runExtraBits(symbol),
    17 + 3 * header.sentLengths,
  );
  return { literals, distances, header, bits: headerBits + dataBits(counts, literals, distances) };
}

export function fixedPlan(items: readonly Item[]): Plan {
  const literals = Array.from({ length: LITERAL_SYMBOLS }, (_, symbol) =>
    symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
  );
  const distances = Array.from({ length: DISTANCE_SYMBOLS }, () => 5);
  const bits = 3 + dataBits(countSymbols(items), literals, distances);
  return { literals, distances, header: undefined, bits };
}

function countSymbols(items: readonly Item[]): Counts {
  const literals = Array.from({ length: LITERAL_SYMBOLS }, () => 0);
  const distances = Array.from({ length: DISTANCE_SYMBOLS }, () => 0);
  for (const item of items) {
    if (typeof item === 'number') literals[item]! += 1;
    else {
      literals[codedLength(item.length).symbol]! += 1;
      distances[codedDistance(item.distance).symbol]! += 1;
    }
  }
  literals[END_OF_BLOCK] = 1;
  // Some decoders insist on a complete tree of distances, so there are at least two of them.
  if (distances.filter((count) => count > 0).length < 2)
    for (const code of [0, 1]) distances[code] = Math.max(distances[code]!, 1);
  return { literals, distances };
}

function dataBits(counts: Counts, literals: readonly number[], distances: readonly number[]): number {
  const sum = (numbers: number[], bits: (symbol: number) => number): number =>
    numbers.reduce((total, count, symbol) => total + count * bits(symbol), 0);
  return (
    sum(counts.literals, (symbol) => literals[symbol]! + lengthExtraBits(symbol)) +
    sum(counts.distances, (symbol) => distances[symbol]! + distanceExtraBits(symbol))
  );
}

function makeHeader(literals: readonly number[], distances: readonly number[]): Header {
  const sentLiterals = Math.max(257, literals.findLastIndex((length) => length > 0) + 1);
  const sentDistances = Math.max(1, distances.findLastIndex((length) => length > 0) + 1);
  const runs = makeRuns([...literals.slice(0, sentLiterals), ...distances.slice(0, sentDistances)]);
  const counts = Array.from({ length: 19 }, () => 0);
  for (const { symbol } of runs) counts[symbol]! += 1;
  const lengths = codeLengths(counts, 7);
  const sentLengths = Math.max(4, SEND_ORDER.findLastIndex((symbol) => lengths[symbol]! > 0) + 1);
  return { sentLiterals, sentDistances, runs, lengths, sentLengths };
}

function makeRuns(lengths: readonly number[]): Run[] {
  const runs: Run[] = [];
  const repeat = (symbol: number, left: number, least: number, most: number): number => {
    for (; left >= least; left -= Math.min(left, most))
      runs.push({ symbol, extra: Math.min(left, most) - least });
    return left;
  };
  for (let i = 0; i < lengths.length; ) {
    const length = lengths[i]!;
    const end = lengths.findIndex((other, at) => at > i && other !== length);
    let left = (end < 0 ? lengths.length : end) - i;
    i += left;
    if (length === 0) left = repeat(17, repeat(18, left, 11, 138), 3, 10);
    else {
      runs.push({ symbol: length, extra: 0 });
      left = repeat(16, left - 1, 3, 6);
    }
    for (; left > 0; left--) runs.push({ symbol: length, extra: 0 });
  }
  return runs;
}
