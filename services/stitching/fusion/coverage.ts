/** Which tiles cover which part of a block: most of it lies in one tile alone, where there is nothing to blend. */
import { type Box, boxSize, type Vec3 } from '../../../shared/geometry/box.ts';

/** A rectangle of the block's planes that the same tiles cover. */
export interface Region {
  /** Voxels from the block's corner; the end is excluded. */
  readonly start: readonly [number, number];
  readonly end: readonly [number, number];
  /** Places in the list of covers, ascending. */
  readonly tiles: readonly number[];
}

/**
 * The block's planes as rectangles that do not overlap: the grid of all borders of `covers` (parts of the block, in voxels
 * of the volume), neighbours along x joined where the same tiles cover them.
 */
export function regionsOf(block: Box, covers: readonly Box[]): Region[] {
  const own = covers.map(({ start, end }) => ({ start: minus(start, block), end: minus(end, block) }));
  const [width, height] = boxSize(block);
  const [columns, rows] = [bordersOf(own, 0, width), bordersOf(own, 1, height)];
  const regions: Region[] = [];
  for (const [y0, y1] of rows) {
    let last: Region | undefined;
    for (const [x0, x1] of columns) {
      const tiles = own.flatMap(({ start, end }, tile) =>
        start[0] <= x0 && x1 <= end[0] && start[1] <= y0 && y1 <= end[1] ? [tile] : [],
      );
      const joins = last !== undefined && last.tiles.join() === tiles.join();
      last = { start: joins ? last!.start : [x0, y0], end: [x1, y1], tiles };
      if (joins) regions.pop();
      regions.push(last);
    }
  }
  return regions;
}

const minus = (point: Vec3, { start }: Box): readonly [number, number] => [
  point[0] - start[0],
  point[1] - start[1],
];

/** The spans between the borders along an axis, from 0 to `length`. */
function bordersOf(
  covers: readonly { readonly start: readonly [number, number]; readonly end: readonly [number, number] }[],
  axis: 0 | 1,
  length: number,
): (readonly [number, number])[] {
  const borders = new Set([0, length, ...covers.flatMap(({ start, end }) => [start[axis], end[axis]])]);
  const ascending = [...borders].sort((a, b) => a - b);
  return ascending.slice(1).map((end, i) => [ascending[i]!, end]);
}
