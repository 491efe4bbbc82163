/** Writing a file whole or not at all: a hidden temporary file in the same folder, synced, then renamed. */
import { randomBytes } from 'node:crypto';
import { type FileHandle, link, mkdir, open, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isAbsent, StoreError, systemCode } from '../store-errors.ts';
import { removeLeftovers } from './leftovers.ts';

/** The system writes less than 2 GiB in one call. */
const LARGEST_WRITE = 2 ** 30;

export type Body = Uint8Array | AsyncIterable<Uint8Array>;

export interface WriterState {
  /** Folders that this store has made or seen: they need no second look. */
  readonly knownFolders: Set<string>;
  readonly temporaryPrefix: string;
}

/** False where `ifAbsent` is set and the file exists. Errors are the system's own. */
export async function putFile(
  file: string,
  body: Body,
  ifAbsent: boolean,
  writer: WriterState,
): Promise<boolean> {
  const temporary = await writeTemporary(dirname(file), body, writer);
  try {
    if (ifAbsent) return await linkIfAbsent(temporary, file);
    await rename(temporary, file);
    return true;
  } catch (error) {
    await removeIfThere(temporary);
    throw error;
  }
}

async function writeTemporary(folder: string, body: Body, writer: WriterState): Promise<string> {
  const temporary = join(folder, writer.temporaryPrefix + randomBytes(8).toString('hex'));
  const handle = await openNew(temporary, folder, writer);
  try {
    await fill(handle, body);
    return temporary;
  } catch (error) {
    await removeIfThere(temporary);
    throw error;
  }
}

async function fill(handle: FileHandle, body: Body): Promise<void> {
  try {
    if (body instanceof Uint8Array) await writeAll(handle, body);
    else for await (const part of body) await writeAll(handle, part);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

async function openNew(temporary: string, folder: string, writer: WriterState): Promise<FileHandle> {
  if (!writer.knownFolders.has(folder)) await makeFolder(folder, writer);
  try {
    return await open(temporary, 'wx');
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    // The folder was there once and somebody removed it since.
    await makeFolder(folder, writer);
    return await open(temporary, 'wx');
  }
}

async function makeFolder(folder: string, writer: WriterState): Promise<void> {
  await makeWithParents(folder);
  await removeLeftovers(folder);
  writer.knownFolders.add(folder);
}

/** Not node's `recursive`, which answers ENOENT where the file system is read-only. */
async function makeWithParents(folder: string): Promise<void> {
  if (await isFolder(folder)) return;
  if (dirname(folder) !== folder) await makeWithParents(dirname(folder));
  try {
    await mkdir(folder);
  } catch (error) {
    // Another writer may have been first.
    if (!(await isFolder(folder))) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const length = Math.min(LARGEST_WRITE, bytes.length - written);
    const { bytesWritten } = await handle.write(bytes, written, length);
    written += bytesWritten;
  }
}

/** A link is refused where the name exists, in one step; a rename would replace it. */
async function linkIfAbsent(temporary: string, file: string): Promise<boolean> {
  try {
    await link(temporary, file);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    if (!['ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EPERM'].includes(systemCode(error) ?? '')) throw error;
    const problem = 'this file system has no hard links, so "write if absent" cannot be atomic on it';
    throw new StoreError('unsupported', file, problem, 'Choose a folder on another file system.', error);
  } finally {
    await removeIfThere(temporary);
  }
}

export async function removeIfThere(file: string): Promise<void> {
  try {
    await unlink(file);
  } catch (error) {
    if (!isAbsent(error) && systemCode(error) !== 'EISDIR') throw error;
  }
}
