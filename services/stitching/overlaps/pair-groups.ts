/**
 * Which pairs one task compares. Plain planes are read strip by strip, so every pair is a task of its own. A compressed
 * plane is decoded as a whole whatever part of it is wanted: there a task takes the pairs of a block of tiles and reads
 * each tile once for all of them.
 */
import type { Tile } from '../../../shared/acquisition/acquisition.ts';
import { type OverlapPair, stripArea } from './overlap-pairs.ts';

export interface PairGroup {
  readonly pairs: readonly OverlapPair[];
}

/**
 * Tiles of a block. Its tiles are read row by row and strips wait for their partner in the row below, so memory grows
 * with the columns; the neighbours right of the block and below it are read once more by their own.
 */
const BLOCK_COLUMNS = 4;
const BLOCK_ROWS = 8;

export function pairGroups(
  pairs: readonly OverlapPair[],
  tiles: readonly Tile[],
  compressed: boolean,
): PairGroup[] {
  if (!compressed) return pairs.map((pair) => ({ pairs: [pair] }));
  const blocks = new Map(
    tiles.map(({ loc, row, column }) => [
      loc,
      `${Math.floor(row / BLOCK_ROWS)},${Math.floor(column / BLOCK_COLUMNS)}`,
    ]),
  );
  const groups = new Map<string, OverlapPair[]>();
  for (const pair of pairs) {
    const block = blocks.get(pair.a)!;
    groups.set(block, [...(groups.get(block) ?? []), pair]);
  }
  return [...groups.values()].map((ofBlock) => ({ pairs: ofBlock }));
}

/** LOC numbers of a group's tiles, ascending: row by row, every a before its b. */
export const tilesOfGroup = ({ pairs }: PairGroup): number[] =>
  [...new Set(pairs.flatMap(({ a, b }) => [a, b]))].sort((a, b) => a - b);

/** How often a tile's plane is read as a whole, averaged over all tiles: by strips, or decoded for each group. */
export function readsPerPlane(
  groups: readonly PairGroup[],
  tileCount: number,
  tileSize: readonly number[],
  compressed: boolean,
): number {
  const planeArea = tileSize[0]! * tileSize[1]!;
  const reads = groups.map((group) =>
    compressed
      ? tilesOfGroup(group).length
      : group.pairs.reduce((sum, pair) => sum + (2 * stripArea(pair, tileSize)) / planeArea, 0),
  );
  return reads.reduce((sum, count) => sum + count, 0) / tileCount;
}

/** The most strips that are in memory at once while the group's tiles are read one after the other. */
export function mostStripsHeld(group: PairGroup): number {
  let held = 0;
  let most = 0;
  for (const loc of tilesOfGroup(group)) {
    const opening = group.pairs.filter(({ a }) => a === loc).length;
    const closing = group.pairs.filter(({ b }) => b === loc).length;
    most = Math.max(most, held + opening + closing);
    held += opening - closing;
  }
  return most;
}
