import { describe, expect, it } from 'vitest';
import { axes, type Triple } from '../../../../services/stitching/axes.ts';
import { type Candidate, pairsSchema } from '../../../../services/stitching/pairs.ts';
import { placeTiles, type TilePlacement } from '../../../../services/stitching/placement/place-tiles.ts';
import { seededRandom, shuffled } from '../../../../shared/numerics/random.ts';
import { median } from '../../../../shared/numerics/statistics.ts';
import { runsAll } from '../../../long.ts';
import { candidateAt, changed, rightPairs, shifted, type TrueGrid, trueGrid } from './grid.ts';

const search: Triple = [20, 20, 6];

/** Largest error per axis over some tiles, after removing their common shift. */
function errors({ tiles }: TilePlacement, { positions }: TrueGrid, locs?: readonly number[]): Triple {
  const some = tiles.filter(({ loc }) => locs === undefined || locs.includes(loc));
  return axes((i) => {
    const differences = some.map(({ loc, position }) => position[i] - positions[loc]![i]);
    const common = median(differences);
    return Math.max(...differences.map((difference) => Math.abs(difference - common)));
  });
}

const worst = (placement: TilePlacement, grid: TrueGrid, locs?: readonly number[]): number =>
  Math.max(...errors(placement, grid, locs));

describe('placing tiles', () => {
  it('is exact on pairs that agree', () => {
    const grid = trueGrid(3, 4, 1);
    const placement = placeTiles(grid.tiles, rightPairs(grid, 2, 0), search);
    expect(worst(placement, grid)).toBeLessThan(1e-4);
    expect(placement.components).toBe(1);
    expect(placement.statistics).toMatchObject({ pairs: 17, used: 17, rejected: 0 });
    expect(Math.max(...placement.statistics.residualMax)).toBeLessThan(1e-4);
  });

  it('puts the smallest corner at 0 and says where that lies in the nominal frame', () => {
    const grid = trueGrid(3, 3, 1);
    const { tiles, volumeOriginVoxel } = placeTiles(grid.tiles, rightPairs(grid, 2, 0), search);
    for (const i of [0, 1, 2] as const) {
      expect(Math.min(...tiles.map(({ position }) => position[i]))).toBe(0);
      const differences = tiles.map(({ nominal, position }) => nominal[i] - position[i]);
      expect(volumeOriginVoxel[i]).toBe(Math.round(median(differences)));
    }
  });

  it('averages the noise of the pairs, and knows how much is left', () => {
    const squares: number[] = [];
    for (let seed = 1; seed <= 20; seed++) {
      const grid = trueGrid(4, 5, seed);
      const { tiles } = placeTiles(grid.tiles, rightPairs(grid, seed + 100), search);
      for (const i of [0, 1, 2] as const) {
        const differences = tiles.map(({ loc, position }) => position[i] - grid.positions[loc]![i]);
        const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
        squares.push(...tiles.map(({ sd }, t) => ((differences[t]! - mean) / sd[i]) ** 2));
      }
    }
    // Covariances are taken four times as large as they are given: the deviations are about twice the errors.
    const ratio = Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / squares.length);
    expect(ratio).toBeGreaterThan(0.4);
    expect(ratio).toBeLessThan(0.55);
  });

  it('does not depend on the order of tiles and pairs', () => {
    const grid = trueGrid(4, 3, 5, [7]);
    const pairs = changed(rightPairs(grid, 6), { '4-5': (right) => [shifted(right, [6, -4, 0])] });
    const expected = JSON.stringify(placeTiles(grid.tiles, pairs, search));
    for (let seed = 1; seed <= 3; seed++) {
      const random = seededRandom(seed);
      const placement = placeTiles(shuffled(grid.tiles, random), shuffled(pairs, random), search);
      expect(JSON.stringify(placement), `seed ${seed}`).toBe(expected);
    }
  });

  it('writes pairs that fit the schema', () => {
    const grid = trueGrid(2, 3, 1);
    const { pairs } = placeTiles(grid.tiles, rightPairs(grid, 2), search);
    const noise = { background: 110, readVariance: 16, gain: 1 };
    const file = { format: 'cloudreg-pairs/1', channel: 0, search: [...search], noise, pairs };
    expect(pairsSchema.parse(file)).toEqual(file);
  });

  it('places one tile, one row and one column', () => {
    expect(placeTiles(trueGrid(1, 1, 1).tiles, [], search).tiles[0]).toMatchObject({
      position: [0, 0, 0],
      source: 'stage',
    });
    for (const [rows, columns] of [
      [1, 6],
      [6, 1],
    ] as const) {
      const grid = trueGrid(rows, columns, 3);
      expect(worst(placeTiles(grid.tiles, rightPairs(grid, 4, 0), search), grid)).toBeLessThan(1e-4);
    }
  });

  it('names the tiles of a pair that are not there', () => {
    const grid = trueGrid(2, 2, 1);
    expect(() => placeTiles(grid.tiles.slice(1), rightPairs(grid, 2), search)).toThrow(/tiles 0 and 1/);
  });
});

describe('a wrong link', () => {
  it('is rejected where loops contradict it', () => {
    const grid = trueGrid(3, 3, 1);
    const pairs = changed(rightPairs(grid, 2), { '1-4': (right) => [shifted(right, [7, -3, 1])] });
    const placement = placeTiles(grid.tiles, pairs, search);
    const wrong = placement.pairs.find(({ a, b }) => a === 1 && b === 4)!;
    expect(wrong).toMatchObject({ status: 'rejected', chosen: null, weight: 0 });
    expect(worst(placement, grid)).toBeLessThan(0.1);
    expect(placement.statistics).toMatchObject({ used: 11, rejected: 1 });
  });

  it('gives way to its next candidate where that fits', () => {
    const grid = trueGrid(3, 3, 1);
    const pairs = changed(rightPairs(grid, 2), {
      '1-4': (right) => [
        shifted(right, [7, -3, 1]),
        shifted(right, [-9, 0, 0]),
        candidateAt(right.offset, 0.3),
      ],
    });
    const placement = placeTiles(grid.tiles, pairs, search);
    const mended = placement.pairs.find(({ a, b }) => a === 1 && b === 4)!;
    expect(mended).toMatchObject({ status: 'used', chosen: 2, reliability: 0.3 });
    expect(worst(placement, grid)).toBeLessThan(0.1);
  });

  it('is found among several, in grids of any shape', () => {
    const counts = { wrong: 0, wrongUsed: 0, rightRejected: 0 };
    for (let seed = 1; seed <= 10; seed++) {
      const grid = trueGrid(5, 5, seed);
      const random = seededRandom(seed + 50);
      const right = rightPairs(grid, seed + 100);
      const bad = new Set(right.filter(() => random() < 0.1).map(({ a, b }) => `${a}-${b}`));
      const sign = () => (random() < 0.5 ? -1 : 1);
      const wrong = (one: Candidate) => [
        shifted(
          one,
          axes(() => sign() * (2 + 10 * random())),
        ),
      ];
      const pairs = changed(right, Object.fromEntries([...bad].map((pair) => [pair, wrong])));
      const placement = placeTiles(grid.tiles, pairs, search);
      counts.wrong += bad.size;
      for (const { a, b, status } of placement.pairs) {
        if (bad.has(`${a}-${b}`)) counts.wrongUsed += status === 'used' ? 1 : 0;
        else counts.rightRejected += status === 'rejected' ? 1 : 0;
      }
    }
    // They are as sure of themselves as the right ones: where two disagree at a corner nothing can tell which is right.
    expect(counts.wrong).toBeGreaterThan(30);
    expect(counts.wrongUsed).toBeLessThanOrEqual(0.12 * counts.wrong);
    expect(counts.rightRejected).toBeLessThanOrEqual(0.15 * counts.wrong);
  });
});

describe('tiles that nothing was measured for', () => {
  const blind = (right: { readonly offset: readonly number[] }) => [
    candidateAt(
      axes((i) => right.offset[i]! + 9),
      0.05,
    ),
  ];

  it('stay where the stage puts them beside their neighbours', () => {
    const grid = trueGrid(2, 3, 1);
    const pairs = changed(rightPairs(grid, 2, 0), { '1-2': blind, '2-5': blind });
    const placement = placeTiles(grid.tiles, pairs, search);
    const lone = placement.tiles.find(({ loc }) => loc === 2)!;
    expect(lone).toMatchObject({ source: 'stage', sd: [10, 10, 3] });
    expect(worst(placement, grid, [0, 1, 3, 4, 5])).toBeLessThan(1e-3);
    // Between what its two neighbours say, which disagree by the stage's own errors.
    const said = [1, 5].map((loc) => {
      const near = placement.tiles.find((tile) => tile.loc === loc)!;
      return axes((i) => near.position[i] + lone.nominal[i] - near.nominal[i]);
    });
    for (const i of [0, 1, 2] as const) {
      const expected = (said[0]![i] + said[1]![i]) / 2;
      const correction = Math.abs(placement.stageCorrection.x[i]) + Math.abs(placement.stageCorrection.y[i]);
      expect(Math.abs(lone.position[i] - expected)).toBeLessThanOrEqual(correction + 1e-6);
    }
    expect(placement.pairs.filter(({ status }) => status === 'ambiguous')).toHaveLength(2);
  });

  it('follow what the stage gets wrong everywhere', () => {
    const grid = trueGrid(3, 4, 1);
    const tilted = {
      ...grid,
      positions: grid.tiles.map(({ nominal, row, column }) =>
        axes((i) => nominal[i] + [2.5 * column, 0, -1.5 * row][i]!),
      ),
    };
    const pairs = changed(rightPairs(tilted, 2, 0), { '2-3': () => [], '3-7': () => [] });
    const placement = placeTiles(grid.tiles, pairs, search);
    expect(placement.stageCorrection.x[0]).toBeCloseTo(2.5, 10);
    expect(placement.stageCorrection.y[2]).toBeCloseTo(-1.5, 10);
    expect(worst(placement, tilted)).toBeLessThan(1e-3);
    expect(placement.statistics.noSignal).toBe(2);
  });

  it('form components where no used pair joins them', () => {
    const grid = trueGrid(2, 4, 1);
    const pairs = changed(rightPairs(grid, 2, 0), { '1-2': blind, '5-6': blind });
    const placement = placeTiles(grid.tiles, pairs, search);
    expect(placement.components).toBe(2);
    expect(worst(placement, grid, [0, 1, 4, 5])).toBeLessThan(1e-3);
    expect(worst(placement, grid, [2, 3, 6, 7])).toBeLessThan(1e-3);
    expect(worst(placement, grid)).toBeLessThan(15);
  });

  it('keep islands apart by holes where the stage has them', () => {
    const grid = trueGrid(1, 5, 1, [2]);
    const placement = placeTiles(grid.tiles, rightPairs(grid, 2, 0), search);
    expect(placement.components).toBe(2);
    expect(worst(placement, grid, [0, 1])).toBeLessThan(1e-3);
    expect(worst(placement, grid, [3, 4])).toBeLessThan(1e-3);
    const middle = (locs: number[], of: (tile: (typeof placement.tiles)[number]) => Triple) =>
      axes(
        (i) =>
          placement.tiles
            .filter(({ loc }) => locs.includes(loc))
            .reduce((sum, tile) => sum + of(tile)[i], 0) / 2,
      );
    const apart = (of: (tile: (typeof placement.tiles)[number]) => Triple) =>
      axes((i) => middle([3, 4], of)[i] - middle([0, 1], of)[i]);
    const placed = apart(({ position }) => position);
    const nominal = apart((tile) => tile.nominal);
    for (const i of [0, 1, 2] as const) expect(placed[i]).toBeCloseTo(nominal[i], 9);
  });

  it('are told from those whose offset lies at the border of the search', () => {
    const grid = trueGrid(1, 3, 1);
    const pairs = changed(rightPairs(grid, 2), {
      '0-1': (right) => [
        candidateAt(
          axes((i) => right.offset[i]),
          0.1,
        ),
      ],
    });
    const placement = placeTiles(grid.tiles, [{ ...pairs[0]!, atSearchBorder: true }, pairs[1]!], search);
    expect(placement.pairs.map(({ status }) => status)).toEqual(['at-search-border', 'used']);
  });
});

describe.runIf(runsAll)('thousands of tiles', () => {
  it('are placed as well as few', () => {
    const grid = trueGrid(50, 60, 1);
    const pairs = changed(rightPairs(grid, 2), {
      '61-62': (right) => [shifted(right, [7, -3, 1])],
      '1500-1560': (right) => [shifted(right, [0, 5, 0]), candidateAt(right.offset, 0.3)],
    });
    const placement = placeTiles(grid.tiles, pairs, search);
    expect(placement.tiles).toHaveLength(3000);
    expect(placement.statistics).toMatchObject({ used: 5889, rejected: 1 });
    expect(worst(placement, grid)).toBeLessThan(0.25);
  });
});
