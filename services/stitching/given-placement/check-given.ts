/** Whether given positions are for this acquisition. */
import { GivenPlacementError } from './given-placement-error.ts';
import { cellKey, type GivenTile, type GivenTiles, type StageGrid } from './given-tiles.ts';

type GivenTilesByCell = ReadonlyMap<string, GivenTile>;

const ANOTHER = 'It seems to belong to another acquisition: give the placement made for this one, or auto.';

/** The tiles by their place in the grid. Throws `GivenPlacementError`. */
export function checkGiven(given: GivenTiles, stage: StageGrid): GivenTilesByCell {
  checkShape(given, stage);
  const byCell = new Map(given.tiles.map((tile) => [cellKey(tile), tile]));
  if (byCell.size < given.tiles.length)
    throw new GivenPlacementError(given.file, 'two tiles have the same row and column', 'Mend the file.');
  checkComplete(given.file, byCell, stage);
  checkStep(given.file, byCell, stage, 'x');
  checkStep(given.file, byCell, stage, 'y');
  return byCell;
}

function checkShape({ file, grid, tileSize }: GivenTiles, stage: StageGrid): void {
  const { rows, columns } = stage.grid;
  if (grid.rows !== rows || grid.columns !== columns) {
    const problem = `a grid of ${grid.rows} x ${grid.columns} tiles; expected ${rows} x ${columns} (rows x columns)`;
    throw new GivenPlacementError(file, problem, ANOTHER);
  }
  const expected = stage.tileSize;
  if (tileSize.every((size, axis) => size === undefined || size === expected[axis])) return;
  const [width, height, planes] = tileSize;
  const problem =
    width === undefined
      ? `tiles of ${planes} planes; expected ${expected[2]}`
      : `tiles of ${width} x ${height} x ${planes} voxels; expected ${expected.join(' x ')}`;
  throw new GivenPlacementError(file, problem, ANOTHER);
}

function checkComplete(file: string, byCell: GivenTilesByCell, { tiles }: StageGrid): void {
  const missing = tiles.filter((tile) => !byCell.has(cellKey(tile)));
  if (missing.length === 0) return;
  const names = missing.map(({ directory, row, column }) => `${directory} (row ${row}, column ${column})`);
  const others = missing.length > 5 ? ` and ${missing.length - 5} others` : '';
  const problem = `no position for ${names.slice(0, 5).join(', ')}${others}; expected one for each scanned tile`;
  throw new GivenPlacementError(file, problem, 'Add what is missing, or give auto.');
}

/** Of neighbours' distances from the stage's step, as a share of the tile: more is no stage error. */
const MOST_DEVIATION = 0.25;

/** A grid of the same shape may still be of tiles of another size, or in another unit. */
function checkStep(
  file: string,
  byCell: GivenTilesByCell,
  { nominalStep, tileSize }: StageGrid,
  direction: 'x' | 'y',
): void {
  const axis = direction === 'x' ? 0 : 1;
  const steps = [...byCell.values()].flatMap(({ row, column, position }) => {
    const next = byCell.get(cellKey(axis === 0 ? { row, column: column + 1 } : { row: row + 1, column }));
    return next === undefined ? [] : [next.position[axis] - position[axis]];
  });
  const step = steps.sort((a, b) => a - b)[steps.length >> 1];
  const expected = nominalStep[direction];
  if (step === undefined || Math.abs(step - expected) <= MOST_DEVIATION * tileSize[axis]) return;
  const problem = `neighbours lie ${step.toFixed(0)} voxels apart in ${direction}; expected about ${expected}`;
  throw new GivenPlacementError(file, problem, ANOTHER);
}
