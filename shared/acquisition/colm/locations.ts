/** The files below `VW0/`, sorted into stacks by what their names say (CLOUDREG section 1.1). */
import type { ObjectStore } from '../../engine/ports.ts';

export const VIEW_FOLDER = 'VW0/';

export interface ListedPlane {
  readonly plane: number;
  readonly size: number;
  readonly key: string;
}

/** How the keys of most planes of a stack are made: see `planeKey`. */
export interface KeyPattern {
  readonly stem: string;
  readonly digits: number;
  readonly suffix: string;
}

interface Location {
  /** The folder's name, for example `LOC000`. */
  readonly directory: string;
  /** Planes by channel, in the order of the listing. */
  readonly channels: ReadonlyMap<number, readonly ListedPlane[]>;
}

export interface Listing {
  readonly locations: ReadonlyMap<number, Location>;
  /** The first file that is no plane: an example for whoever wonders why nothing was found. */
  readonly firstOther: string | undefined;
}

/**
 * Planes of all channels lie in the location's folder, or one level deeper in folders named after their channel.
 * `CHN` and `PLN` with their numbers are what counts in a name; the rest of it is ignored.
 * `prefix`: all of them, or one location's folder.
 */
export async function listLocations(store: ObjectStore, prefix = VIEW_FOLDER): Promise<Listing> {
  const locations = new Map<number, { directory: string; channels: Map<number, ListedPlane[]> }>();
  let firstOther: string | undefined;
  for await (const { key, size } of store.list(prefix)) {
    const name = parsePlaneKey(key);
    if (name === undefined) {
      firstOther ??= key;
      continue;
    }
    const location = locations.get(name.loc) ?? { directory: name.directory, channels: new Map() };
    locations.set(name.loc, location);
    const planes = location.channels.get(name.channel);
    if (planes === undefined) location.channels.set(name.channel, [{ plane: name.plane, size, key }]);
    else planes.push({ plane: name.plane, size, key });
  }
  return { locations, firstOther };
}

export const isPlaneKey = (key: string): boolean => parsePlaneKey(key) !== undefined;

interface PlaneName {
  readonly loc: number;
  readonly directory: string;
  readonly channel: number;
  readonly plane: number;
}

function parsePlaneKey(key: string): PlaneName | undefined {
  const [, directory = '', ...rest] = key.split('/');
  const name = rest.at(-1) ?? '';
  const loc = numberIn(/^LOC(\d+)$/i, directory);
  const plane = numberIn(/PLN(\d+)/i, name);
  const channel = numberIn(/CHN(\d+)/i, name) ?? numberIn(/^CHN(\d+)$/i, rest[0] ?? '');
  const isInPlace = rest.length === 1 || (rest.length === 2 && /^CHN\d+$/i.test(rest[0] ?? ''));
  // `._name.tif` is what macOS leaves beside a file on a foreign disk.
  if (!isInPlace || name.startsWith('.') || !/\.tiff?$/i.test(name)) return undefined;
  if (loc === undefined || plane === undefined || channel === undefined) return undefined;
  return { loc, directory, channel, plane };
}

function numberIn(pattern: RegExp, text: string): number | undefined {
  const digits = pattern.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * The pattern that most of the planes follow; of equally good ones the first by name. Four digits are four or more:
 * plane 10000 follows plane 0000.
 */
export function keyPatternOf(planes: readonly ListedPlane[]): KeyPattern {
  const candidates = new Map<string, KeyPattern>();
  for (const listed of planes) {
    const pattern = patternOfKey(listed);
    candidates.set(JSON.stringify(pattern), pattern);
  }
  const sorted = [...candidates].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pattern]) => pattern);
  const votes = sorted.map((pattern) => planes.filter((listed) => follows(pattern, listed)).length);
  return sorted[votes.indexOf(Math.max(...votes))]!;
}

export const follows = ({ stem, digits, suffix }: KeyPattern, { key, plane }: ListedPlane): boolean =>
  key.startsWith(stem) && key === `${stem}${String(plane).padStart(digits, '0')}${suffix}`;

function patternOfKey({ key }: ListedPlane): KeyPattern {
  const folder = key.lastIndexOf('/') + 1;
  const match = /PLN(\d+)/i.exec(key.slice(folder));
  const digits = match?.[1]?.length ?? 0;
  const start = folder + (match?.index ?? 0) + 'PLN'.length;
  return { stem: key.slice(0, start), digits, suffix: key.slice(start + digits) };
}
