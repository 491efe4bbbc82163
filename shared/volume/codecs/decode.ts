/** What is stored becomes voxels: whole-object compression (FORMATS section 10) around the scale's encoding (section 3). */
import type { StoredObject } from '../../engine/ports.ts';
import type { Vec3 } from '../../geometry/box.ts';
import { bytesPerVoxel, type VoxelArray, voxelsOf } from '../data-type.ts';
import { ChunkError } from '../errors.ts';
import { requireLittleEndian } from './byte-order.ts';
import type { ChunkFormat } from './chunk-format.ts';
import { decodeLabels, labelShape } from './labels.ts';
import { decodePicture } from './picture.ts';
import { mostWords, type SegmentationShape } from './segmentation/layout.ts';
import { unpack } from './unpack.ts';

/** The voxels of a chunk of this size, x fastest, then y, z, channel; `chunk` names it in the `ChunkError`. */
export async function decodeChunk(
  object: StoredObject,
  format: ChunkFormat,
  size: Vec3,
  chunk: string,
): Promise<VoxelArray> {
  requireLittleEndian();
  const plain = await unpacked(object, mostEncoded(format, size), chunk);
  switch (format.encoding) {
    case 'raw':
      return rawVoxels(plain, format, size, chunk);
    case 'jpeg':
    case 'png':
      return decodePicture(plain, format, size, chunk);
    case 'compressed_segmentation':
      return decodeLabels(plain, labelShape(format, size), chunk);
  }
}

/** What the encoding of so many voxels cannot exceed: a file that holds more is damaged, or made to fill memory. */
export function mostEncoded(format: ChunkFormat, size: Vec3): number {
  const rawBytes = voxelCountOf(format, size) * bytesPerVoxel(format.dataType);
  switch (format.encoding) {
    case 'raw':
      return rawBytes;
    case 'jpeg':
    case 'png':
      // Noise grows by less than that; profiles and comments may come on top.
      return 2 * rawBytes + 2 ** 20;
    case 'compressed_segmentation':
      return 4 * mostWords(labelShape(format, size));
  }
}

const voxelCountOf = ({ channels }: ChunkFormat, [x, y, z]: Vec3): number => x * y * z * channels;

function rawVoxels(bytes: Uint8Array, format: ChunkFormat, size: Vec3, chunk: string): VoxelArray {
  const expected = voxelCountOf(format, size) * bytesPerVoxel(format.dataType);
  if (bytes.length !== expected)
    throw new ChunkError(chunk, `${bytes.length} bytes of voxels, expected ${expected}`);
  return voxelsOf(format.dataType, bytes);
}

/** A chunk of compressed_segmentation. Throws `ChunkError`. */
export async function decodeLabelChunk(
  object: StoredObject,
  shape: SegmentationShape,
  chunk: string,
): Promise<VoxelArray> {
  return decodeLabels(await unpacked(object, 4 * mostWords(shape), chunk), shape, chunk);
}

/** Undoes the compression of a small file such as `info`. Throws `ChunkError`. */
export const decompressText = async (object: StoredObject, where: string): Promise<string> =>
  new TextDecoder().decode(await unpacked(object, MOST_TEXT_BYTES, where));

const MOST_TEXT_BYTES = 2 ** 28;

const unpacked = async ({ bytes, encoding }: StoredObject, mostBytes: number, chunk: string) =>
  encoding === undefined ? bytes : unpack(bytes, encoding, mostBytes, chunk);
