import { describe, expect, it } from 'vitest';
import { distanceFromStage } from '../../../bench/placement/judge-placement.ts';
import { scan } from '../../../services/ingest/scan.ts';
import type { JobParameters } from '../../../services/parameters.ts';
import { align } from '../../../services/stitching/align.ts';
import { type Pair, pairsFile } from '../../../services/stitching/pairs.ts';
import { PLACEMENT_XML, place } from '../../../services/stitching/place.ts';
import { type Placement, placementFile } from '../../../shared/acquisition/placement.ts';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import { readFile, readFileIfPresent } from '../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { median } from '../../../shared/numerics/statistics.ts';
import { runsAll } from '../../long.ts';
import { runSteps } from '../run-steps.ts';
import { normalNumbers } from './alignment/sample.ts';
import { type TexturedColm, texturedColm } from './textured-colm.ts';

async function placed(source: ObjectStore, parameters: Partial<JobParameters> = {}) {
  const store = memoryStore();
  await runSteps([scan, align, place], { source, store, parameters });
  const placement = await readFile(store, placementFile);
  const pairs = (await readFileIfPresent(store, pairsFile))?.pairs ?? [];
  return { store, placement, pairs };
}

/** The largest error of some tiles over all axes, without the shift that they have in common. */
function errorOf(placement: Placement, { truth }: TexturedColm, locs: readonly number[]): number {
  const tiles = placement.tiles.filter(({ loc }) => locs.includes(loc));
  expect(tiles).toHaveLength(locs.length);
  const largest = [0, 1, 2].map((i) => {
    const errors = tiles.map(({ loc, position }) => position[i]! - truth.get(loc)![i]!);
    return Math.max(...errors.map((error) => Math.abs(error - median(errors))));
  });
  return Math.max(...largest);
}

const all = ({ truth }: TexturedColm): number[] => [...truth.keys()];
const restingOnStage = ({ tiles }: Placement): number[] =>
  tiles.filter(({ source }) => source === 'stage').map(({ loc }) => loc);
const statusOf = (pairs: readonly Pair[], loc: number): string[] =>
  pairs.filter(({ a, b }) => a === loc || b === loc).map(({ status }) => status);

/** All tiles where the stage says, but for the shift that they have in common. */
function expectNominal({ tiles }: Placement): void {
  for (const i of [0, 1, 2]) {
    const shifts = tiles.map(({ nominal, position }) => nominal[i]! - position[i]!);
    expect(Math.max(...shifts) - Math.min(...shifts)).toBeLessThan(1e-3);
  }
}

const noise = normalNumbers(1);
const darkness = (): number => 100 + 6 * noise();

describe('tiles of a textured sample', () => {
  it('are placed between voxels', async () => {
    const colm = await texturedColm({ rows: 2, columns: 3 });
    const { placement, pairs } = await placed(colm.source);
    expect(errorOf(placement, colm, all(colm))).toBeLessThan(0.05);
    expect(placement.measured).toMatchObject({
      channel: 0,
      components: 1,
      statistics: { pairs: 7, used: 7, rejected: 0, ambiguous: 0, noSignal: 0 },
    });
    expect(pairs.every(({ reliability }) => reliability > 0.9)).toBe(true);
    for (const i of [0, 1, 2])
      expect(Math.min(...placement.tiles.map(({ position }) => position[i]!))).toBe(0);
  });

  it('give the same bytes again', async () => {
    const { source } = await texturedColm();
    const first = await placed(source);
    const second = await placed(source);
    for (const key of [placementFile.key, pairsFile.key, PLACEMENT_XML])
      expect((await second.store.get(key))!.bytes).toEqual((await first.store.get(key))!.bytes);
  });

  it('lie where the stage says where that is asked for, and no pair is measured', async () => {
    const { source } = await texturedColm();
    const { placement, store, pairs } = await placed(source, { placement: 'nominal' });
    expectNominal(placement);
    expect(placement.measured).toBeUndefined();
    expect(pairs).toEqual([]);
    expect(await store.get(PLACEMENT_XML)).toBeDefined();
  });

  it('leave no pairs of an earlier run behind where they are told where they lie', async () => {
    const { source } = await texturedColm();
    const { store } = await placed(source);
    await runSteps([place], { source, store, parameters: { placement: 'nominal' } });
    expect(await store.get(pairsFile.key)).toBeUndefined();
  });

  it('may be one', async () => {
    const { source } = await texturedColm({ rows: 1, columns: 1 });
    const { placement, pairs } = await placed(source);
    expect(placement.tiles).toMatchObject([{ loc: 0, position: [0, 0, 0], source: 'stage' }]);
    expect(placement.size).toEqual([80, 72, 12]);
    expect(pairs).toEqual([]);
  });

  it.each([
    ['row', 1, 4],
    ['column', 4, 1],
  ])('may be one %s', async (_, rows, columns) => {
    const colm = await texturedColm({ rows, columns });
    const { placement } = await placed(colm.source);
    expect(errorOf(placement, colm, all(colm))).toBeLessThan(0.1);
    expect(placement.measured).toMatchObject({ components: 1, statistics: { used: 3 } });
  });

  it('may have one plane, which moves in x and y', async () => {
    const colm = await texturedColm({ tileSize: [80, 72, 1], jitter: [3, 3, 0] });
    const { placement } = await placed(colm.source);
    expect(errorOf(placement, colm, all(colm))).toBeLessThan(0.1);
    expect(placement.tiles.every(({ position }) => position[2] === 0)).toBe(true);
  });
});

describe('a grid with gaps', () => {
  it('is placed around a location that was not scanned', async () => {
    const colm = await texturedColm({ rows: 3, columns: 3, unscanned: [4] });
    const { placement } = await placed(colm.source);
    expect(placement.tiles.map(({ loc }) => loc)).toEqual([0, 1, 2, 3, 5, 6, 7, 8]);
    expect(errorOf(placement, colm, all(colm))).toBeLessThan(0.1);
    expect(placement.measured).toMatchObject({ components: 1, statistics: { pairs: 8, used: 8 } });
  });

  it('splits into islands, each of which is right', async () => {
    const colm = await texturedColm({ rows: 2, columns: 5, unscanned: [2, 7] });
    const { placement } = await placed(colm.source);
    const [left, right] = [
      [0, 1, 5, 6],
      [3, 4, 8, 9],
    ] as const;
    expect(errorOf(placement, colm, left)).toBeLessThan(0.1);
    expect(errorOf(placement, colm, right)).toBeLessThan(0.1);
    expect(placement.measured?.components).toBe(2);
    // Nothing joins them: between them the stage's word stands, within its errors.
    expect(errorOf(placement, colm, all(colm))).toBeLessThan(8);
  });

  it('keeps single tiles that have no neighbour', async () => {
    const colm = await texturedColm({ rows: 1, columns: 3, unscanned: [1] });
    const { placement, pairs } = await placed(colm.source);
    expectNominal(placement);
    expect(restingOnStage(placement)).toEqual([0, 2]);
    expect(pairs).toEqual([]);
  });

  it('is placed though planes are missing', async () => {
    const colm = await texturedColm({
      has: (loc, _, plane) => !(loc === 1 && plane < 5) && !(loc === 2 && plane > 9),
    });
    const { placement } = await placed(colm.source);
    expect(errorOf(placement, colm, all(colm))).toBeLessThan(0.15);
    expect(restingOnStage(placement)).toEqual([]);
  });
});

const EMPTY_TILES = [
  ['empty', darkness],
  ['saturated', () => 65_535],
  ...(runsAll
    ? ([
        ['constant', () => 300],
        ['black', () => 0],
      ] as const)
    : []),
] as const;

describe('tiles that show nothing', () => {
  it.each(EMPTY_TILES)('lie where stage and neighbours put them where they are %s', async (_, camera) => {
    const colm = await texturedColm({
      rows: 2,
      columns: 3,
      counts: (loc, value) => (loc === 4 ? camera() : value),
    });
    const { placement, pairs } = await placed(colm.source);
    expect(restingOnStage(placement)).toEqual([4]);
    expect(distanceFromStage(placement, 4)).toBeLessThan(1e-3);
    expect(errorOf(placement, colm, [0, 1, 2, 3, 5])).toBeLessThan(0.1);
    expect(statusOf(pairs, 4)).toEqual(['no-signal', 'no-signal', 'no-signal']);
  });

  it('follow what the stage gets wrong from column to column', async () => {
    const colm = await texturedColm({
      rows: 3,
      columns: 3,
      jitter: [0.4, 0.4, 0.2],
      stepError: [3.6, -2.4, 0.8],
      counts: (loc, value) => (loc === 8 ? darkness() : value),
    });
    const { placement } = await placed(colm.source);
    expect(restingOnStage(placement)).toEqual([8]);
    expect(errorOf(placement, colm, all(colm))).toBeLessThan(0.8);
  });

  it.each(EMPTY_TILES)('all lie where the stage says where all are %s', async (_, camera) => {
    const { source } = await texturedColm({ counts: camera });
    const { placement } = await placed(source);
    expectNominal(placement);
    expect(restingOnStage(placement)).toEqual([0, 1, 2, 3]);
    expect(placement.measured).toMatchObject({ components: 0, statistics: { used: 0, noSignal: 4 } });
  });

  it('are found all the same where a part of them is saturated', async () => {
    const colm = await texturedColm({ counts: (_, value) => (value > 480 ? 65_535 : value) });
    const { placement } = await placed(colm.source);
    expect(errorOf(placement, colm, all(colm))).toBeLessThan(0.3);
  });
});

describe('channels that some tiles lack', () => {
  const lacking = { channels: [0, 1], has: (loc: number, channel: number) => loc !== 1 || channel !== 0 };

  it('leave those tiles to the stage where it is the one that is aligned', async () => {
    const colm = await texturedColm(lacking);
    const { placement, pairs } = await placed(colm.source);
    expect(restingOnStage(placement)).toEqual([1]);
    expect(distanceFromStage(placement, 1)).toBeLessThan(1e-3);
    expect(errorOf(placement, colm, [0, 2, 3])).toBeLessThan(0.1);
    expect(statusOf(pairs, 1)).toEqual(['no-signal', 'no-signal']);
  });

  it('do no harm where another one is aligned', async () => {
    const colm = await texturedColm(lacking);
    const { placement } = await placed(colm.source, { alignmentChannel: 1 });
    expect(errorOf(placement, colm, all(colm))).toBeLessThan(0.1);
    expect(placement.measured?.channel).toBe(1);
  });

  it('may be those that are not fused: one is aligned by another', async () => {
    const colm = await texturedColm({ channels: [0, 1] });
    for (const parameters of [{ channels: [1], alignmentChannel: 0 }, { channels: [1] }]) {
      const { placement } = await placed(colm.source, parameters);
      expect(errorOf(placement, colm, all(colm))).toBeLessThan(0.1);
      expect(placement.measured?.channel).toBe(0);
    }
  });

  it('are named where the job does not have the one to be aligned', async () => {
    const { source } = await texturedColm();
    await expect(placed(source, { alignmentChannel: 3 })).rejects.toThrow(
      'tiles are to be aligned by channel 3, which is not there. There are planes of 0',
    );
  });
});

describe('overlaps of any width', () => {
  it.each([
    ['no', 0],
    ['hardly any', 4],
  ])('leave all to the stage where there is %s', async (_, overlap) => {
    const { source } = await texturedColm({ overlap, jitter: [0, 0, 0] });
    const { placement, pairs } = await placed(source);
    expectNominal(placement);
    expect(pairs.map(({ status }) => status)).toEqual(Array(4).fill('no-signal'));
  });

  it.each([55, 70])('may be more than half: %i percent', async (overlap) => {
    const colm = await texturedColm({ overlap });
    const { placement } = await placed(colm.source);
    expect(errorOf(placement, colm, all(colm))).toBeLessThan(0.1);
    expect(placement.measured?.statistics.used).toBe(4);
  });
});
