/** The tiles to be placed, in an order that keeps neighbours close together, and which of them are neighbours. */
import type { Triple } from '../axes.ts';

export interface GridTile {
  readonly loc: number;
  readonly row: number;
  readonly column: number;
  /** Where the stage says it is, voxels. */
  readonly nominal: Triple;
}

export type Direction = 'x' | 'y';

/** Indices into the grid's tiles: b lies right of (x) or below (y) a. */
export interface Neighbours {
  readonly a: number;
  readonly b: number;
  readonly axis: Direction;
}

export interface TileGrid {
  readonly tiles: readonly GridTile[];
  readonly neighbours: readonly Neighbours[];
  readonly indexOfLoc: ReadonlyMap<number, number>;
}

/** The result does not depend on the order of the tiles given. */
export function tileGrid(given: readonly GridTile[]): TileGrid {
  const rows = new Set(given.map(({ row }) => row)).size;
  const columns = new Set(given.map(({ column }) => column)).size;
  // Numbered along the shorter side, neighbours are at most that many tiles apart.
  const place = ({ row, column }: GridTile): readonly [number, number] =>
    columns <= rows ? [row, column] : [column, row];
  const tiles = [...given].sort((s, t) => place(s)[0] - place(t)[0] || place(s)[1] - place(t)[1]);
  const indexAt = new Map(tiles.map(({ row, column }, index) => [`${row} ${column}`, index]));
  const neighbours = tiles.flatMap(({ row, column }, a) => {
    const right = indexAt.get(`${row} ${column + 1}`);
    const below = indexAt.get(`${row + 1} ${column}`);
    return [
      ...(right === undefined ? [] : [{ a, b: right, axis: 'x' as const }]),
      ...(below === undefined ? [] : [{ a, b: below, axis: 'y' as const }]),
    ];
  });
  return { tiles, neighbours, indexOfLoc: new Map(tiles.map(({ loc }, index) => [loc, index])) };
}
