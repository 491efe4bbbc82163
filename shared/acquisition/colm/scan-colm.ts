/** A COLM acquisition as its folder tells it: the text files, and names and headers of the planes. No pixels. */
import type { ObjectStore } from '../../engine/ports.ts';
import type { TiffPixelType } from '../../formats/tiff/pixels.ts';
import { inParallel } from '../../in-parallel.ts';
import type { Acquisition, Tile } from '../acquisition.ts';
import { AcquisitionError } from '../acquisition-errors.ts';
import type { Problem } from '../problems.ts';
import type { Experiment } from './experiment-ini.ts';
import { type FinishedStack, finishStack } from './finish-stack.ts';
import { cellOf, channelsIn } from './grid-cells.ts';
import { type Listing, listLocations, VIEW_FOLDER } from './locations.ts';
import { type ColmHeader, INI, readColmHeader } from './read-colm.ts';
import { type ListedStack, type StackSurvey, surveyStack } from './survey-stack.ts';
import { headerProblems, tileProblems } from './tile-problems.ts';

export interface ScanOptions {
  readonly channels: 'all' | readonly number[];
  /** A channel that is read besides them, where there is one of this number. */
  readonly besides?: number | undefined;
}

export interface ColmScan {
  readonly acquisition: Acquisition;
  readonly problems: readonly Problem[];
}

/** Stacks looked at together; each asks for several headers at once. */
const STACKS_IN_FLIGHT = 4;

/** Everything but the pixels. What is missing or damaged becomes a gap; only nothing at all is an error. */
export async function scanColm(store: ObjectStore, options: ScanOptions): Promise<ColmScan> {
  const header = await readColmHeader(store);
  const listing = await listLocations(store);
  const selected = selectChannels(header, listing, options, store);
  const tileSize = [header.width, header.height, header.planes] as const;
  const surveys = await inParallel(listedStacks(header, listing, selected), STACKS_IN_FLIGHT, (stack) =>
    surveyStack(store, stack, tileSize),
  );
  const dataType = dataTypeOf(surveys, store);
  const stacks = surveys.map((survey) => finishStack(survey, dataType));
  return {
    acquisition: {
      ...metadataOf(header),
      url: store.url,
      dataType,
      channels: selected,
      tiles: tilesOf(header, listing, stacks),
      rawBytes: stacks.reduce((sum, { bytes }) => sum + bytes, 0),
    },
    problems: [
      ...headerProblems(header, channelsIn(header, listing)),
      ...tileProblems(header, listing, selected),
      ...stacks.flatMap(({ problems }) => problems),
    ],
  };
}

const metadataOf = (header: ColmHeader) => ({
  format: 'cloudreg-acquisition/1' as const,
  kind: 'colm' as const,
  magnification: header.magnification,
  voxelSizeUm: [...header.voxelSizeUm] as [number, number, number],
  tileSize: [header.width, header.height, header.planes] as [number, number, number],
  grid: header.grid,
  overlap: header.overlap,
  nominalStep: nominalStepOf(header),
});

/** Every scanned location, also one without any plane: it has its place in the mosaic. */
function tilesOf(header: ColmHeader, listing: Listing, stacks: readonly FinishedStack[]): Tile[] {
  const byLoc = new Map<number, Tile['stacks']>(header.scanned.map((loc) => [loc, []]));
  for (const { loc, stack } of stacks) byLoc.get(loc)?.push(stack);
  return [...byLoc].map(([loc, ofTile]) => ({ ...cellOf(loc, header, listing), stacks: ofTile }));
}

/** Voxels between neighbouring tiles (CLOUDREG section 1.5); never 0, so that a thin image still has a grid. */
export const nominalStepOf = ({ width, height, overlap }: Experiment): Acquisition['nominalStep'] => ({
  x: Math.max(1, Math.floor(width * (1 - overlap.x))),
  y: Math.max(1, Math.floor(height * (1 - overlap.y))),
});

function selectChannels(
  header: ColmHeader,
  listing: Listing,
  { channels: wanted, besides }: ScanOptions,
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
  if (absent.length === 0) return found.filter((channel) => wanted.includes(channel) || channel === besides);
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
