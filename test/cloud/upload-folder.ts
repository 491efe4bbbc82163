import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { ObjectStore } from '../../shared/engine/ports.ts';
import { inParallel } from '../../shared/in-parallel.ts';

const AT_ONCE = 8;

/** Copies every file of a folder into a store; resolves with their keys. */
export async function uploadFolder(folder: string, store: ObjectStore): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return inParallel(paths, AT_ONCE, async (path) => {
    const key = relative(folder, path).split(sep).join('/');
    await store.put(key, await readFile(path));
    return key;
  });
}
