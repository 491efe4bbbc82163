/** What one tile gives to one block: which of its pixels, at which planes. */
import type { Acquisition, Stack } from '../../../shared/acquisition/acquisition.ts';
import { type PlacedTile, type Placement, placedTiles } from '../../../shared/acquisition/placement.ts';
import { type Box, intersect, isEmpty } from '../../../shared/geometry/box.ts';

export interface TileView {
  readonly tile: PlacedTile;
  readonly stack: Stack;
  readonly missing: ReadonlySet<number>;
  /** The part of the block that the tile covers, in voxels of the volume. */
  readonly covers: Box;
}

/** The tiles that reach into a block, in ascending order of location: the order of every sum. */
export function tilesInBlock(
  acquisition: Acquisition,
  placement: Placement,
  channel: number,
  block: Box,
): readonly TileView[] {
  const stacks = new Map(acquisition.tiles.map(({ loc, stacks }) => [loc, stacks]));
  const views: TileView[] = [];
  for (const tile of placedTiles(placement)) {
    const covers = intersect(tile.box, block);
    const stack = stacks.get(tile.loc)?.find((candidate) => candidate.channel === channel);
    if (stack === undefined || isEmpty(covers)) continue;
    views.push({ tile, stack, missing: new Set(stack.missing), covers });
  }
  return views.sort((a, b) => a.tile.loc - b.tile.loc);
}

/** The tile's own plane at height `z` of the volume, or undefined where it has none. */
export function planeAt({ tile, missing, covers }: TileView, z: number): number | undefined {
  const plane = z - tile.box.start[2];
  return z < covers.start[2] || z >= covers.end[2] || missing.has(plane) ? undefined : plane;
}
