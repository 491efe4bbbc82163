import { describe, expect, it } from 'vitest';
import { readAreaVoxels, readPlanes } from '../../../../services/stitching/fusion/read-planes.ts';
import type { TileView } from '../../../../services/stitching/fusion/tile-view.ts';
import type { PlaneReader } from '../../../../shared/acquisition/plane-reader.ts';
import { boxAt } from '../../../../shared/geometry/box.ts';

const PLANES = 12;

function viewOf(loc: number, width: number): TileView {
  const box = boxAt([0, 0, 0], [width, 2, PLANES]);
  const stack = { channel: 0, missing: [], compressed: false, layout: null } as unknown as TileView['stack'];
  return { tile: { loc, box } as TileView['tile'], stack, missing: new Set(), covers: box };
}

const views = [viewOf(0, 3), viewOf(1, 5)];
const isFirst = (stack: TileView['stack']): boolean => stack === views[0]!.stack;

describe('reading the planes of a block', () => {
  it('fills places of the area that no plane in use shares', async () => {
    const area = new Uint16Array(readAreaVoxels(views));
    const planes: PlaneReader = {
      async readRegion(stack, plane, _, into) {
        into.fill(100 * (isFirst(stack) ? 1 : 2) + plane);
        return 'ok';
      },
    };
    let z = 0;
    for await (const plane of readPlanes(planes, views, 0, PLANES, area)) {
      for (const [i, { pixels }] of plane.tiles.entries()) {
        expect(pixels.buffer).toBe(area.buffer);
        expect(new Set(pixels)).toEqual(new Set([100 * (i + 1) + z]));
      }
      z++;
    }
    expect(z).toBe(PLANES);
  });

  it('fails only when nothing writes into the area any more', async () => {
    let writing = 0;
    const planes: PlaneReader = {
      async readRegion(stack) {
        if (isFirst(stack)) throw new Error('the store is away');
        writing++;
        for (let turn = 0; turn < 50; turn++) await Promise.resolve();
        writing--;
        return 'ok';
      },
    };
    const reading = readPlanes(planes, views, 0, PLANES, new Uint16Array(readAreaVoxels(views)));
    await expect(reading.next()).rejects.toThrow('the store is away');
    expect(writing).toBe(0);
  });
});
