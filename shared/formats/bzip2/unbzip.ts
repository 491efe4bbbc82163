/** Undoes bzip2 block by block, with the memory of one block. */
import type { ArrayFile } from '../array-file.ts';
import { type BitWindow, bitWindow } from './bit-window.ts';
import { bytesOfBlock, readBlock } from './block.ts';

const LEVEL_BYTES = 100_000;
/** A block of so many symbols, each of 20 bits, and what stands before them. */
const MOST_BLOCK_BYTES = 2_400_000;
/** `BZh`. */
const BZH = 0x42_5a68;
/** Pi and its square root: a block, and the end of them. */
const BLOCK = '314159265359';
const END = '177245385090';

/** What begins at `start`; streams may follow each other. @throws ArrayFileError */
export async function* unbzipped(file: ArrayFile, start: number): AsyncGenerator<Uint8Array> {
  const bits = bitWindow(file, start);
  try {
    let level = await levelOf(bits);
    if (level === undefined) throw bits.damaged('they do not begin with BZh');
    const checksum = checksums();
    for (; level !== undefined; level = await levelOf(bits)) yield* streamOf(bits, level, checksum);
  } finally {
    await bits.close();
  }
}

/** Undefined where no stream begins here. */
async function levelOf(bits: BitWindow): Promise<number | undefined> {
  bits.align();
  await bits.fill(4);
  if (bits.peek(24) !== BZH) return undefined;
  bits.skip(24);
  const level = bits.take(8) - 0x30;
  if (!(level >= 1 && level <= 9)) throw bits.damaged(`level ${level}`);
  return level;
}

async function* streamOf(bits: BitWindow, level: number, checksum: Checksum): AsyncGenerator<Uint8Array> {
  let whole = 0;
  for (;;) {
    await bits.fill(MOST_BLOCK_BYTES);
    const mark = hexOf(bits, 48);
    const expected = Number.parseInt(hexOf(bits, 32), 16);
    if (mark === END) return expectSame(bits, whole, expected);
    if (mark !== BLOCK) throw bits.damaged(`a block begins with ${mark}`);
    let own = ~0;
    for (const piece of bytesOfBlock(readBlock(bits, level * LEVEL_BYTES))) {
      own = checksum(piece, own);
      yield piece;
    }
    expectSame(bits, ~own, expected);
    whole = ((whole << 1) | (whole >>> 31)) ^ expected;
  }
}

function hexOf(bits: BitWindow, count: number): string {
  let hex = '';
  for (let taken = 0; taken < count; taken += 16) hex += bits.take(16).toString(16).padStart(4, '0');
  return hex;
}

function expectSame(bits: BitWindow, found: number, expected: number): void {
  if (found >>> 0 !== expected >>> 0) throw bits.damaged('a checksum is wrong');
}

type Checksum = (bytes: Uint8Array, before: number) => number;

/** CRC-32 of the polynomial that zlib has, but with the highest bit first. */
function checksums(): Checksum {
  const remainders = Int32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte << 24;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder << 1) ^ (remainder < 0 ? 0x04c1_1db7 : 0);
    return remainder;
  });
  return (bytes, before) => {
    let remainder = before;
    for (const byte of bytes) remainder = (remainder << 8) ^ remainders[(remainder >>> 24) ^ byte]!;
    return remainder;
  };
}
