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

/** Encoded chunks that may be held at a time: those on their way to the store, and the one that is made. */
export const HELD_CHUNKS = 9;

/** What an encoder needs in kernel memory for chunks of at most so many bytes, to be spread into a call of `layout`. */
export function encoderBuffers(compression: Compression, mostBytes: number) {
  const { gzipScratch, gzipped } = gzipBuffers(levelOf(compression) === undefined ? 0 : mostBytes);
  return { gzipScratch, gzipped: { ...gzipped, length: HELD_CHUNKS * gzipped.length } } as const;
}

/** Chunks of gzip lie in `buffers` until they are released, or until the next layout. */
export function imageEncoder(compression: Compression, kernels: Kernels, buffers: GzipBuffers): ImageEncoder {
  requireLittleEndian();
  const level = levelOf(compression);
  if (level !== undefined) return gzipEncoder(kernels, level, buffers);
  if (compression === 'zlib') return encodeWithZlib;
  return async (voxels) => ({ bytes: bytesOf(voxels).slice(), encoding: undefined });
}

/** A chunk is stored from where the kernel wrote it: no byte is copied between its voxels and the store. */
function gzipEncoder(kernels: Kernels, level: GzipLevel, buffers: GzipBuffers): ImageEncoder {
  const roomBytes = buffers.gzipped.length / HELD_CHUNKS;
  const idle = Array.from({ length: HELD_CHUNKS }, (_, room) =>
    buffers.gzipped.subarray(room * roomBytes, (room + 1) * roomBytes),
  );
  return async (voxels) => {
    const gzipped = idle.pop();
    if (gzipped === undefined)
      throw new Error(`${HELD_CHUNKS} encoded chunks are held, and none was released`);
    const bytes = kernels.gzip(voxels, level, { ...buffers, gzipped });
    // Chunks that are being stored, and planes that are being read, go on between two of them.
    await setImmediate();
    return {
      bytes,
      encoding: 'gzip',
      release: () => {
        idle.push(gzipped);
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
