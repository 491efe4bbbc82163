/** The two text files of a COLM acquisition: its grid, its optics and which cells were imaged. */
import type { ObjectStore } from '../../engine/ports.ts';
import { AcquisitionError } from '../acquisition-errors.ts';
import { type Experiment, parseExperiment } from './experiment-ini.ts';
import { VIEW_FOLDER } from './locations.ts';
import { parseScannedCells } from './scanned-cells.ts';

export const INI = 'Experiment.ini';
export const CELLS = 'Scanned Cells.txt';

export interface ColmHeader extends Experiment {
  /** Location numbers of the imaged cells, ascending. */
  readonly scanned: readonly number[];
}

/** Enough to refuse most bad input before anything is written. Throws `AcquisitionError`. */
export async function readColmHeader(store: ObjectStore): Promise<ColmHeader> {
  const [ini, cells] = await Promise.all([store.get(INI), store.get(CELLS)]);
  if (ini === undefined) throw await withoutIni(store, cells !== undefined);
  const experiment = parseExperiment(ini.bytes, `${store.url}/${INI}`);
  if (cells === undefined) {
    const advice = `Copy it from the microscope, or write ${experiment.grid.rows} lines of 1 (scanned) and 0.`;
    throw new AcquisitionError('missing-file', `${store.url}/${CELLS}`, 'no such file', advice);
  }
  const scanned = parseScannedCells(cells.bytes, experiment.grid, `${store.url}/${CELLS}`);
  return { ...experiment, scanned };
}

async function withoutIni(store: ObjectStore, hasCells: boolean): Promise<AcquisitionError> {
  const isColm = hasCells || !(await store.list(VIEW_FOLDER)[Symbol.asyncIterator]().next()).done;
  if (isColm)
    return new AcquisitionError(
      'missing-file',
      `${store.url}/${INI}`,
      'no such file',
      'Copy it from the microscope; it holds the grid, the overlap and the voxel size.',
    );
  const advice = `Give the folder that holds ${INI}, ${CELLS} and ${VIEW_FOLDER}.`;
  return new AcquisitionError('not-colm', store.url, 'not a COLM acquisition', advice);
}
