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
  if (scheme !== undefined && scheme !== 'file')
    return withoutSlash(pathOrUrl.replace(SCHEME, `${scheme}://`));
  return withoutSlash(pathToFileURL(resolve(scheme === 'file' ? folderOf(pathOrUrl) : pathOrUrl)).href);
}

/**
 * Opens plain paths and `file://`, `s3://bucket/folder`, and to read `https://` and `http://`. Nothing is touched yet:
 * an absent folder or bucket shows when it is read. What each kind needs is loaded when the first of it is opened.
 */
export async function openStore(urlOrPath: string): Promise<ObjectStore> {
  const url = toUrl(urlOrPath);
  switch (schemeOf(url)) {
    case 'file':
      return folderStore(folderOf(url));
    case 's3':
      return (await import('./aws/s3/s3-store.ts')).openS3Store(url);
    case 'https':
    case 'http':
      return (await import('./https/https-store.ts')).openHttpsStore(url);
    default: {
      const problem = `${schemeOf(url)}:// is no store that this version knows`;
      throw new StoreError('unsupported', urlOrPath, problem, 'Give a folder, an s3:// or an https:// URL.');
    }
  }
}

/** The folder's URL and the object's key of one file's URL. In `s3://` URLs a key stands as it is, in others encoded. */
export function splitFileUrl(url: string): { readonly folder: string; readonly key: string } {
  const slash = url.lastIndexOf('/');
  const name = url.slice(slash + 1);
  return { folder: url.slice(0, slash), key: schemeOf(url) === 's3' ? name : decoded(name, url) };
}

function decoded(name: string, url: string): string {
  try {
    return decodeURIComponent(name);
  } catch (cause) {
    const problem = 'a percent sign in it does not begin a code such as %20';
    throw new StoreError('bad-key', url, problem, 'Write the percent sign as %25.', cause);
  }
}

const withoutSlash = (url: string): string => url.replace(/(?<=:\/\/.*)\/+$/, '');

const schemeOf = (url: string): string | undefined => SCHEME.exec(url)?.[1]?.toLowerCase();

function folderOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    const problem = `not the URL of a local folder (${(cause as Error).message})`;
    throw new StoreError('unsupported', url, problem, 'Write it as file:///folder/name.', cause);
  }
}
