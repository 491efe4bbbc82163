/** Encodes the chunks of an image, one after the other, in the thread that makes them. */
import { setImmediate } from 'node:timers/promises';
import type { Vec3 } from '../../geometry/box.ts';
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
import { encodePicture } from './encode-picture.ts';
import type { EncodedChunk } from './encoded-chunk.ts';
import { encodeWithZlib } from './zlib.ts';

/** `voxels` may change once this resolves. For `gzip` and its levels they must lie in the memory of the kernels. */
export type ImageEncoder = (voxels: Pixels) => Promise<EncodedChunk>;

/** One channel as pictures, which are compressed already. */
export const pictureEncoder =
  (picture: 'jpeg' | 'png') =>
  async (voxels: Pixels, size: Vec3): Promise<EncodedChunk> => ({
    bytes: await encodePicture(voxels, { channels: 1, encoding: picture }, size),
    encoding: undefined,
  });

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

/** Memory that was released is taken again: new memory for each chunk costs a twentieth of the encoding, and its collection. */
function gzipEncoder(kernels: Kernels, level: GzipLevel, buffers: GzipBuffers): ImageEncoder {
  const idle: Uint8Array[] = [];
  return async (voxels) => {
    const gzipped = kernels.gzip(voxels, level, buffers);
    const room = idle.pop() ?? new Uint8Array(buffers.gzipped.length);
    room.set(gzipped);
    // Chunks that are being stored, and planes that are being read, go on between two of them.
    await setImmediate();
    return {
      bytes: room.subarray(0, gzipped.length),
      encoding: 'gzip',
      release: () => {
        idle.push(room);
      },
    };
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
