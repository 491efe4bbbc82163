/** Removes what lies below a folder, and the folders that are empty then. */
import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface Removed {
  readonly files: number;
  readonly bytes: number;
}

/** `keeps` names files and folders, at any depth, that stay as they are. A folder that is not there is empty. */
export async function removeFiles(folder: string, keeps: (name: string) => boolean): Promise<Removed> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(ignoreAbsent);
  const removed = { files: 0, bytes: 0 };
  for (const entry of entries) {
    if (keeps(entry.name)) continue;
    const path = join(folder, entry.name);
    const { files, bytes } = entry.isDirectory() ? await removeFiles(path, keeps) : await removeFile(path);
    removed.files += files;
    removed.bytes += bytes;
  }
  if (entries.length === 0 || (await readdir(folder)).length === 0) await rmdir(folder).catch(ignoreAbsent);
  return removed;
}

async function removeFile(path: string): Promise<Removed> {
  const { size } = await stat(path);
  await rm(path);
  return { files: 1, bytes: size };
}

function ignoreAbsent(error: NodeJS.ErrnoException): never[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
