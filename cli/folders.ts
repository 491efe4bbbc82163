/** Folders and URLs as the command line is given them. */
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toUrl } from '../shared/adapters/open-store.ts';

/** Of places that are no folder of this machine. */
export const isUrl = (place: string): boolean => /^[a-z][a-z0-9+.-]+:\/\//i.test(place);

/** Absolute path of a folder that is given as path or as `file://` URL; of any other place its URL. */
export function placeOf(pathOrUrl: string): string {
  const url = toUrl(pathOrUrl);
  return url.startsWith('file://') ? fileURLToPath(url) : url;
}

/** What lies at a key of a place, as its path or URL. */
export const placeIn = (place: string, key: string): string => {
  if (!isUrl(place)) return join(place, key);
  return key === '' ? place : `${place}/${key}`;
};

/** The folder itself, or the nearest one above it that is there. */
export function nearestExisting(folder: string): string {
  const path = resolve(folder);
  return existsSync(path) || dirname(path) === path ? path : nearestExisting(dirname(path));
}

/** True where `inner` is `outer` or lies below it; both paths, or both places of other kinds. */
export function isInside(inner: string, outer: string): boolean {
  if (isUrl(inner) || isUrl(outer)) return `${inner}/`.startsWith(`${outer}/`);
  const way = relative(outer, inner);
  return way !== '..' && !way.startsWith(`..${sep}`) && !way.startsWith(sep);
}

/** A place as it would be typed: a path below the working directory starts there. */
export const shortPath = (path: string): string =>
  !isUrl(path) && isInside(path, process.cwd()) ? relative(process.cwd(), path) || '.' : path;
