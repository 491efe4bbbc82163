/** Images to files, plane by plane: under another name until they are whole. */
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { ObjectStore } from '../engine/ports.ts';
import { littleEndianBytes } from '../formats/elements.ts';
import { zlibLevel } from '../volume/codecs/zlib.ts';
import { aroundPlanes, type FileAround, type FileFormat, tiffParts } from './image-files.ts';
import type { PlaneImage } from './plane-image.ts';

/** Called after each plane. */
export type OnPlane = (done: number, total: number) => void;

/** @throws ExportError, and what the file system says: then nothing is left behind */
export async function writeImageFile(
  path: string,
  image: PlaneImage,
  format: FileFormat,
  onPlane: OnPlane,
): Promise<void> {
  const around = aroundPlanes(image, format);
  return wholeOrNot(path, 'file', (part) => writeAll(part, fileBytes(image, around, onPlane)));
}

/** Ends when the file is closed, also where `bytes` fail at once: until then it may still be about to be made. */
async function writeAll(path: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const file = createWriteStream(path, { flush: true });
  const closed = new Promise<void>((resolve) => file.once('close', resolve));
  await pipeline(bytes, file).finally(() => closed);
}

/** The same as an object of a store, which shows whole objects or none. */
export async function putImageFile(
  store: ObjectStore,
  key: string,
  image: PlaneImage,
  { format, onPlane }: { readonly format: FileFormat; readonly onPlane: OnPlane },
): Promise<void> {
  const bytes = fileBytes(image, aroundPlanes(image, format), onPlane);
  await store.put(key, bytes, { contentType: 'application/octet-stream' });
}

/** `z0000.tif`, `z0001.tif`, … in a folder. What was there is replaced. */
export const writeTiffSeries = (folder: string, image: PlaneImage, onPlane: OnPlane): Promise<void> =>
  wholeOrNot(folder, 'folder', async (part) => {
    await mkdir(part, { recursive: true });
    await eachTiff(image, onPlane, (name, pieces) => writeFile(join(part, name), pieces));
  });

/** The same as objects of a store; after an error those that are there stay. */
export const putTiffSeries = (store: ObjectStore, image: PlaneImage, onPlane: OnPlane): Promise<void> =>
  eachTiff(image, onPlane, async (name, pieces) => {
    await store.put(name, Buffer.concat(pieces), { contentType: 'image/tiff' });
  });

async function eachTiff(
  image: PlaneImage,
  onPlane: OnPlane,
  write: (name: string, pieces: readonly Uint8Array[]) => Promise<void>,
): Promise<void> {
  const { head, tail } = tiffParts(image, 1);
  const total = image.sizeVoxels[2];
  const digits = Math.max(4, String(total - 1).length);
  let z = 0;
  for await (const plane of image.planes(0)) {
    await write(`z${String(z).padStart(digits, '0')}.tif`, [head, littleEndianBytes(plane), tail]);
    z += 1;
    onPlane(z, total);
  }
}

/** Replaces what was there. @throws what `write` throws; what it wrote goes then */
export async function wholeOrNot(
  path: string,
  kind: 'file' | 'folder',
  write: (part: string) => Promise<void>,
): Promise<void> {
  const part = `${path}.part`;
  // Of an export that was killed.
  await rm(part, { recursive: true, force: true });
  try {
    await write(part);
    // A file's name goes over in one step; that of a folder must be free.
    if (kind === 'folder') await rm(path, { recursive: true, force: true });
    await rename(part, path);
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw error;
  }
}

async function* fileBytes(
  image: PlaneImage,
  around: FileAround,
  onPlane: OnPlane,
): AsyncGenerator<Uint8Array> {
  const planes = planeBytes(image, onPlane);
  if (around.gzip === 'all') yield* gzipped(chained(around.head, planes), image);
  else {
    yield around.head;
    yield* around.gzip === 'planes' ? gzipped(planes, image) : planes;
    yield around.tail;
  }
}

async function* chained(head: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head;
  yield* rest;
}

/** The system writes less than 2 GiB in one call. */
const PIECE_BYTES = 2 ** 24;

async function* planeBytes(image: PlaneImage, onPlane: OnPlane): AsyncGenerator<Uint8Array> {
  const total = image.sizeVoxels[2] * image.channels;
  let done = 0;
  for (let channel = 0; channel < image.channels; channel++)
    for await (const plane of image.planes(channel)) {
      const bytes = littleEndianBytes(plane);
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
      done += 1;
      onPlane(done, total);
    }
}

async function* gzipped(pieces: AsyncIterable<Uint8Array>, image: PlaneImage): AsyncGenerator<Uint8Array> {
  const gzip = createGzip({ level: zlibLevel(image.dataType), memLevel: 9, chunkSize: 2 ** 18 });
  const fed = pipeline(pieces, gzip);
  // Awaited below: until then a failure shows as the stream's.
  fed.catch(() => {});
  yield* gzip;
  await fed;
}
