/** Placements of whole grids, with errors of the stage where a test wants them. */
import type { Pair } from '../../../../services/stitching/pairs.ts';
import { makePlacement, type Placement } from '../../../../shared/acquisition/placement.ts';
import { usedPair } from './measured-pairs.ts';

type Triple = [number, number, number];

const STEP = 80;
const TILE: Triple = [100, 100, 30];

/** Tiles are numbered row-major; `moved` says by how much some of them lie from where the stage put them. */
export function gridPlacement(
  rows: number,
  columns: number,
  moved: Readonly<Record<number, Triple>> = {},
): Placement {
  const frame = { voxelSizeUm: [1, 1, 2] as Triple, tileSize: TILE, grid: { rows, columns } };
  const tiles = Array.from({ length: rows * columns }, (_, loc) => {
    const [row, column] = [Math.floor(loc / columns), loc % columns];
    const nominal: Triple = [column * STEP, row * STEP, 0];
    const [x, y, z] = moved[loc] ?? [0, 0, 0];
    const position: Triple = [nominal[0] + x, nominal[1] + y, nominal[2] + z];
    return { loc, row, column, directory: `LOC${loc}`, nominal, position, source: 'pairs' as const };
  });
  return makePlacement(frame, tiles);
}

/** All neighbours, measured exactly where they lie. */
export function gridPairs({ tiles }: Placement): Pair[] {
  const at = (row: number, column: number) =>
    tiles.find((tile) => tile.row === row && tile.column === column);
  return tiles.flatMap((tile) => {
    const others = [
      ['x', at(tile.row, tile.column + 1)],
      ['y', at(tile.row + 1, tile.column)],
    ] as const;
    return others.flatMap(([axis, other]) => {
      if (other === undefined) return [];
      const offset = other.position.map((value, i) => value - tile.position[i]!) as Triple;
      return [usedPair(tile.loc, other.loc, axis, offset)];
    });
  });
}

/** The grid's pairs with some of them changed, keyed `a-b`. */
export const changedPairs = (
  pairs: readonly Pair[],
  changes: Readonly<Record<string, (pair: Pair) => Pair>>,
): Pair[] => pairs.map((pair) => changes[`${pair.a}-${pair.b}`]?.(pair) ?? pair);
