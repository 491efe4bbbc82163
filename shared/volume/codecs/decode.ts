/** What is stored becomes voxels: whole-object compression (FORMATS section 10) around raw little-endian voxels (section 3). */
import { promisify } from 'node:util';
import { brotliDecompress, gunzip } from 'node:zlib';
import type { StoredObject } from '../../engine/ports.ts';
import { bytesPerVoxel, type DataType, type VoxelArray, voxelsOf } from '../data-type.ts';
import { ChunkError } from '../errors.ts';
import { requireLittleEndian } from './byte-order.ts';

const gunzipAsync = promisify(gunzip);
const brotliDecompressAsync = promisify(brotliDecompress);

/** The voxels of a chunk, x fastest; `chunk` names it in errors, `count` is what the grid says. */
export async function decodeChunk(
  object: StoredObject,
  type: DataType,
  count: number,
  chunk: string,
): Promise<VoxelArray> {
  requireLittleEndian();
  const expected = count * bytesPerVoxel(type);
  const bytes = await decompress(object, expected, chunk);
  if (bytes.length !== expected) throw wrongLength(chunk, `${bytes.length} bytes`, expected);
  return voxelsOf(type, bytes);
}

/** Undoes the compression of a small file such as `info`. */
export async function decompressText({ bytes, encoding }: StoredObject): Promise<string> {
  const plain =
    encoding === 'gzip'
      ? await gunzipAsync(bytes)
      : encoding === 'br'
        ? await brotliDecompressAsync(bytes)
        : bytes;
  return new TextDecoder().decode(plain);
}

async function decompress(
  { bytes, encoding }: StoredObject,
  expected: number,
  chunk: string,
): Promise<Uint8Array> {
  if (encoding === undefined) return bytes;
  // A little more room than expected, so that one call fills it and a longer chunk is noticed, not inflated.
  const options = { chunkSize: expected + 128, maxOutputLength: expected + 128 };
  try {
    return await (encoding === 'gzip' ? gunzipAsync : brotliDecompressAsync)(bytes, options);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE')
      throw wrongLength(chunk, `more than ${expected + 128} bytes`, expected);
    const problem = `${bytes.length} bytes that are no whole ${encoding} stream (${(error as Error).message})`;
    throw new ChunkError(chunk, problem, error);
  }
}

const wrongLength = (chunk: string, found: string, expected: number): ChunkError =>
  new ChunkError(chunk, `${found} of voxels, expected ${expected}`);
