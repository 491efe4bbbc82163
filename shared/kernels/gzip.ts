/** gzip of voxels: what the kernel in `assembly/gzip` needs around it. */
import { crc32 } from 'node:zlib';
import { addressOf, type Buffers, type GrowableMemory } from './memory.ts';
import type { KernelExports } from './module.ts';
import type { Pixels } from './pixels.ts';

/**
 * `matches`: pairs of voxels that occurred before are referred to. `huffman`: none, more than twice as fast and a tenth larger.
 * `auto`: `matches` as long as they gain, tried anew every 256 KiB.
 */
export const gzipLevels = ['huffman', 'auto', 'matches'] as const;

export type GzipLevel = (typeof gzipLevels)[number];

/** Most bytes that `gzip` makes of so many, the room that it writes over behind them included. */
export const gzipBound = (bytes: number): number => bytes + 12 * Math.ceil(bytes / BLOCK_BYTES) + 32;

const BLOCK_BYTES = 65_536;
/** What `assembly/gzip/scratch.ts` lays out: each call compares. */
const SCRATCH_BYTES = 521_312;
const TRAILER_BYTES = 8;

/** What `gzip` needs in kernel memory for at most so many bytes of voxels, to be spread into a call of `layout`. */
export function gzipBuffers(mostBytes: number) {
  return {
    gzipScratch: { type: 'uint8', length: SCRATCH_BYTES },
    gzipped: { type: 'uint8', length: gzipBound(mostBytes) },
  } as const;
}

export type GzipBuffers = Buffers<ReturnType<typeof gzipBuffers>>;

export function gzipBy(memory: GrowableMemory, kernels: KernelExports) {
  return (voxels: Pixels, level: GzipLevel, { gzipScratch, gzipped }: GzipBuffers): Uint8Array => {
    expectBytes('gzipScratch', gzipScratch, kernels.gzipScratchBytes());
    expectBytes('gzipped', gzipped, gzipBound(voxels.byteLength));
    const length = kernels.gzip(
      addressOf(memory, 'voxels', voxels),
      voxels.byteLength,
      gzipLevels.indexOf(level),
      addressOf(memory, 'gzipScratch', gzipScratch),
      addressOf(memory, 'gzipped', gzipped),
    );
    const trailer = new DataView(gzipped.buffer, gzipped.byteOffset + length, TRAILER_BYTES);
    const bytes = new Uint8Array(voxels.buffer, voxels.byteOffset, voxels.byteLength);
    // Node's runs at the speed of memory; a kernel for it would gain nothing.
    trailer.setUint32(0, crc32(bytes), true);
    trailer.setUint32(4, voxels.byteLength, true);
    return gzipped.subarray(0, length + TRAILER_BYTES);
  };
}

function expectBytes(name: string, { length }: Uint8Array, least: number): void {
  if (length < least) throw new RangeError(`${name} has ${length} bytes, expected at least ${least}`);
}
