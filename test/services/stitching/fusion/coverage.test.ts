import { expect, it } from 'vitest';
import { type Region, regionsOf } from '../../../../services/stitching/fusion/coverage.ts';
import { type Box, boxSize } from '../../../../shared/geometry/box.ts';
import { seededRandom } from '../../../../shared/numerics/random.ts';

/** Parts of a block, as tiles cover them. */
function anyCovers(block: Box, random: () => number): Box[] {
  const span = (axis: 0 | 1): [number, number] => {
    const [start, end] = [block.start[axis], block.end[axis]];
    const first = start + Math.floor(random() * (end - start));
    return [first, first + 1 + Math.floor(random() * (end - first))];
  };
  return Array.from({ length: Math.floor(random() * 7) }, () => {
    const [x, y] = [span(0), span(1)];
    return { start: [x[0], y[0], block.start[2]], end: [x[1], y[1], block.end[2]] };
  });
}

const holds = ({ start, end }: Region, x: number, y: number): boolean =>
  start[0] <= x && x < end[0] && start[1] <= y && y < end[1];

it('each voxel lies in one region, which names the tiles that cover it', () => {
  const block: Box = { start: [100, 40, 7], end: [131, 57, 9] };
  const [width, height] = boxSize(block);
  for (let seed = 1; seed <= 60; seed++) {
    const covers = anyCovers(block, seededRandom(seed));
    const regions = regionsOf(block, covers);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const covering = covers.flatMap(({ start, end }, tile) => {
          const [ownX, ownY] = [x + block.start[0], y + block.start[1]];
          const inside = start[0] <= ownX && ownX < end[0] && start[1] <= ownY && ownY < end[1];
          return inside ? [tile] : [];
        });
        const found = regions.filter((region) => holds(region, x, y)).map(({ tiles }) => tiles);
        expect(found, `seed ${seed}, voxel ${x}, ${y}`).toEqual([covering]);
      }
    }
  }
});

it('neighbours along x that the same tile covers are one region', () => {
  const block: Box = { start: [0, 0, 0], end: [30, 10, 1] };
  const covers: Box[] = [
    { start: [0, 0, 0], end: [30, 6, 1] },
    { start: [10, 4, 0], end: [20, 10, 1] },
  ];
  expect(regionsOf(block, covers)).toEqual([
    { start: [0, 0], end: [30, 4], tiles: [0] },
    { start: [0, 4], end: [10, 6], tiles: [0] },
    { start: [10, 4], end: [20, 6], tiles: [0, 1] },
    { start: [20, 4], end: [30, 6], tiles: [0] },
    { start: [0, 6], end: [10, 10], tiles: [] },
    { start: [10, 6], end: [20, 10], tiles: [1] },
    { start: [20, 6], end: [30, 10], tiles: [] },
  ]);
});
