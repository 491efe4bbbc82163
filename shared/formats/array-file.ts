/** Files that hold one array (NRRD, NIfTI): where their bytes come from, and what can be wrong with them. */
import { constants } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { createUnzip } from 'node:zlib';
import { PermanentError } from '../engine/errors.ts';

/** The file is of another kind, cut short, contradicts itself, or is of a sort that is not read; the text says which. */
export class ArrayFileError extends PermanentError {
  override readonly name = 'ArrayFileError';
  /** File name. */
  readonly file: string;
  constructor(file: string, reason: string, cause?: unknown) {
    super(`${file}: ${reason}`);
    this.file = file;
    if (cause !== undefined) this.cause = cause;
  }
}

export interface ArrayFile {
  /** For messages. */
  readonly name: string;
  readonly sizeBytes: number;
  /** At most `length` bytes: fewer where the file ends. */
  read(start: number, length: number): Promise<Uint8Array>;
  /** Fills `into` from `start` on; the number of bytes that were there. */
  readInto(start: number, into: Uint8Array): Promise<number>;
  /** All bytes from `start` on, piece by piece. */
  stream(start: number): AsyncIterable<Uint8Array>;
  /** A file named by this one, relative to it. */
  sibling(name: string): Promise<ArrayFile>;
}

/** @throws ArrayFileError where there is no such file. */
export async function arrayFileAt(path: string): Promise<ArrayFile> {
  const found = await stat(path).catch((cause) => {
    throw new ArrayFileError(path, 'cannot be opened: check the path', cause);
  });
  if (!found.isFile()) throw new ArrayFileError(path, 'is not a file');
  return {
    name: basename(path),
    sizeBytes: found.size,
    async read(start, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, found.size - start)));
      return bytes.subarray(0, await readFileInto(path, start, bytes));
    },
    readInto: (start, into) => readFileInto(path, start, into),
    stream: (start) => createReadStream(path, { start, highWaterMark: PIECE_BYTES }),
    sibling: (name) => arrayFileAt(resolve(dirname(path), name)),
  };
}

async function readFileInto(path: string, start: number, into: Uint8Array): Promise<number> {
  const file = await open(path);
  try {
    let filled = 0;
    while (filled < into.length) {
      // The system reads less than 2 GiB in one call.
      const length = Math.min(LARGEST_READ, into.length - filled);
      const { bytesRead } = await file.read(into, filled, length, start + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled;
  } finally {
    await file.close();
  }
}

const LARGEST_READ = 2 ** 30;

export const arrayFileInMemory = (name: string, bytes: Uint8Array): ArrayFile => ({
  name,
  sizeBytes: bytes.length,
  read: async (start, length) => bytes.subarray(start, start + length),
  async readInto(start, into) {
    const found = bytes.subarray(start, start + into.length);
    into.set(found);
    return found.length;
  },
  stream: async function* (start) {
    yield bytes.subarray(start);
  },
  sibling: async (other) => {
    throw new ArrayFileError(name, `its data are in ${other}, which is not at hand`);
  },
});

const PIECE_BYTES = 1 << 20;
/** What one byte stands for at most: of bzip2 24 for 46.7 MB. */
const MOST_EXPANSION = { gzip: 1032, bzip2: 2 ** 21 } as const;
export type Packing = keyof typeof MOST_EXPANSION;

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Unzips what begins at `start`. Errors of the stream come out as ArrayFileError. */
export async function* inflated(file: ArrayFile, start: number): AsyncGenerator<Uint8Array> {
  // Takes zlib streams, too, which MetaImage has.
  const gunzip = createUnzip({ chunkSize: PIECE_BYTES });
  const fed = feed(gunzip, file.stream(start));
  // Awaited below: until then a failure to read shows as the stream's end.
  fed.catch((error) => gunzip.destroy(error));
  try {
    for await (const piece of gunzip) yield piece;
    await fed;
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new ArrayFileError(file.name, `its gzip data are damaged or cut short (${what})`, cause);
  } finally {
    gunzip.destroy();
  }
}

async function feed(
  gunzip: ReturnType<typeof createUnzip>,
  pieces: AsyncIterable<Uint8Array>,
): Promise<void> {
  for await (const piece of pieces) {
    if (gunzip.destroyed) return;
    if (!gunzip.write(piece)) await new Promise((go) => gunzip.once('drain', go).once('close', go));
  }
  gunzip.end();
}

/** Refuses an array that no memory holds whole; by planes it may still be read. */
export function expectToFit(file: ArrayFile, bytes: number): void {
  if (bytes <= constants.MAX_LENGTH) return;
  throw new ArrayFileError(
    file.name,
    `the header asks for ${bytes} bytes of data; arrays above ${constants.MAX_LENGTH} bytes are not read at once`,
  );
}

/** Refuses, before anything is allocated, an array that so many bytes of file cannot hold. */
export function expectToHold(
  file: ArrayFile,
  neededBytes: number,
  start: number,
  packing: Packing | undefined,
): void {
  const held = Math.max(0, file.sizeBytes - start);
  if (neededBytes <= held * (packing === undefined ? 1 : MOST_EXPANSION[packing])) return;
  const zipped = packing === undefined ? '' : ` of ${packing}`;
  throw new ArrayFileError(
    file.name,
    `the header asks for ${neededBytes} bytes of data, but only ${held} bytes${zipped} are there: the file is cut short or its sizes are wrong`,
  );
}

/** Number of elements; refuses sizes that are not whole numbers above 0, or too many for memory. */
export function elementCount(file: string, shape: readonly number[]): number {
  const count = shape.reduce((all, size) => all * size, 1);
  if (shape.length > 0 && shape.every((size) => Number.isInteger(size) && size > 0) && count < MOST_ELEMENTS)
    return count;
  throw new ArrayFileError(file, `sizes ${shape.join(' x ')}: expected whole numbers above 0`);
}

const MOST_ELEMENTS = 2 ** 50;

/**
 * Takes exactly `length` bytes from pieces, after `skip` bytes. They are gathered as they come, so that no more memory is
 * asked for than the file has data.
 */
export async function gatherBytes(
  file: string,
  pieces: AsyncIterable<Uint8Array>,
  skip: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const kept: Uint8Array[] = [];
  let [skipped, gathered] = [0, 0];
  for await (const piece of pieces) {
    const from = Math.min(piece.length, skip - skipped);
    skipped += from;
    // Read to the end all the same: gzip's checksum comes last.
    const part = piece.subarray(from, from + length - gathered);
    if (part.length > 0) kept.push(part);
    gathered += part.length;
  }
  if (gathered < length)
    throw new ArrayFileError(file, `its data end after ${gathered} bytes, expected ${length}: cut short`);
  return joined(kept, length);
}

function joined(parts: Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
