/** Encodes the chunks of an image, one after the other, in the thread that makes them. */
import { setImmediate } from 'node:timers/promises';
import {
  type GzipBuffers,
  type GzipLevel,
  gzipBuffers,
  type Kernels,
  type Pixels,
} from '../../kernels/kernels.ts';
import { bytesOf } from '../data-type.ts';
import { requireLittleEndian } from './byte-order.ts';
import type { Compression } from './compression.ts';
import type { EncodedChunk } from './encoded-chunk.ts';
import { encodeWithZlib } from './zlib.ts';

/** `voxels` may change once this resolves. For `gzip` and its levels they must lie in the memory of the kernels. */
export type ImageEncoder = (voxels: Pixels) => Promise<EncodedChunk>;

/** What an encoder needs in kernel memory for chunks of at most so many bytes, to be spread into a call of `layout`. */
export const encoderBuffers = (compression: Compression, mostBytes: number) =>
  gzipBuffers(levelOf(compression) === undefined ? 0 : mostBytes);

export function imageEncoder(compression: Compression, kernels: Kernels, buffers: GzipBuffers): ImageEncoder {
  requireLittleEndian();
  const level = levelOf(compression);
  if (level !== undefined) return gzipEncoder(kernels, level, buffers);
  if (compression === 'zlib') return encodeWithZlib;
  return async (voxels) => ({ bytes: bytesOf(voxels).slice(), encoding: undefined });
}

function gzipEncoder(kernels: Kernels, level: GzipLevel, buffers: GzipBuffers): ImageEncoder {
  return async (voxels) => {
    const bytes = kernels.gzip(voxels, level, buffers).slice();
    // Chunks that are being stored, and planes that are being read, go on between two of them.
    await setImmediate();
    return { bytes, encoding: 'gzip' };
  };
}

function levelOf(compression: Compression): GzipLevel | undefined {
  switch (compression) {
    case 'gzip':
    case 'gzip:auto':
      return 'auto';
    case 'gzip:huffman':
      return 'huffman';
    case 'gzip:matches':
      return 'matches';
    case 'zlib':
    case 'none':
      return undefined;
  }
}
