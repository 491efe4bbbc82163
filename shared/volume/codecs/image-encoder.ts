/** Encodes the chunks of an image, one after the other, in the thread that makes them. */
import { setImmediate } from 'node:timers/promises';
import type { Vec3 } from '../../geometry/box.ts';
import {
  type GzipBuffers,
  type GzipLevel,
  gzipBound,
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

/** Encoded chunks are kept until they are stored: so many in any case, as long as they take no more than `ROOMS_BYTES`. */
const MOST_ROOMS = 9;
const ROOMS_BYTES = 2 ** 26;

const roomsFor = (mostBytes: number): number =>
  Math.max(1, Math.min(MOST_ROOMS, Math.floor(ROOMS_BYTES / gzipBound(mostBytes))));

/** What an encoder needs in kernel memory for chunks of at most so many bytes, to be spread into a call of `layout`. */
export function encoderBuffers(compression: Compression, mostBytes: number) {
  if (levelOf(compression) === undefined) return gzipBuffers(0);
  const { gzipScratch, gzipped } = gzipBuffers(mostBytes);
  return { gzipScratch, gzipped: { ...gzipped, length: roomsFor(mostBytes) * gzipped.length } } as const;
}

/** Bytes of that, whatever the compression. */
export function encoderBytes(mostBytes: number): number {
  const { gzipScratch, gzipped } = encoderBuffers('gzip', mostBytes);
  return gzipScratch.length + gzipped.length;
}

/**
 * Chunks of gzip lie in `buffers` until they are released, or until the next layout; where there is no room, the next waits
 * for a release. `mostBytes`: as `encoderBuffers` was given.
 */
export function imageEncoder(
  compression: Compression,
  kernels: Kernels,
  buffers: GzipBuffers,
  mostBytes: number,
): ImageEncoder {
  requireLittleEndian();
  const level = levelOf(compression);
  if (level !== undefined) return gzipEncoder(kernels, level, buffers, gzipBound(mostBytes));
  if (compression === 'zlib') return encodeWithZlib;
  return async (voxels) => ({ bytes: bytesOf(voxels).slice(), encoding: undefined });
}

/** A chunk that is an object of its own is stored from where the kernel wrote it. */
function gzipEncoder(
  kernels: Kernels,
  level: GzipLevel,
  buffers: GzipBuffers,
  roomBytes: number,
): ImageEncoder {
  const rooms = lending(piecesOf(buffers.gzipped, roomBytes));
  return async (voxels) => {
    const gzipped = await rooms.take();
    const bytes = kernels.gzip(voxels, level, { ...buffers, gzipped });
    // Chunks that are being stored, and planes that are being read, go on between two of them.
    await setImmediate();
    return { bytes, encoding: 'gzip', release: () => rooms.giveBack(gzipped) };
  };
}

const piecesOf = (bytes: Uint8Array, pieceBytes: number): Uint8Array[] =>
  Array.from({ length: Math.floor(bytes.length / pieceBytes) }, (_, piece) =>
    bytes.subarray(piece * pieceBytes, (piece + 1) * pieceBytes),
  );

/** Takes resolve in their order, as soon as there is something to take. */
function lending<Thing>(idle: Thing[]) {
  const waiting: ((thing: Thing) => void)[] = [];
  return {
    take: async (): Promise<Thing> => idle.pop() ?? new Promise<Thing>((resolve) => waiting.push(resolve)),
    giveBack(thing: Thing): void {
      const next = waiting.shift();
      if (next) next(thing);
      else idle.push(thing);
    },
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
