/** What each tile's place rests on. */
import type { Placement } from '../../../shared/acquisition/placement.ts';
import { components } from '../placement/components.ts';
import { isUsed, type PairView } from './pair-view.ts';

export type TileOfPlacement = Placement['tiles'][number];

export interface TileSupport {
  readonly tile: TileOfPlacement;
  readonly pairs: readonly PairView[];
  readonly used: readonly PairView[];
}

/** By ascending location. */
export function tileSupport({ tiles }: Placement, views: readonly PairView[]): TileSupport[] {
  const byLoc = new Map(tiles.map(({ loc }) => [loc, [] as PairView[]]));
  for (const view of views) for (const loc of [view.pair.a, view.pair.b]) byLoc.get(loc)?.push(view);
  return [...tiles]
    .sort((a, b) => a.loc - b.loc)
    .map((tile) => {
      const pairs = byLoc.get(tile.loc)!;
      return { tile, pairs, used: pairs.filter(isUsed) };
    });
}

/** Locations of tiles that used pairs join, the largest group first; a tile alone is no group. */
export function islandsOf({ tiles }: Placement, views: readonly PairView[]): number[][] {
  const locs = tiles.map(({ loc }) => loc).sort((a, b) => a - b);
  const indexOf = new Map(locs.map((loc, index) => [loc, index]));
  const links = views
    .filter(isUsed)
    .map(({ pair }) => ({ a: indexOf.get(pair.a)!, b: indexOf.get(pair.b)! }))
    .filter(({ a, b }) => a !== undefined && b !== undefined);
  const groups = new Map<number, number[]>();
  components(locs.length, links).forEach((group, index) => {
    groups.set(group, [...(groups.get(group) ?? []), locs[index]!]);
  });
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .sort((a, b) => b.length - a.length || a[0]! - b[0]!);
}
