/** Walking a folder in the order of keys. */
import { type Dirent, statSync } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { ListedObject } from '../../engine/ports.ts';
import { isAbsent, systemCode } from '../store-errors.ts';
import { objectNames } from './file-forms.ts';
import { isTemporary } from './leftovers.ts';

interface Entry {
  readonly key: string;
  readonly path: string;
  readonly isFolder: boolean;
}

/** Objects below `root` whose key starts with `prefix`, sorted by key; none where the folder is absent. Flat: no folder in it is entered. */
export async function* listFolder(
  root: string,
  prefix: string,
  isFlat: boolean,
): AsyncGenerator<ListedObject> {
  const parent = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  yield* walk(join(root, parent), parent, prefix, isFlat);
}

async function* walk(
  folder: string,
  keyOfFolder: string,
  prefix: string,
  isFlat: boolean,
): AsyncGenerator<ListedObject> {
  for (const { key, path, isFolder } of await entriesOf(folder, keyOfFolder, prefix)) {
    if (isFolder) {
      if (!isFlat) yield* walk(path, key, prefix, isFlat);
    } else {
      const size = sizeOf(path);
      if (size !== undefined) yield { key, size };
    }
  }
}

/** The key of a folder ends with a slash, so sorting by it gives the order of all keys below. */
async function entriesOf(folder: string, keyOfFolder: string, prefix: string): Promise<Entry[]> {
  const found = (await readFolder(folder, keyOfFolder === '')).filter(({ name }) => !isTemporary(name));
  const isFolder = await Promise.all(found.map((entry) => leadsToFolder(entry, folder)));
  const names = objectNames(found.filter((_, index) => !isFolder[index]).map(({ name }) => name));
  return found
    .map(({ name }, index) => ({
      key: keyOfFolder + (isFolder[index] ? `${name}/` : (names.get(name) ?? name)),
      path: join(folder, name),
      isFolder: isFolder[index] ?? false,
    }))
    .filter(({ key }) => key.startsWith(prefix))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** The root must be a folder where it exists; below it, what lies "in" a file is merely absent. */
async function readFolder(folder: string, isRoot: boolean): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || (!isRoot && isAbsent(error))) return [];
    throw error;
  }
}

/** Links to folders are followed, except to one that holds the link: that walk would never end. */
async function leadsToFolder(entry: Dirent, folder: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  try {
    const target = await realpath(join(folder, entry.name));
    if (!(await stat(target)).isDirectory()) return false;
    return !`${await realpath(folder)}${sep}`.startsWith(`${target}${sep}`);
  } catch (error) {
    if (isAbsent(error) || systemCode(error) === 'ELOOP') return false;
    throw error;
  }
}

/**
 * Undefined for what is no file (any more): pipes, links that lead nowhere, files deleted meanwhile. Synchronous, because
 * the way to the thread pool and back takes several times longer than to look.
 */
function sizeOf(path: string): number | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isFile() ? found.size : undefined;
  } catch (error) {
    if (isAbsent(error) || systemCode(error) === 'ELOOP') return undefined;
    throw error;
  }
}
