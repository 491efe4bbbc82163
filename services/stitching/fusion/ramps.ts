/** Weights of a tile's pixels. Feathered: two tiles' fall linearly over their true overlap and sum to 1 (STITCHING section 7.3). */
import type { PlacedTile } from '../../../shared/acquisition/placement.ts';

export interface Ramps {
  /** One weight per column and per row of the tile; a pixel's weight is their product. */
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/**
 * The weights of a tile against the neighbours that have data at this plane: a tile never fades towards a neighbour
 * that has nothing there.
 */
export function feather(tile: PlacedTile, present: readonly PlacedTile[]): Ramps {
  const neighbour = (rows: number, columns: number) =>
    present.find(({ row, column }) => row === tile.row + rows && column === tile.column + columns);
  return {
    x: ramp(tile, 0, neighbour(0, -1), neighbour(0, 1)),
    y: ramp(tile, 1, neighbour(-1, 0), neighbour(1, 0)),
  };
}

/** The same weight for every pixel. */
export function even({ box: { start, end } }: PlacedTile): Ramps {
  return { x: new Float32Array(end[0] - start[0]).fill(1), y: new Float32Array(end[1] - start[1]).fill(1) };
}

function ramp(
  { box }: PlacedTile,
  axis: 0 | 1,
  before: PlacedTile | undefined,
  after: PlacedTile | undefined,
): Float32Array {
  const length = box.end[axis] - box.start[axis];
  const overlapBefore = before === undefined ? 0 : before.box.end[axis] - box.start[axis];
  const overlapAfter = after === undefined ? 0 : box.end[axis] - after.box.start[axis];
  return Float32Array.from({ length }, (_, d) => rise(d, overlapBefore) * rise(length - 1 - d, overlapAfter));
}

/** Weight at `distance` voxels from the edge of an overlap that is `overlap` voxels wide; never 0. */
const rise = (distance: number, overlap: number): number =>
  overlap <= 0 ? 1 : Math.min(1, (distance + 0.5) / overlap);
