/** Objects as files below a folder. Compressed ones carry a suffix (see file-forms.ts). */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ObjectStore, PutOptions } from '../../engine/ports.ts';
import { checkKey, checkPrefix } from '../object-key.ts';
import { fromSystemError, isAbsent, StoreError, systemCode } from '../store-errors.ts';
import { type FileForm, formsOf } from './file-forms.ts';
import { temporaryPrefix } from './leftovers.ts';
import { listFolder } from './list-folder.ts';
import { type Body, putFile, removeIfThere, type WriterState } from './put-file.ts';
import { readRanges, readWhole, rowReader } from './read-file.ts';

type Verb = Parameters<typeof fromSystemError>[1];

/**
 * The folder need not exist: reading finds nothing, writing makes it. Every failure of the file system is a
 * `StoreError`. Ranges of `getRanges` share one buffer; `get` tries `name`, `name.gz`, `name.br`, `name.zstd`.
 */
export function folderStore(folder: string): ObjectStore {
  const root = resolve(folder);
  const url = pathToFileURL(root).href.replace(/\/$/, '');
  const readRows = rowReader();
  const writer: WriterState = { knownFolders: new Set(), temporaryPrefix: temporaryPrefix() };

  const fileOf = (key: string): string => {
    checkKey(url, key);
    return join(root, key);
  };
  return {
    url,
    get: async (key) =>
      firstForm(fileOf(key), async ({ file, encoding }) => ({ bytes: await readWhole(file), encoding })),
    getRanges: async (key, ranges) => firstForm(fileOf(key), async ({ file }) => readRanges(file, ranges)),
    getRows: async (key, rows, into) =>
      firstForm(fileOf(key), async ({ file }) => readRows(file, rows, into)),
    head: async (key) => firstForm(fileOf(key), headOf),
    put: async (key, body, options = {}) => putForm(fileOf(key), body, options, writer),
    async *list(prefix, { isFlat = false } = {}) {
      checkPrefix(url, prefix);
      const objects = listFolder(root, prefix, isFlat);
      for (;;) {
        const next = await explained('list', join(root, prefix), () => objects.next());
        if (next.done) return;
        yield next.value;
      }
    },
    async delete(keys) {
      const forms = keys.map(fileOf).flatMap(formsOf);
      await eachInBatches(forms, ({ file }) => explained('delete', file, () => removeIfThere(file)));
    },
  };
}

/** A folder is no object, and neither is what would lie below a file. */
async function firstForm<T>(
  file: string,
  read: (form: FileForm) => Promise<T | undefined>,
): Promise<T | undefined> {
  for (const form of formsOf(file)) {
    try {
      const found = await read(form);
      if (found !== undefined) return found;
    } catch (error) {
      if (!isAbsent(error) && systemCode(error) !== 'EISDIR') throw fromSystemError(error, 'read', form.file);
    }
  }
  return undefined;
}

async function headOf({ file, encoding }: FileForm) {
  const found = await stat(file);
  return found.isFile() ? { size: found.size, encoding } : undefined;
}

async function putForm(file: string, body: Body, options: PutOptions, writer: WriterState): Promise<boolean> {
  const forms = formsOf(file);
  const form = forms.find(({ encoding }) => encoding === options.encoding);
  if (form === undefined) throw cannotBeEncoded(file);
  return explained('write', form.file, async () => {
    if (options.ifAbsent && (await firstForm(file, headOf)) !== undefined) return false;
    const written = await putFile(form.file, body, options.ifAbsent ?? false, writer);
    // The new form first, then the others go: at no moment is the object absent.
    if (written && !options.ifAbsent) {
      // Looked for at once: each removal of nothing would be a way to the thread pool and back.
      for (const { file: other } of forms)
        if (other !== form.file && existsSync(other)) await removeIfThere(other);
    }
    return written;
  });
}

function cannotBeEncoded(file: string): StoreError {
  const name = basename(file);
  const problem = `${name} with a compressed form would be taken for the archive ${name}.gz`;
  return new StoreError('bad-key', file, problem, `Store it as ${name}.gz without an encoding.`);
}

async function explained<T>(verb: Verb, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fromSystemError(error, verb, path);
  }
}

async function eachInBatches<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let first = 0; first < items.length; first += 64) {
    await Promise.all(items.slice(first, first + 64).map(work));
  }
}
