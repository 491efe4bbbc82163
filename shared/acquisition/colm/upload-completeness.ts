/**
 * Whether an upload has ended: every plane that `Experiment.ini`, `Scanned Cells.txt` and the channels promise is there.
 * Names only, no plane is opened: an object is there as a whole or not at all.
 */
import type { ObjectStore } from '../../engine/ports.ts';
import type { Readiness } from '../../engine/step.ts';
import { inParallel } from '../../in-parallel.ts';
import { AcquisitionError } from '../acquisition-errors.ts';
import { planesInWords } from '../problems.ts';
import { cellOf, channelsIn } from './grid-cells.ts';
import { type Listing, listLocations, VIEW_FOLDER } from './locations.ts';
import { type ColmHeader, INI, readColmHeader } from './read-colm.ts';

export interface UploadOptions {
  readonly channels: 'all' | readonly number[];
  /** The uploader says so: planes are not counted. */
  readonly isSaidComplete: boolean;
}

/** Folders listed at once. */
const LISTS_IN_FLIGHT = 16;
/** Stacks named as incomplete; the numbers before are of all. */
const MOST_NAMED = 5;

/** Rejects with a permanent `AcquisitionError` where the text files are there and wrong. */
export async function lookAtUpload(
  store: ObjectStore,
  { channels, isSaidComplete }: UploadOptions,
): Promise<Readiness> {
  const header = await headerOf(store);
  if (typeof header === 'string') return { ready: false, progress: header };
  if (isSaidComplete) return { ready: true };
  const listing = await listTiles(store, header);
  const stacks = stacksOf(header, listing, channels);
  const expected = header.scanned.length * stacks.channels * header.planes;
  const present = stacks.incomplete.reduce((sum, stack) => sum - stack.missing.length, expected);
  if (present === expected) return { ready: true };
  return { ready: false, progress: `${present} of ${expected} planes; ${missingInWords(stacks)}` };
}

/** In words what is not there yet; a file of 0 bytes is on its way. */
async function headerOf(store: ObjectStore): Promise<ColmHeader | string> {
  try {
    return await readColmHeader(store);
  } catch (error) {
    if (!(error instanceof AcquisitionError)) throw error;
    if (!['missing-file', 'not-colm', 'empty-file'].includes(error.kind)) throw error;
    return `${error.kind === 'not-colm' ? `${store.url}/${INI}` : error.file}: not there yet`;
  }
}

/** A listing for each scanned folder, side by side. One with another spelling (`loc0`) is found in that of all. */
async function listTiles(store: ObjectStore, header: ColmHeader): Promise<Listing> {
  const listed = await inParallel(header.scanned, LISTS_IN_FLIGHT, (loc) =>
    listLocations(store, `${VIEW_FOLDER}LOC${String(loc).padStart(3, '0')}/`),
  );
  const locations = new Map(listed.flatMap((listing) => [...listing.locations]));
  const areThere = header.scanned.every((loc) => locations.has(loc));
  return areThere ? { locations, firstOther: undefined } : listLocations(store);
}

interface IncompleteStack {
  readonly directory: string;
  /** Undefined: one of the channels of which nothing is there yet. */
  readonly channel: number | undefined;
  readonly missing: readonly number[];
}

interface Stacks {
  /** How many each tile has. */
  readonly channels: number;
  readonly incomplete: readonly IncompleteStack[];
}

function stacksOf(header: ColmHeader, listing: Listing, wanted: UploadOptions['channels']): Stacks {
  const channels = promisedChannels(header, listing, wanted);
  const all = Array.from({ length: header.planes }, (_, plane) => plane);
  const stacks = header.scanned.flatMap((loc) => {
    const { directory } = cellOf(loc, header, listing);
    const ofTile = listing.locations.get(loc)?.channels;
    return channels.map((channel): IncompleteStack => {
      const there = new Set(channel === undefined ? [] : ofTile?.get(channel)?.map(({ plane }) => plane));
      return { directory, channel, missing: all.filter((plane) => !there.has(plane)) };
    });
  });
  return { channels: channels.length, incomplete: stacks.filter(({ missing }) => missing.length > 0) };
}

/** Those that are asked for; else those that are there, and as many more as the instrument recorded. */
function promisedChannels(
  header: ColmHeader,
  listing: Listing,
  wanted: UploadOptions['channels'],
): (number | undefined)[] {
  if (wanted !== 'all') return [...new Set(wanted)].sort((a, b) => a - b);
  const found = channelsIn(header, listing);
  const { enabledChannels = 1 } = header;
  const promised = Number.isInteger(enabledChannels) ? Math.max(1, enabledChannels) : 1;
  return [...found, ...Array.from({ length: Math.max(0, promised - found.length) }, () => undefined)];
}

function missingInWords({ incomplete }: Stacks): string {
  const named = incomplete.slice(0, MOST_NAMED).map(({ directory, channel, missing }) => {
    const stack = channel === undefined ? 'a channel' : `channel ${channel}`;
    return `${directory}, ${stack}: ${planesInWords(missing)}`;
  });
  const others = incomplete.length - named.length;
  const rest = others > 0 ? `; and ${others} more stacks` : '';
  return `not there yet are planes of ${named.join('; ')}${rest}`;
}
