/** Measured pairs against where the tiles were placed. */
import type { Placement } from '../../../shared/acquisition/placement.ts';
import { axes, type Triple } from '../axes.ts';
import type { Candidate, Pair } from '../pairs.ts';

export interface PairView {
  readonly pair: Pair;
  /** The candidate that placement took, or the best one that it did not take. */
  readonly candidate: Candidate | undefined;
  /** Placed minus measured offset, voxels; undefined without a candidate. */
  readonly residual: Triple | undefined;
}

export function pairViews(pairs: readonly Pair[], { tiles }: Placement): PairView[] {
  const positions = new Map(tiles.map(({ loc, position }) => [loc, position]));
  return pairs.map((pair) => {
    const candidate = pair.candidates[pair.chosen ?? 0];
    const [a, b] = [positions.get(pair.a), positions.get(pair.b)];
    const isKnown = candidate !== undefined && a !== undefined && b !== undefined;
    return {
      pair,
      candidate,
      residual: isKnown ? axes((i) => b[i] - a[i] - candidate.offset[i]) : undefined,
    };
  });
}

export const isUsed = ({ pair }: PairView): boolean => pair.status === 'used';
