/** Objects of a store as array files, read by ranges. */
import { posix } from 'node:path';
import type { ObjectStore } from '../engine/ports.ts';
import { type ArrayFile, ArrayFileError } from './array-file.ts';
import { MOST_AHEAD_BYTES, readingAhead } from './read-ahead.ts';

/** `sizeBytes` as a list gave it; where it is not known, the store is asked. @throws ArrayFileError, StoreError */
export async function storedFile(
  store: ObjectStore,
  key: string,
  onRead: (bytes: number) => void,
  sizeBytes?: number,
): Promise<ArrayFile> {
  const name = `${store.url}/${key}`;
  const size = sizeBytes ?? (await store.head(key))?.size;
  if (size === undefined) throw new ArrayFileError(name, 'is not there: check the URL');
  const read = readingAhead(size, async (start, end) => {
    const [bytes] = (await store.getRanges(key, [{ start, end }])) ?? [];
    if (bytes === undefined) throw new ArrayFileError(name, 'is not there any more');
    onRead(bytes.length);
    return bytes;
  });
  return {
    name,
    sizeBytes: size,
    read: (start, length) => read(start, start + length),
    async readInto(start, into) {
      const bytes = await read(start, start + into.length);
      into.set(bytes);
      return bytes.length;
    },
    stream: async function* (start) {
      for (let at = start; at < size; at += MOST_AHEAD_BYTES) yield await read(at, at + MOST_AHEAD_BYTES);
    },
    sibling: (other) => storedFile(store, beside(name, key, other), onRead),
  };
}

/** As names in headers are: below the folder of the file that names it, or that of another. */
function beside(name: string, key: string, other: string): string {
  const found = posix.join(posix.dirname(key), other);
  if (!posix.isAbsolute(other) && !found.startsWith('../')) return found;
  throw new ArrayFileError(
    name,
    `its data are in ${other}, outside of the folder: copy both into one folder`,
  );
}
