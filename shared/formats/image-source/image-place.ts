/** What lies at a path or URL: a file, or a folder of files, on this machine or in a store. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore, splitFileUrl, toUrl } from '../../adapters/open-store.ts';
import { StoreError } from '../../adapters/store-errors.ts';
import type { ObjectStore } from '../../engine/ports.ts';
import { type ArrayFile, ArrayFileError, arrayFileAt } from '../array-file.ts';
import { readingAhead } from '../read-ahead.ts';
import { storedFile } from '../stored-file.ts';

export interface ImageFolder {
  /** For messages. */
  readonly name: string;
  /** In no order; hidden ones are left out. */
  readonly names: readonly string[];
  open(name: string): Promise<ArrayFile>;
}

type ImagePlace =
  | { readonly kind: 'file'; readonly file: ArrayFile }
  | { readonly kind: 'folder'; readonly folder: ImageFolder };

export type CountBytes = (bytes: number) => void;

/** @throws ArrayFileError, StoreError where nothing is there */
export async function imagePlace(pathOrUrl: string, onRead: CountBytes): Promise<ImagePlace> {
  const url = toUrl(pathOrUrl);
  if (!url.startsWith('file://')) return placeInStore(url, onRead);
  const path = fileURLToPath(url);
  const found = await stat(path).catch((cause) => {
    throw new ArrayFileError(path, 'cannot be opened: check the path', cause);
  });
  const open = async (file: string): Promise<ArrayFile> => prepared(await arrayFileAt(file), onRead);
  if (!found.isDirectory()) return { kind: 'file', file: await open(path) };
  const entries = await readdir(path, { withFileTypes: true });
  const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  return {
    kind: 'folder',
    folder: { name: path, names: shown(names), open: (name) => open(join(path, name)) },
  };
}

async function placeInStore(url: string, onRead: CountBytes): Promise<ImagePlace> {
  if (isBelowHost(url)) {
    const { folder, key } = splitFileUrl(url);
    const store = await openStore(folder);
    const head = await store.head(key);
    if (head !== undefined) return { kind: 'file', file: await storedFile(store, key, onRead, head.size) };
  }
  const store = await openStore(url);
  const sizes = await sizesIn(store);
  if (sizes.size === 0) throw new ArrayFileError(url, 'cannot be opened, nothing is there: check the URL');
  const open = (name: string) => storedFile(store, name, onRead, sizes.get(name));
  return { kind: 'folder', folder: { name: url, names: shown([...sizes.keys()]), open } };
}

/** Not a bucket or a server as a whole. */
const isBelowHost = (url: string): boolean => /^[a-z0-9+.-]+:\/\/[^/]+\/./i.test(url);

const shown = (names: readonly string[]): string[] => names.filter((name) => !name.startsWith('.'));

/** Of the objects that lie in the folder itself. */
async function sizesIn(store: ObjectStore): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  try {
    for await (const { key, size } of store.list('', { isFlat: true })) sizes.set(key, size);
  } catch (error) {
    if (!(error instanceof StoreError && error.kind === 'unsupported')) throw error;
    throw new ArrayFileError(
      store.url,
      'is no file, and no volume with an info, and a web server does not say what else lies there: give the URL of a file or volume, or a folder of slices on s3://',
      error,
    );
  }
  return sizes;
}

/** Short reads of a file on this machine come from longer ones: headers and strips lie close together. */
function prepared(file: ArrayFile, onRead: CountBytes): ArrayFile {
  const readAhead = readingAhead(file.sizeBytes, async (start, end) => {
    const bytes = await file.read(start, end - start);
    onRead(bytes.length);
    return bytes;
  });
  return {
    ...file,
    read: (start, length) => readAhead(start, start + length),
    async readInto(start, into) {
      const filled = await file.readInto(start, into);
      onRead(filled);
      return filled;
    },
    stream: async function* (start) {
      for await (const piece of file.stream(start)) {
        onRead(piece.length);
        yield piece;
      }
    },
    sibling: async (name) => prepared(await file.sibling(name), onRead),
  };
}
