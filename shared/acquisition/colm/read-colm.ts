/** A COLM acquisition, told by its folder: two text files, and the names and headers of its planes. No pixels. */
import type { ObjectStore } from '../../engine/ports.ts';
import type { TiffPixelType } from '../../formats/tiff/pixels.ts';
import type { Acquisition, Tile } from '../acquisition.ts';
import { AcquisitionError } from '../acquisition-errors.ts';
import { inParallel } from '../in-parallel.ts';
import type { Problem } from '../problems.ts';
import { type Experiment, parseExperiment } from './experiment-ini.ts';
import { type Listing, listLocations, VIEW_FOLDER } from './locations.ts';
import { parseScannedCells } from './scanned-cells.ts';
import { finishStack } from './stack-of.ts';
import { type ListedStack, type StackSurvey, surveyStack } from './survey-stack.ts';

const INI = 'Experiment.ini';
const CELLS = 'Scanned Cells.txt';

export interface ColmHeader extends Experiment {
  /** Location numbers of the imaged cells, ascending. */
  readonly scanned: readonly number[];
}

/** The two text files alone: enough to refuse most bad input before anything is written. Throws `AcquisitionError`. */
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

export interface ScanOptions {
  readonly channels: 'all' | readonly number[];
}

export interface ColmScan {
  readonly acquisition: Acquisition;
  readonly problems: readonly Problem[];
}

/** Stacks looked at together; each asks for several headers at once. */
const STACKS_IN_FLIGHT = 4;

/** Everything but the pixels. What is missing or damaged becomes a gap; only nothing at all is an error. */
export async function scanColm(store: ObjectStore, { channels }: ScanOptions): Promise<ColmScan> {
  const header = await readColmHeader(store);
  const listing = await listLocations(store);
  const selected = selectChannels(header, listing, channels, store);
  const stacks = listedStacks(header, listing, selected);
  const tileSize = [header.width, header.height, header.planes] as [number, number, number];
  const surveys = await inParallel(stacks, STACKS_IN_FLIGHT, (stack) => surveyStack(store, stack, tileSize));
  const dataType = dataTypeOf(surveys, store);
  const finished = surveys.map((survey) => ({ loc: survey.loc, ...finishStack(survey, dataType) }));
  const stacksOf = new Map<number, Tile['stacks']>();
  for (const { loc, stack } of finished) stacksOf.set(loc, [...(stacksOf.get(loc) ?? []), stack]);
  return {
    acquisition: {
      format: 'cloudreg-acquisition/1',
      kind: 'colm',
      url: store.url,
      dataType,
      magnification: header.magnification,
      voxelSizeUm: [...header.voxelSizeUm],
      tileSize,
      grid: header.grid,
      overlap: header.overlap,
      nominalStep: nominalStepOf(header),
      channels: selected,
      tiles: header.scanned.map((loc) => ({
        ...cellOf(loc, header, listing),
        stacks: stacksOf.get(loc) ?? [],
      })),
      rawBytes: finished.reduce((sum, { bytes }) => sum + bytes, 0),
    },
    problems: [
      ...headerProblems(header, channelsIn(header, listing)),
      ...tileProblems(header, listing, selected),
      ...finished.flatMap(({ problems }) => problems),
    ],
  };
}

/** Voxels between neighbouring tiles (CLOUDREG section 1.5); never 0, so that a thin image still has a grid. */
const nominalStepOf = ({ width, height, overlap }: Experiment): Acquisition['nominalStep'] => ({
  x: Math.max(1, Math.floor(width * (1 - overlap.x))),
  y: Math.max(1, Math.floor(height * (1 - overlap.y))),
});

function cellOf(
  loc: number,
  { grid: { columns } }: Experiment,
  { locations }: Listing,
): Omit<Tile, 'stacks'> {
  const directory = locations.get(loc)?.directory ?? `LOC${String(loc).padStart(3, '0')}`;
  return { loc, row: Math.floor(loc / columns), column: loc % columns, directory };
}

/** Of the scanned locations, ascending. */
function channelsIn({ scanned }: ColmHeader, { locations }: Listing): number[] {
  const channels = new Set(scanned.flatMap((loc) => [...(locations.get(loc)?.channels.keys() ?? [])]));
  return [...channels].sort((a, b) => a - b);
}

function selectChannels(
  header: ColmHeader,
  listing: Listing,
  wanted: ScanOptions['channels'],
  { url }: ObjectStore,
): number[] {
  const found = channelsIn(header, listing);
  if (found.length === 0) {
    const example = listing.firstOther === undefined ? '' : `; found for example ${listing.firstOther}`;
    const problem = `no planes of the scanned locations${example}`;
    const advice = 'Expected files like VW0/LOC000/VW0_LOC000D_CM0_CHN00_PLN0000.tif.';
    throw new AcquisitionError('no-planes', `${url}/${VIEW_FOLDER}`, problem, advice);
  }
  if (wanted === 'all') return found;
  const absent = wanted.filter((channel) => !found.includes(channel));
  if (absent.length === 0) return [...new Set(wanted)].sort((a, b) => a - b);
  const problem = `no planes of channel ${absent.join(', ')}`;
  throw new AcquisitionError('missing-channel', url, problem, `Choose from ${found.join(', ')}.`);
}

function listedStacks(
  { scanned }: ColmHeader,
  { locations }: Listing,
  selected: readonly number[],
): ListedStack[] {
  return scanned.flatMap((loc) =>
    selected.flatMap((channel) => {
      const listed = locations.get(loc)?.channels.get(channel);
      return listed === undefined ? [] : [{ loc, channel, listed }];
    }),
  );
}

/** That of most planes. */
function dataTypeOf(surveys: readonly StackSurvey[], { url }: ObjectStore): TiffPixelType {
  const counts = new Map<TiffPixelType, number>();
  for (const { dataType, planes } of surveys.flatMap(({ groups }) => groups))
    counts.set(dataType, (counts.get(dataType) ?? 0) + planes.length);
  const [most] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  if (most !== undefined) return most[0];
  const first = surveys.flatMap(({ damaged }) => damaged)[0];
  const example = first === undefined ? '' : `: ${first.listed.key}: ${first.reason}`;
  const advice = `Compare the planes with X Resolution, Y Resolution and the number in stack of ${INI}.`;
  throw new AcquisitionError('no-planes', url, `none of the planes can be used${example}`, advice);
}

function headerProblems({ warnings, enabledChannels }: ColmHeader, found: readonly number[]): Problem[] {
  const problems: Problem[] = warnings.map((warning) => ({
    kind: 'experiment-ini',
    message: `${INI}: ${warning}`,
  }));
  if (enabledChannels !== undefined && enabledChannels !== found.length)
    problems.push({
      kind: 'channel-count',
      message: `${INI} speaks of ${enabledChannels} channels, found ${found.length}: ${found.join(', ')}`,
    });
  return problems;
}

function tileProblems(header: ColmHeader, listing: Listing, selected: readonly number[]): Problem[] {
  const scanned = new Set(header.scanned);
  const unscanned = [...listing.locations].filter(([loc]) => !scanned.has(loc)).sort(([a], [b]) => a - b);
  return [
    ...header.scanned.flatMap((loc) => missingOf(loc, header, listing, selected)),
    ...unscanned.map(([loc, { directory }]): Problem => {
      const message = `${VIEW_FOLDER}${directory} is not marked as scanned in ${CELLS}: not used`;
      return { kind: 'unscanned-folder', loc, message };
    }),
  ];
}

function missingOf(
  loc: number,
  header: ColmHeader,
  listing: Listing,
  selected: readonly number[],
): Problem[] {
  const { row, column, directory } = cellOf(loc, header, listing);
  const present = listing.locations.get(loc)?.channels;
  const where = `${VIEW_FOLDER}${directory} (row ${row}, column ${column})`;
  const absent = selected.filter((channel) => !present?.has(channel));
  if (absent.length === selected.length)
    return [{ kind: 'missing-tile', loc, message: `${where} was scanned but has no planes` }];
  return absent.map((channel) => {
    const message = `${where} has no planes of channel ${channel}`;
    return { kind: 'missing-channel', loc, channel, message };
  });
}
