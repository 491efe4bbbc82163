/** Undoes gzip, brotli and zstd without making more than what was expected. */
import { constants } from 'node:buffer';
import { promisify } from 'node:util';
import { brotliDecompress, unzip } from 'node:zlib';
import type { Encoding } from '../../engine/ports.ts';
import { unzstd } from '../../formats/zstd.ts';
import { ChunkError } from '../errors.ts';

/** Takes zlib streams, too: neuroglancer-scripts writes them where it says gzip (FORMATS section 5.9). */
const unzipAsync = promisify(unzip);
const brotliDecompressAsync = promisify(brotliDecompress);

/** Deflate makes at most 1032 bytes of one. */
const MOST_INFLATED = 1032;
/** A little more room than expected, so that one call fills it and more than that is noticed, not inflated. */
const ROOM_BYTES = 128;
/** Of one allocation ahead of the data; what is longer is put together from several. */
const MOST_AHEAD = 2 ** 24;

/** At most `mostBytes`, or a little more: the caller looks at the length. `chunk` names it in the `ChunkError`. */
export async function unpack(
  bytes: Uint8Array,
  encoding: Encoding,
  mostBytes: number,
  chunk: string,
): Promise<Uint8Array> {
  const most = Math.min(mostBytes + ROOM_BYTES, constants.MAX_LENGTH);
  if (encoding === 'zstd') return unpackZstd(bytes, most, chunk);
  const room = Math.min(most, bytes.length * MOST_INFLATED + ROOM_BYTES, MOST_AHEAD);
  const options = { chunkSize: Math.max(room, 64), maxOutputLength: most };
  try {
    return await (encoding === 'gzip' ? unzipAsync : brotliDecompressAsync)(bytes, options);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE')
      throw new ChunkError(chunk, `more than ${most} bytes, expected at most ${mostBytes}`);
    const problem = `${bytes.length} bytes that are no whole ${encoding} stream (${(error as Error).message})`;
    throw new ChunkError(chunk, problem, error);
  }
}

async function unpackZstd(bytes: Uint8Array, most: number, chunk: string): Promise<Uint8Array> {
  const plain = await unzstd(bytes, most).catch((error: Error) => {
    throw new ChunkError(chunk, `zstd data of ${error.message}`, error);
  });
  if (plain !== undefined) return plain;
  throw new ChunkError(chunk, `${bytes.length} bytes that are no whole zstd stream of at most ${most} bytes`);
}
