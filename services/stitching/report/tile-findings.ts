/** What is doubtful about the tiles' places. */
import type { Placement } from '../../../shared/acquisition/placement.ts';
import { tileName } from '../../../shared/acquisition/quality-report.ts';
import type { Finding } from './finding.ts';
import type { PairView } from './pair-view.ts';
import { stageErrors } from './stage-errors.ts';
import { islandsOf, type TileSupport, tileSupport } from './tile-support.ts';
import { largest, tileNames, voxels } from './words.ts';

/** `views`: empty where no pairs were measured. */
export function tileFindings(placement: Placement, views: readonly PairView[]): Finding[] {
  const islands = islandsOf(placement, views);
  const judged = islands.length > 1 ? islands : [placement.tiles.map(({ loc }) => loc)];
  return [
    ...judged.flatMap((locs) => shiftedTiles(placement, locs)),
    ...(views.length === 0 ? [] : tileSupport(placement, views).flatMap(weakSupport)),
    ...islands.slice(1).map((island) => islandFinding(island, islands)),
  ];
}

/** Only tiles that pairs join can be compared: between islands there is nothing but the stage. */
function shiftedTiles({ tiles }: Placement, locs: readonly number[]): Finding[] {
  const among = new Set(locs);
  return stageErrors(tiles.filter(({ loc }) => among.has(loc)))
    .filter(({ isFar }) => isFar)
    .map(({ tile, error }) => ({
      kind: 'shifted-tile' as const,
      what: `${tileName(tile.loc)} lies ${voxels(error)} voxels (x, y, z) from where the stage and its neighbours put it.`,
      tiles: [tile.loc],
      grade: largest(error) / 10,
    }));
}

function weakSupport({ tile, pairs, used }: TileSupport): Finding[] {
  const tiles = [tile.loc];
  const name = tileName(tile.loc);
  if (used.length === 0) {
    const neighbours =
      pairs.length === 0 ? 'it has no neighbour' : `none of its ${pairs.length} pairs could be used`;
    const what = `${name} rests on no pair (${neighbours}): it lies where the stage and its neighbours put it.`;
    return [{ kind: 'stage-tile', what, tiles, grade: loudPairs(pairs) }];
  }
  if (used.length > 1) return [];
  const { pair } = used[0]!;
  const other = tileName(pair.a === tile.loc ? pair.b : pair.a);
  const what = `${name} rests on one pair, with ${other} (reliability ${pair.reliability.toFixed(2)}): no loop checks it.`;
  return [{ kind: 'single-pair-tile', what, tiles, grade: 9 * (1 - pair.reliability) }];
}

/** A tile whose overlaps carry signal should have been placed by them. */
const loudPairs = (pairs: readonly PairView[]): number =>
  2 * pairs.filter(({ pair }) => pair.status !== 'no-signal').length;

function islandFinding(island: readonly number[], islands: readonly (readonly number[])[]): Finding {
  const what =
    `${tileNames(island)} are joined to each other but by no used pair to the rest: the placement has ` +
    `${islands.length} islands, and between them only the stage vouches.`;
  return { kind: 'island', what, tiles: island, grade: 0 };
}
