/** Removes what lies below a key of an output, on a disk or elsewhere. */
import { join } from 'node:path';
import type { ObjectStore } from '../shared/engine/ports.ts';
import { isUrl } from './folders.ts';
import type { OutputFolder } from './output-folder.ts';
import { type Removed, removeFiles } from './remove-files.ts';

/** `key`: of a folder. `keeps` names files and folders, at any depth, that stay as they are. */
export const removeBelow = (
  { path, store }: OutputFolder,
  key: string,
  keeps: (name: string) => boolean,
): Promise<Removed> =>
  isUrl(path)
    ? removeObjects(store, `${key.replace(/\/$/, '')}/`, keeps)
    : removeFiles(join(path, key), keeps);

/** Deleted together: a few requests' worth. */
const BATCH = 4000;

async function removeObjects(
  store: ObjectStore,
  prefix: string,
  keeps: (name: string) => boolean,
): Promise<Removed> {
  const removed = { files: 0, bytes: 0 };
  let batch: string[] = [];
  for await (const { key, size } of store.list(prefix)) {
    if (key.slice(prefix.length).split('/').some(keeps)) continue;
    removed.files += 1;
    removed.bytes += size;
    batch.push(key);
    if (batch.length < BATCH) continue;
    await store.delete(batch);
    batch = [];
  }
  await store.delete(batch);
  return removed;
}
