import { expect, it } from 'vitest';
import type { ChannelSurvey } from '../../../services/tile-correction/flat-field/channel-survey.ts';
import { gridOfLooks, readLooks } from '../../../services/tile-correction/flat-field/read-looks.ts';
import { encodeReducedTile, reducedTileKey } from '../../../shared/acquisition/reduced-tile.ts';
import type { SurveyGrid } from '../../../shared/acquisition/survey-grid.ts';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';

/** Tiles of 5 x 4 pixels and 7 planes, all read: three slices of two planes and one of one. */
const grid: SurveyGrid = { planes: [0, 1, 2, 3, 4, 5, 6], factor: [2, 2, 2], size: [3, 2, 4] };

/** Pixel x + 10 y of the reduced tile, plus 100 for each slice; `planes` of each slice were read. */
async function looksOf(tiles: readonly (readonly number[])[], left: Partial<ChannelSurvey> = {}) {
  const store = memoryStore();
  const voxels = Float32Array.from(
    { length: 24 },
    (_, n) => (n % 3) + 10 * (Math.floor(n / 3) % 2) + 100 * Math.floor(n / 6),
  );
  const { npy, scales } = encodeReducedTile(voxels, [3, 2, 4]);
  const surveyed = tiles.map((planes, loc) => ({
    loc,
    origin: [0, 0] as const,
    firstPlaneMean: undefined,
    reduced: {
      factor: [2, 2, 2] as [number, number, number],
      size: [3, 2, 4] as [number, number, number],
      slices: planes.map((count, n) => ({ planes: count, centre: null, ...scales[n]! })),
    },
  }));
  for (const { loc } of surveyed) await store.put(reducedTileKey(0, loc), npy);
  const none = { constant: new Set<number>(), saturated: new Set<number>(), histogram: new Float64Array() };
  const survey = { channel: 0, tiles: surveyed, ...none, ...left };
  return readLooks(store, survey, grid, gridOfLooks(grid, [5, 4, 7]));
}

it('looks are means over the planes of half the depth, on whole blocks only', async () => {
  const [upper, lower] = await looksOf([[2, 1, 2, 1]]);
  expect(upper).toMatchObject({ tile: 0, zBlock: 0 });
  expect([...upper!.image].map((value) => +value.toFixed(3))).toEqual([33.333, 34.333, 43.333, 44.333]);
  expect(lower).toMatchObject({ tile: 0, zBlock: 1 });
  expect(lower!.image[0]).toBeCloseTo(200 + 100 / 3, 4);
});

it('half a depth of which fewer than half the planes were read is no look', async () => {
  const looks = await looksOf([
    [2, 2, 2, 1],
    [1, 0, 1, 1],
    [2, 0, 1, 0],
  ]);
  expect(looks.map(({ tile, zBlock }) => [tile, zBlock])).toEqual([
    [0, 0],
    [0, 1],
    [1, 1],
    [2, 0],
  ]);
});

it('constant and saturated tiles have no looks', async () => {
  const full = [2, 2, 2, 1];
  const left = { constant: new Set([0]), saturated: new Set([2]) };
  expect((await looksOf([full, full, full], left)).map(({ tile }) => tile)).toEqual([1, 1]);
});
