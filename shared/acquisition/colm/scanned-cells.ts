/** `Scanned Cells.txt`: which cells of the grid were imaged, a line per row, commas between columns (CLOUDREG 1.3, 1.4). */
import { AcquisitionError } from '../acquisition-errors.ts';
import type { Experiment } from './experiment-ini.ts';
import { decodeText } from './ini.ts';

/** Location numbers of the imaged cells, ascending: column + row x columns. Throws `AcquisitionError`. */
export function parseScannedCells(
  bytes: Uint8Array,
  { rows, columns }: Experiment['grid'],
  file: string,
): number[] {
  const lines = cellsOf(decodeText(bytes));
  const advice = 'Correct whichever of the two files is wrong.';
  const expected = `Experiment.ini says ${rows} rows of ${columns}`;
  if (lines.length !== rows)
    throw new AcquisitionError('shape', file, `has ${lines.length} lines, ${expected}`, advice);
  const scanned: number[] = [];
  for (const [row, cells] of lines.entries()) {
    if (cells.length !== columns)
      throw new AcquisitionError(
        'shape',
        file,
        `line ${row + 1} has ${cells.length} cells, ${expected}`,
        advice,
      );
    for (const [column, cell] of cells.entries())
      if (isScanned(cell, file, row, column)) scanned.push(column + row * columns);
  }
  if (scanned.length === 0)
    throw new AcquisitionError('no-planes', file, 'no cell is marked as scanned (1)', 'Correct the file.');
  return scanned;
}

/** Blank lines at the end and a comma at the end of a line are no cells. */
function cellsOf(text: string): string[][] {
  const lines = text.trimEnd().split(/\r\n|\r|\n/);
  if (lines.length === 1 && lines[0] === '') return [];
  return lines.map((line) =>
    line
      .trim()
      .replace(/,$/, '')
      .split(',')
      .map((cell) => cell.trim()),
  );
}

/** As numbers: `1`, ` 1` and `1.0` are all imaged; every other number is not. */
function isScanned(cell: string, file: string, row: number, column: number): boolean {
  const value = cell === '' ? Number.NaN : Number(cell);
  if (!Number.isNaN(value)) return value === 1;
  const where = `line ${row + 1}, column ${column + 1} is "${cell}", expected 0 or 1`;
  throw new AcquisitionError('bad-value', file, where, 'Correct the file.');
}
