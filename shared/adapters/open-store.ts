/** From what a user types to a store. */
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ObjectStore } from '../engine/ports.ts';
import { folderStore } from './local/folder-store.ts';
import { StoreError } from './store-errors.ts';

const SCHEME = /^([a-z][a-z0-9+.-]+):\/\//i;

/**
 * One spelling for one place: a path becomes the URL of its folder (relative ones start at the working directory),
 * a file URL is spelled as its path would be, and no URL ends in a slash.
 */
export function toUrl(pathOrUrl: string): string {
  const scheme = schemeOf(pathOrUrl);
  const path = scheme === 'file' ? folderOf(pathOrUrl) : pathOrUrl;
  const url = scheme === undefined || scheme === 'file' ? pathToFileURL(resolve(path)).href : pathOrUrl;
  return url.replace(/(?<=:\/\/.*)\/+$/, '');
}

/** Opens `file://` URLs and plain paths. Nothing is touched yet: an absent folder shows when it is read. */
export async function openStore(urlOrPath: string): Promise<ObjectStore> {
  const url = toUrl(urlOrPath);
  const scheme = schemeOf(url);
  if (scheme === 'file') return folderStore(folderOf(url));
  const problem = `${scheme}:// is not supported by this version`;
  throw new StoreError('unsupported', urlOrPath, problem, 'Give a folder or a file:// URL.');
}

const schemeOf = (url: string): string | undefined => SCHEME.exec(url)?.[1]?.toLowerCase();

function folderOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    const problem = `not the URL of a local folder (${(cause as Error).message})`;
    throw new StoreError('unsupported', url, problem, 'Write it as file:///folder/name.', cause);
  }
}
