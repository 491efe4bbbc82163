/** gzip by node's zlib: for labels and masks, where it is far smaller than the image encoder, and for comparison. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { elementTypeOf } from '../../formats/elements.ts';
import { bytesOf, type DataType, type VoxelArray } from '../data-type.ts';
import { requireLittleEndian } from './byte-order.ts';
import type { EncodedChunk } from './encoded-chunk.ts';

const gzipAsync = promisify(gzip);

/** Of images little is gained above level 1; labels become less than half as large at level 6. */
export const zlibLevel = (type: DataType): 1 | 6 =>
  type === 'uint8' || type === 'uint16' || type === 'float32' ? 1 : 6;

export async function encodeWithZlib(voxels: VoxelArray): Promise<EncodedChunk> {
  requireLittleEndian();
  // Room for all of the output: each further piece of it is another way to the thread pool and back.
  const chunkSize = voxels.byteLength + (voxels.byteLength >> 8) + 128;
  const level = zlibLevel(elementTypeOf(voxels) as DataType);
  const bytes = await gzipAsync(bytesOf(voxels), { level, memLevel: 9, chunkSize });
  bytes[OPERATING_SYSTEM] = UNKNOWN_SYSTEM;
  return { bytes, encoding: 'gzip' };
}

/** Of the gzip header, RFC 1952: equal voxels give equal bytes on every system. */
const OPERATING_SYSTEM = 9;
const UNKNOWN_SYSTEM = 255;
