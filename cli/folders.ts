/** Local folders as the command line is given them. */
import { existsSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toUrl } from '../shared/adapters/open-store.ts';
import { RefusedError } from './errors.ts';

/** Absolute path of a folder or `file://` URL; `role` names it in the refusal of anything else. */
export function localFolder(pathOrUrl: string, role: string): string {
  const url = toUrl(pathOrUrl);
  if (!url.startsWith('file://'))
    throw new RefusedError(
      `The ${role} ${pathOrUrl} is not on this machine: give a folder or a file:// URL.`,
    );
  return fileURLToPath(url);
}

/** The folder itself, or the nearest one above it that is there. */
export function nearestExisting(folder: string): string {
  const path = resolve(folder);
  return existsSync(path) || dirname(path) === path ? path : nearestExisting(dirname(path));
}

/** True where `inner` is `outer` or lies below it. */
export function isInside(inner: string, outer: string): boolean {
  const way = relative(outer, inner);
  return way !== '..' && !way.startsWith(`..${sep}`) && !way.startsWith(sep);
}

/** A path below the working directory as it would be typed. */
export const shortPath = (path: string): string =>
  isInside(path, process.cwd()) ? relative(process.cwd(), path) || '.' : path;
