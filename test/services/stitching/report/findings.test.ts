import { describe, expect, it } from 'vitest';
import type { Pair } from '../../../../services/stitching/pairs.ts';
import {
  type Finding,
  severity,
  worstFirst,
  worthALook,
} from '../../../../services/stitching/report/finding.ts';
import { gapFindings } from '../../../../services/stitching/report/gap-findings.ts';
import { pairFindings } from '../../../../services/stitching/report/pair-findings.ts';
import { pairViews } from '../../../../services/stitching/report/pair-view.ts';
import { pairStatistics } from '../../../../services/stitching/report/statistics.ts';
import { tileFindings } from '../../../../services/stitching/report/tile-findings.ts';
import type { Placement } from '../../../../shared/acquisition/placement.ts';
import { FINDING_KINDS } from '../../../../shared/acquisition/quality-report.ts';
import { seededRandom } from '../../../../shared/numerics/random.ts';
import { candidate, featurelessPair, pairsFileOf, rejectedPair } from './measured-pairs.ts';
import { changedPairs, gridPairs, gridPlacement } from './tile-grid.ts';

type Triple = [number, number, number];

const ofPairs = (placement: Placement, pairs: readonly Pair[]): Finding[] =>
  pairFindings(pairViews(pairs, placement), pairsFileOf(pairs));
const ofTiles = (placement: Placement, pairs: readonly Pair[]): Finding[] =>
  tileFindings(placement, pairViews(pairs, placement));
const plus = ([x, y, z]: Readonly<Triple>, dx: number): Triple => [x + dx, y, z];

const placement = gridPlacement(3, 3);
const pairs = gridPairs(placement);

describe('a placement in which everything agrees', () => {
  it('gives no finding', () => {
    expect(ofPairs(placement, pairs)).toEqual([]);
    expect(ofTiles(placement, pairs)).toEqual([]);
  });

  it('gives none with jitter, rotation of the grid and a wrong step either', () => {
    const random = seededRandom(1);
    const jitter = () => 12 * (random() - 0.5);
    const moved = Object.fromEntries(
      Array.from({ length: 25 }, (_, loc): [number, Triple] => {
        const [row, column] = [Math.floor(loc / 5), loc % 5];
        return [loc, [jitter() + 9 * column - 11 * row, jitter() + 11 * column, column - 2 * row]];
      }),
    );
    const jittered = gridPlacement(5, 5, moved);
    expect(ofTiles(jittered, gridPairs(jittered))).toEqual([]);
  });
});

describe('findings about pairs', () => {
  it('name a pair that is confidently wrong, with what contradicts it', () => {
    const changed = changedPairs(pairs, { '4-5': (pair) => rejectedPair(pair, plus(pair.nominal, 12)) });
    const [finding, ...others] = ofPairs(placement, changed);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ kind: 'rejected-pair', tiles: [4, 5] });
    expect(finding!.what).toContain('LOC004 and LOC005 fit with reliability 0.97 (correlation 0.80)');
    expect(finding!.what).toContain('by -12.0, 0.0, 0.0 voxels');
  });

  it('name a featureless pair', () => {
    const changed = changedPairs(pairs, { '0-3': featurelessPair });
    expect(ofPairs(placement, changed)).toEqual([
      expect.objectContaining({ kind: 'featureless-pair', tiles: [0, 3] }),
    ]);
  });

  it('say how to enlarge the search, whether the pair was used or not', () => {
    const changed = changedPairs(pairs, {
      '1-2': (pair) => ({ ...pair, atSearchBorder: true }),
      '3-4': (pair) => ({ ...pair, atSearchBorder: true, chosen: null, status: 'at-search-border' }),
    });
    const findings = worstFirst(ofPairs(placement, changed));
    expect(findings.map(({ tiles }) => tiles)).toEqual([
      [3, 4],
      [1, 2],
    ]);
    expect(findings[0]!.what).toContain('--search 120,120,40');
    expect(findings[1]!.what).toContain('It was used all the same');
  });

  it('name an ambiguous pair with how far away its other match is', () => {
    const changed = changedPairs(pairs, {
      '0-1': (pair) => ({
        ...pair,
        candidates: [candidate([80, 0, 0], { reliability: 0.02 }), candidate([92, 1, 0])],
        chosen: null,
        reliability: 0.02,
        status: 'ambiguous',
      }),
    });
    const [finding] = ofPairs(placement, changed);
    expect(finding).toMatchObject({ kind: 'ambiguous-pair', tiles: [0, 1] });
    expect(finding!.what).toContain('+12.0, +1.0, 0.0 voxels (x, y, z) away');
  });

  it('name a used pair that lies elsewhere than it was measured, by the placement, not by what the pair says', () => {
    const changed = changedPairs(pairs, {
      '4-7': (pair) => ({ ...pair, candidates: [candidate(plus(pair.nominal, -1.5))] }),
    });
    expect(ofPairs(placement, changed)).toEqual([
      expect.objectContaining({ kind: 'large-residual', tiles: [4, 7], grade: 1.5 }),
    ]);
  });

  it('name a pair that was joined by another than its best match, and one that drifts along the stack', () => {
    const layer = { z1: 0, sd: [0.1, 0.1, 0.1] as Triple };
    const changed = changedPairs(pairs, {
      '0-1': (pair) => ({ ...pair, chosen: 1, candidates: [candidate([90, 0, 0]), candidate(pair.nominal)] }),
      '7-8': (pair) => ({
        ...pair,
        layers: [
          { ...layer, z0: 0, offset: [80, 0, 0], T: 40 },
          { ...layer, z0: 500, offset: [82, 0, 0], T: 40 },
          { ...layer, z0: 900, offset: [200, 0, 0], T: 5 },
        ],
      }),
    });
    const findings = ofPairs(placement, changed);
    expect(findings.map(({ kind }) => kind)).toEqual(['other-candidate', 'drift']);
    expect(findings[1]!.what).toContain('by 2.0, 0.0, 0.0 voxels');
  });
});

describe('findings about tiles', () => {
  it('name a tile shifted by 50 voxels, and no other', () => {
    for (const loc of [0, 4, 5, 8]) {
      const shifted = gridPlacement(3, 3, { [loc]: [50, -3, 1] });
      const findings = ofTiles(shifted, gridPairs(shifted));
      expect(findings.map(({ kind, tiles }) => ({ kind, tiles }))).toEqual([
        { kind: 'shifted-tile', tiles: [loc] },
      ]);
      expect(findings[0]!.what).toContain('+50.0, -3.0, +1.0 voxels');
    }
  });

  it('name it in a grid of four, and against jitter and a tilted grid', () => {
    const four = gridPlacement(2, 2, { 3: [0, 50, 0] });
    expect(ofTiles(four, gridPairs(four))).toEqual([
      expect.objectContaining({ kind: 'shifted-tile', tiles: [3] }),
    ]);
    const random = seededRandom(2);
    const moved = Object.fromEntries(
      Array.from({ length: 20 }, (_, loc): [number, Triple] => {
        const jitter = 12 * (random() - 0.5);
        return [loc, [jitter + (loc === 7 ? 50 : 0), 3 * (loc % 5), 0]];
      }),
    );
    const tilted = gridPlacement(4, 5, moved);
    expect(ofTiles(tilted, gridPairs(tilted)).map(({ tiles }) => tiles)).toEqual([[7]]);
  });

  it('name tiles that rest on one pair and on none', () => {
    const changed = changedPairs(pairs, {
      '0-1': featurelessPair,
      '7-8': featurelessPair,
      '5-8': featurelessPair,
    });
    const findings = ofTiles(placement, changed).map(({ kind, tiles }) => ({ kind, tiles }));
    expect(findings).toEqual([
      { kind: 'single-pair-tile', tiles: [0] },
      { kind: 'stage-tile', tiles: [8] },
    ]);
  });

  it('name every island but the largest, and compare tiles only within one', () => {
    const moved: Record<number, Triple> = { 2: [90, 0, 0], 5: [90, 0, 0], 8: [90, 0, 0] };
    const split = gridPlacement(3, 3, moved);
    const changed = changedPairs(gridPairs(split), {
      '1-2': featurelessPair,
      '4-5': featurelessPair,
      '7-8': featurelessPair,
    });
    const findings = ofTiles(split, changed);
    expect(findings.filter(({ kind }) => kind === 'island')).toEqual([
      expect.objectContaining({ tiles: [2, 5, 8] }),
    ]);
    expect(findings.filter(({ kind }) => kind === 'shifted-tile')).toEqual([]);
  });

  it('say nothing about support where no pairs were measured', () => {
    expect(tileFindings(placement, [])).toEqual([]);
  });
});

describe('findings about raw data', () => {
  it('are the gaps, with the plane where they begin; remarks are none', () => {
    const findings = gapFindings(
      [
        { kind: 'missing-plane', loc: 3, planes: [[7, 9]], message: 'LOC003 lacks planes 7 to 9' },
        { kind: 'missing-tile', loc: 5, message: 'LOC005 is absent.' },
        { kind: 'numbering', loc: 1, message: 'odd names' },
      ],
      30,
    );
    expect(findings).toEqual([
      { kind: 'missing-planes', tiles: [3], plane: 7, grade: 0.9, what: 'LOC003 lacks planes 7 to 9.' },
      { kind: 'missing-tile', tiles: [5], grade: 0, what: 'LOC005 is absent.' },
    ]);
  });
});

describe('the places most worth a look', () => {
  const finding = (kind: Finding['kind'], tiles: readonly number[], grade = 0): Finding => ({
    kind,
    tiles,
    grade,
    what: `${kind} ${tiles}`,
  });

  it('are the worst ones', () => {
    const all = [
      finding('featureless-pair', [0, 1]),
      finding('shifted-tile', [8]),
      finding('rejected-pair', [4, 5]),
      finding('missing-tile', [2]),
    ];
    expect(worthALook(all, 3).map(({ kind }) => kind)).toEqual([
      'shifted-tile',
      'rejected-pair',
      'missing-tile',
    ]);
  });

  it('are at different places where those are nearly as bad, else at the same one', () => {
    const tile = finding('shifted-tile', [5]);
    const itsPairs = [finding('rejected-pair', [4, 5]), finding('rejected-pair', [5, 6], 3)];
    const elsewhere = finding('ambiguous-pair', [0, 1]);
    const unremarkable = finding('featureless-pair', [10, 11]);
    expect(worthALook([...itsPairs, unremarkable, elsewhere, tile], 3)).toEqual([
      tile,
      itsPairs[1],
      elsewhere,
    ]);
    expect(worthALook([...itsPairs, unremarkable, tile], 2)).toEqual([tile, itsPairs[1]]);
  });

  it('are all there are where there are fewer, in an order that does not depend on the order found', () => {
    const all = [finding('drift', [1, 2]), finding('drift', [0, 1]), finding('island', [7, 8, 9])];
    expect(worthALook(all, 5)).toEqual(worthALook([...all].reverse(), 5));
    expect(worstFirst(all).map(({ tiles }) => tiles[0])).toEqual([7, 0, 1]);
    expect(worthALook([], 3)).toEqual([]);
  });

  it('rank every kind below the one before it', () => {
    const weights = FINDING_KINDS.map((kind) => severity(finding(kind, [0])));
    expect(weights).toEqual([...weights].sort((a, b) => b - a));
    expect(severity(finding('drift', [0], 1e6))).toBe(severity(finding('drift', [0], 9)));
  });
});

describe('the statistics of pairs', () => {
  it('count by status and measure residuals of used pairs alone', () => {
    const changed = changedPairs(pairs, {
      '0-1': (pair) => ({ ...pair, candidates: [candidate(plus(pair.nominal, 0.3))] }),
      '3-4': (pair) => rejectedPair(pair, plus(pair.nominal, 30)),
      '4-5': featurelessPair,
    });
    expect(pairStatistics(pairViews(changed, placement))).toMatchObject({
      pairs: 12,
      used: 10,
      rejected: 1,
      noSignal: 1,
      residualMax: [0.3, 0, 0],
      residualRms: [0.0949, 0, 0],
    });
  });
});
