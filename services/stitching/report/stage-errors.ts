/** How far each tile lies from where the stage put it, beyond what the stage gets wrong everywhere alike. */
import type { Placement } from '../../../shared/acquisition/placement.ts';
import { median } from '../../../shared/numerics/statistics.ts';
import { axes, type Triple } from '../axes.ts';
import { correctedNominal } from '../placement/stage-correction.ts';
import { tileGrid } from '../placement/tile-grid.ts';
import type { TileOfPlacement } from './tile-support.ts';

export interface StageError {
  readonly tile: TileOfPlacement;
  /** Position minus what stage and neighbours say, voxels. */
  readonly error: Triple;
  /** Unusual among the tiles of this placement. */
  readonly isFar: boolean;
}

/** So many neighbours in a row or column say what a step of the stage is. */
const LEAST_NEIGHBOURS = 3;
/** Voxels in x, y and z below which no stage is blamed, and multiples of the usual error above which a tile is. */
const USUAL: Triple = [8, 8, 3];
const TIMES = 6;
/** From the median of absolute values to a standard deviation. */
const TO_DEVIATION = 1.4826;

/** `tiles`: those to judge, all of one gauge. Rotation of the grid, tilt and a wrong step are taken out by medians. */
export function stageErrors(tiles: Placement['tiles']): StageError[] {
  const step = { x: stepError(tiles, 'x'), y: stepError(tiles, 'y') };
  const errors = tiles.map((tile) => {
    const expected = correctedNominal(tile, step);
    return axes((i) => tile.position[i] - expected[i]);
  });
  const common = axes((i) => median(errors.map((error) => error[i])));
  const own = errors.map((error) => axes((i) => error[i] - common[i]));
  const far = axes((i) =>
    Math.max(USUAL[i], TIMES * TO_DEVIATION * median(own.map((error) => Math.abs(error[i])))),
  );
  return tiles.map((tile, n) => {
    const error = own[n]!;
    return { tile, error, isFar: error.some((value, i) => Math.abs(value) > far[i]!) };
  });
}

/** Median over neighbours in a row (x) or column (y) of how far their offset is from the nominal one. */
function stepError(tiles: Placement['tiles'], axis: 'x' | 'y'): Triple {
  const grid = tileGrid(tiles);
  const byLoc = new Map(tiles.map((tile) => [tile.loc, tile]));
  const tileAt = (index: number) => byLoc.get(grid.tiles[index]!.loc)!;
  const neighbours = grid.neighbours.filter((pair) => pair.axis === axis);
  if (neighbours.length < LEAST_NEIGHBOURS) return [0, 0, 0];
  return axes((i) =>
    median(
      neighbours.map(({ a, b }) => {
        const [from, to] = [tileAt(a), tileAt(b)];
        return to.position[i] - from.position[i] - (to.nominal[i] - from.nominal[i]);
      }),
    ),
  );
}
