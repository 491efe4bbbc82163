import { describe, expect, it } from 'vitest';
import { type LogLook, logLooks, lookPairs } from '../../../services/tile-correction/looks.ts';

const grid = { width: 10, height: 8, reduction: 4 };
const pixels = grid.width * grid.height;

/** A look whose pixel (x, y) holds x + 100 y, plus what is told. */
const lookOf = (tile: number, zBlock: number, shift = 0): LogLook => ({
  tile,
  zBlock,
  log: Float32Array.from({ length: pixels }, (_, n) => (n % 10) + 100 * Math.floor(n / 10) + shift),
});

describe('looks with signal', () => {
  const look = (tile: number, brightShare: number, level = 300) => ({
    tile,
    zBlock: 0,
    image: Float32Array.from({ length: pixels }, (_, n) => (n < brightShare * pixels ? 100 + level : 101)),
  });

  it('are those with more than 35 % of their pixels well above the background', () => {
    const found = logLooks([look(0, 1), look(1, 0.4), look(2, 0.3), look(3, 1, 15)], 100);
    expect(found.map(({ tile }) => tile)).toEqual([0, 1]);
    expect(found[1]!.log[0]).toBeCloseTo(Math.log(300), 6);
    expect(found[1]!.log[pixels - 1]).toBeNaN();
  });

  it('are none where nothing is above the background', () => {
    expect(logLooks([look(0, 1), look(1, 1)], 5000)).toEqual([]);
    expect(logLooks([], 0)).toEqual([]);
  });
});

describe('pairs of looks', () => {
  it('are those of straight neighbours in the same z block', () => {
    const origins = [
      [0, 0],
      [32, 4],
      [0, 24],
      [32, 28],
      [64, 0],
    ] as const;
    const looks = [0, 1, 2, 3, 4].flatMap((tile) => [lookOf(tile, 0), lookOf(tile, 1)]);
    const names = lookPairs(looks, origins, grid).map(({ tiles }) => tiles.join('-'));
    expect(names.sort()).toEqual(['0-1', '0-1', '0-2', '0-2', '1-3', '1-3', '1-4', '1-4', '2-3', '2-3']);
  });

  it('compare pixels that show the same place', () => {
    const origins = [
      [0, 0],
      [28, -4],
    ] as const;
    const [pair] = lookPairs([lookOf(0, 0), lookOf(1, 0, 0.25)], origins, grid);
    expect(pair!.difference).toHaveLength(3 * 7);
    // The second tile lies 7 pixels to the right and 1 up.
    expect(pair!.difference.every((d) => d === 7 - 100 - 0.25)).toBe(true);
    expect(pair!.overlap.here[0]).toBe(7);
    expect(pair!.overlap.there[0]).toBe(10);
  });

  it('need signal in both on 30 % of their overlap', () => {
    const origins = [
      [0, 0],
      [32, 0],
    ] as const;
    const dark = (share: number): LogLook => ({
      ...lookOf(1, 0),
      log: lookOf(1, 0).log.map((value, n) => (n < share * pixels ? Number.NaN : value)),
    });
    expect(lookPairs([lookOf(0, 0), dark(0.8)], origins, grid)).toEqual([]);
    expect(lookPairs([lookOf(0, 0), dark(0.5)], origins, grid)).toHaveLength(1);
  });
});
