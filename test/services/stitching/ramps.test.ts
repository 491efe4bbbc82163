import { describe, expect, it } from 'vitest';
import { feather } from '../../../services/stitching/fusion/ramps.ts';
import type { PlacedTile } from '../../../shared/acquisition/placement.ts';
import { boxAt } from '../../../shared/geometry/box.ts';

const tileAt = (row: number, column: number, x: number, y: number): PlacedTile => ({
  loc: row * 10 + column,
  row,
  column,
  box: boxAt([x, y, 0], [100, 80, 5]),
});

describe('feathering', () => {
  it('sums to one over the true overlap of two tiles', () => {
    const [left, right] = [tileAt(0, 0, 0, 0), tileAt(0, 1, 83, 2)];
    const a = feather(left, [left, right]).x;
    const b = feather(right, [left, right]).x;
    for (let x = 83; x < 100; x++) expect(a[x]! + b[x - 83]!).toBeCloseTo(1, 6);
    expect(a.subarray(0, 83).every((weight) => weight === 1)).toBe(true);
    expect(b.subarray(17).every((weight) => weight === 1)).toBe(true);
  });

  it('never fades towards a neighbour that has no data, nor towards a diagonal one', () => {
    const tile = tileAt(1, 1, 83, 70);
    const { x, y } = feather(tile, [tile, tileAt(0, 0, 0, 0)]);
    expect([...x, ...y].every((weight) => weight === 1)).toBe(true);
  });

  it('never reaches zero, so that wherever a tile has data the sum of weights is positive', () => {
    const tile = tileAt(0, 0, 0, 0);
    const neighbours = [tile, tileAt(0, 1, 1, 0), tileAt(1, 0, 0, 1)];
    const { x, y } = feather(tile, neighbours);
    expect(Math.min(...x, ...y)).toBeGreaterThan(0);
  });

  it('ignores a neighbour that was placed too far away to overlap', () => {
    const tile = tileAt(0, 0, 0, 0);
    expect(feather(tile, [tile, tileAt(0, 1, 120, 0)]).x.every((weight) => weight === 1)).toBe(true);
  });
});
