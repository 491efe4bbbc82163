// Writes a block of literals alone, whose codes have at most 12 bits. `prepareCodes` comes first.
import { outAt, putBits, resumeOutput, waiting, waitingBits } from './bits';
import { firstRow, rows } from './count';
import { FIRST_BITS, HIGH_FACTORS, VOXEL_BITS } from './scratch';
import { setWord, word } from './words';

export function emitLiterals(scratch: usize, block: usize, bytes: usize): void {
  const written = rows > 0 ? emitVoxels(scratch, block, bytes) : emitFours(scratch + FIRST_BITS, block, bytes);
  for (let i = written; i < bytes; i++) {
    const code = word(scratch + FIRST_BITS, load<u8>(block + i));
    putBits(code >> 8, code & 255);
  }
}

/** Two voxels of at most 24 bits a write, each looked up as a whole; returns how many bytes of the block it wrote. */
function emitVoxels(scratch: usize, block: usize, bytes: usize): usize {
  prepareVoxels(scratch);
  const codes = scratch + VOXEL_BITS - (<usize>firstRow << 10);
  const end = block + (bytes & ~3);
  let at = outAt;
  let bits = waiting;
  let bitCount = waitingBits;
  for (let voxels = block; voxels < end; voxels += 4) {
    const a = word(codes, load<u16>(voxels));
    const b = word(codes, load<u16>(voxels, 2));
    bits |= (<u64>(a >> 8) | (<u64>(b >> 8) << a)) << bitCount;
    bitCount += (a + b) & 63;
    store<u64>(at, bits);
    at += <usize>(bitCount >> 3);
    bits >>= bitCount & 0x38;
    bitCount &= 7;
  }
  resumeOutput(at, bits, bitCount);
  return end - block;
}

/** The codes of both bytes of a voxel as one, for all voxels of the rows that occur. */
function prepareVoxels(scratch: usize): void {
  const codes = scratch + FIRST_BITS;
  const factors = scratch + HIGH_FACTORS;
  for (let low: u32 = 0; low < 256; low++) setWord(factors, low, 256 << word(codes, low));
  for (let row: u32 = 0; row < rows; row++) {
    const high = word(codes, firstRow + row);
    const count = high & 255;
    if (count > 0) prepareRow(scratch + VOXEL_BITS + (<usize>row << 10), codes, factors, high >> 8, count);
  }
}

function prepareRow(to: usize, codes: usize, factors: usize, high: u32, count: u32): void {
  for (let at: usize = 0; at < 1024; at += 16) {
    const behind = i32x4.mul(v128.load(factors + at), i32x4.splat(high));
    v128.store(to + at, i32x4.add(v128.or(v128.load(codes + at), behind), i32x4.splat(count)));
  }
}

/** Four bytes a write; returns how many of the block it wrote. */
function emitFours(codes: usize, block: usize, bytes: usize): usize {
  const end = block + (bytes & ~3);
  let at = outAt;
  let bits = waiting;
  let bitCount = waitingBits;
  for (let from = block; from < end; from += 4) {
    const four = load<u32>(from);
    const a = word(codes, four & 255);
    const b = word(codes, (four >> 8) & 255);
    const c = word(codes, (four >> 16) & 255);
    const d = word(codes, four >> 24);
    const lowBits = (a + b) & 63;
    const low = (a >> 8) | ((b >> 8) << a);
    const high = (c >> 8) | ((d >> 8) << c);
    bits |= (<u64>low | (<u64>high << lowBits)) << bitCount;
    bitCount += lowBits + ((c + d) & 63);
    store<u64>(at, bits);
    at += <usize>(bitCount >> 3);
    bits >>= bitCount & 0x38;
    bitCount &= 7;
  }
  resumeOutput(at, bits, bitCount);
  return end - block;
}
