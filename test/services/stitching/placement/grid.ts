/** Grids of tiles with known positions, and the pairs that alignment would find between them. */
import { axes, type Triple } from '../../../../services/stitching/axes.ts';
import type { Candidate } from '../../../../services/stitching/pairs.ts';
import type { MeasuredPair } from '../../../../services/stitching/placement/place-tiles.ts';
import type { GridTile } from '../../../../services/stitching/placement/tile-grid.ts';
import { seededRandom } from '../../../../shared/numerics/random.ts';
import { normalNumbers } from '../alignment/sample.ts';

const step = 400;

export interface TrueGrid {
  readonly tiles: readonly GridTile[];
  /** By LOC; undefined where nothing was scanned. */
  readonly positions: readonly (Triple | undefined)[];
  readonly columns: number;
}

/** Stage errors up to 5 voxels in x and y, 2 in z. */
export function trueGrid(
  rows: number,
  columns: number,
  seed: number,
  absent: readonly number[] = [],
): TrueGrid {
  const random = seededRandom(seed);
  const tiles: GridTile[] = [];
  const positions: (Triple | undefined)[] = [];
  for (let loc = 0; loc < rows * columns; loc++) {
    const [row, column] = [Math.floor(loc / columns), loc % columns];
    const nominal: Triple = [column * step, row * step, 0];
    const isAbsent = absent.includes(loc);
    positions.push(isAbsent ? undefined : axes((i) => nominal[i] + (random() - 0.5) * (i === 2 ? 4 : 10)));
    if (!isAbsent) tiles.push({ loc, row, column, nominal });
  }
  return { tiles, positions, columns };
}

export function candidateAt(offset: Triple, reliability: number, sd = 0.03): Candidate {
  return {
    offset: [...offset],
    covariance: [
      [sd ** 2, 0, 0],
      [0, sd ** 2, 0],
      [0, 0, sd ** 2],
    ],
    rho: 0.5,
    T: 100,
    textureT: 100,
    ncc: 0.5,
    score: 50,
    reliability,
  };
}

/** The right pair of every two neighbours, off by noise of deviation `sd`. */
export function rightPairs({ positions, columns }: TrueGrid, seed: number, sd = 0.03): MeasuredPair[] {
  const normal = normalNumbers(seed);
  return positions.flatMap((position, a) => {
    const right = (a + 1) % columns === 0 ? undefined : a + 1;
    const below = a + columns < positions.length ? a + columns : undefined;
    return [right, below].flatMap((b, direction) => {
      const other = b === undefined ? undefined : positions[b];
      if (position === undefined || other === undefined) return [];
      const offset = axes((i) => other[i] - position[i] + sd * normal());
      return [
        {
          a,
          b: b!,
          axis: direction === 0 ? ('x' as const) : ('y' as const),
          nominal: direction === 0 ? [step, 0, 0] : [0, step, 0],
          candidates: [candidateAt(offset, 0.95, Math.max(sd, 0.001))],
          layers: [],
          atSearchBorder: false,
        } satisfies MeasuredPair,
      ];
    });
  });
}

/** The same pairs, some of them changed. */
export const changed = (
  pairs: readonly MeasuredPair[],
  change: Readonly<Record<string, (right: Candidate) => Candidate[]>>,
): MeasuredPair[] =>
  pairs.map((pair) => {
    const applied = change[`${pair.a}-${pair.b}`];
    return applied === undefined ? pair : { ...pair, candidates: applied(pair.candidates[0]!) };
  });

export const shifted = (candidate: Candidate, by: Triple): Candidate =>
  candidateAt(
    axes((i) => candidate.offset[i] + by[i]),
    candidate.reliability,
  );
