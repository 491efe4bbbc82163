// Writes a block whose trees are planned: its header, its tokens or literals, its end.

import { endByte, outAt, putBits, putBytes, resumeOutput, waiting, waitingBits } from './bits';
import { assignCodes } from './code-lengths';
import { FIRST_DISTANCE, NOTHING } from './parse';
import {
  CODE_LENGTH_CODES, CODE_LENGTH_LENGTHS, DISTANCE_CODES, DISTANCE_LENGTHS, FIRST_BITS, LITERAL_CODES, LITERAL_LENGTHS,
  RUNS, SECOND_BITS, TOKENS,
} from './scratch';
import {
  CODE_LENGTH_SYMBOLS, DISTANCE_SYMBOLS, distanceExtraBits, END_OF_BLOCK, LITERAL_SYMBOLS, lengthExtraBits, lengthSymbol,
  runExtraBits,
} from './symbols';
import { runCount, sendOrder, sentCodeLengths, sentDistances, sentLiterals } from './tree';
import { setWord, word } from './words';

const STORED_BYTES: usize = 65_535;

export function emitStored(block: usize, bytes: usize, isLast: bool): void {
  do {
    const count = min(bytes, STORED_BYTES);
    putBits(<u64>(isLast && count == bytes), 3);
    endByte();
    putBits(<u64>count | ((<u64>count ^ 0xffff) << 16), 32);
    putBytes(block, count);
    block += count;
    bytes -= count;
  } while (bytes > 0);
}

export function emitFixedHeader(isLast: bool): void {
  putBits(<u64>isLast | (1 << 1), 3);
}

export function emitDynamicHeader(scratch: usize, isLast: bool): void {
  const lengths = scratch + CODE_LENGTH_LENGTHS;
  const codes = scratch + CODE_LENGTH_CODES;
  assignCodes(scratch, lengths, CODE_LENGTH_SYMBOLS, codes);
  putBits(<u64>isLast | (2 << 1), 3);
  putBits((sentLiterals - 257) | ((sentDistances - 1) << 5) | ((sentCodeLengths - 4) << 10), 14);
  for (let i: u32 = 0; i < sentCodeLengths; i++) putBits(load<u8>(lengths + load<u8>(sendOrder + i)), 3);
  for (let i: u32 = 0; i < runCount; i++) {
    const run = <u32>load<u16>(scratch + RUNS + (<usize>i << 1));
    const symbol = run & 31;
    const length = <u32>load<u8>(lengths + symbol);
    putBits(word(codes, symbol) | ((run >> 5) << length), length + runExtraBits(symbol));
  }
}

/**
 * What is written for each half of a token. First: bits | count << 24, extra bits of a length included. Second: code |
 * its length << 16 | count with extra bits << 24; those come with the token.
 */
export function prepareCodes(scratch: usize): void {
  assignCodes(scratch, scratch + LITERAL_LENGTHS, LITERAL_SYMBOLS, scratch + LITERAL_CODES);
  assignCodes(scratch, scratch + DISTANCE_LENGTHS, DISTANCE_SYMBOLS, scratch + DISTANCE_CODES);
  const first = scratch + FIRST_BITS;
  const second = scratch + SECOND_BITS;
  for (let byte: u32 = 0; byte < 256; byte++) {
    const length = literalLength(scratch, byte);
    const code = word(scratch + LITERAL_CODES, byte);
    setWord(first, byte, code | (length << 24));
    setWord(second, byte, code | (length << 16) | (length << 24));
  }
  for (let index: u32 = 0; index < 255; index++) setWord(first, 256 + index, lengthBits(scratch, index));
  setWord(second, NOTHING, 0);
  for (let code: u32 = 1; code < DISTANCE_SYMBOLS; code++) {
    const length = <u32>load<u8>(scratch + DISTANCE_LENGTHS + code);
    const bits = word(scratch + DISTANCE_CODES, code) | (length << 16) | ((length + distanceExtraBits(code)) << 24);
    setWord(second, FIRST_DISTANCE + code, bits);
    // Tokens have no distance code 0, which is odd: there 0 stands for code 1.
    if (code == 1) setWord(second, FIRST_DISTANCE, bits);
  }
}

function lengthBits(scratch: usize, index: u32): u32 {
  const symbol = lengthSymbol(index);
  const length = literalLength(scratch, symbol);
  const extraBits = lengthExtraBits(index);
  const extra = index & ((1 << extraBits) - 1);
  return word(scratch + LITERAL_CODES, symbol) | (extra << length) | ((length + extraBits) << 24);
}

function literalLength(scratch: usize, symbol: u32): u32 {
  return load<u8>(scratch + LITERAL_LENGTHS + symbol);
}

/** At most 48 bits a token, and 7 that wait: one write each, without a branch. */
export function emitTokens(scratch: usize, count: usize): void {
  const first = scratch + FIRST_BITS;
  const second = scratch + SECOND_BITS;
  const end = scratch + TOKENS + (count << 2);
  let at = outAt;
  let bits = waiting;
  let bitCount = waitingBits;
  for (let from = scratch + TOKENS; from < end; from += 4) {
    const token = load<u32>(from);
    const a = word(first, token & 511);
    const b = word(second, (token >> 9) & 511);
    const firstBits = <u64>(a >> 24);
    const behind = <u64>((b & 0xffff) | ((token >> 18) << ((b >> 16) & 31)));
    bits |= (<u64>(a & 0xffffff) | (behind << firstBits)) << bitCount;
    bitCount += firstBits + (b >> 24);
    store<u64>(at, bits);
    at += <usize>(bitCount >> 3);
    bits >>= bitCount & 0x38;
    bitCount &= 7;
  }
  resumeOutput(at, bits, bitCount);
}

/** Four literals of at most 12 bits a write. */
export function emitBytes(scratch: usize, block: usize, bytes: usize): void {
  const codes = scratch + FIRST_BITS;
  let at = outAt;
  let bits = waiting;
  let bitCount = waitingBits;
  let i: usize = 0;
  for (; i + 4 <= bytes; i += 4) {
    const four = load<u32>(block + i);
    const a = word(codes, four & 255);
    const b = word(codes, (four >> 8) & 255);
    const c = word(codes, (four >> 16) & 255);
    const d = word(codes, four >> 24);
    const low = (a & 0xffffff) | ((b & 0xffffff) << (a >> 24));
    const high = (c & 0xffffff) | ((d & 0xffffff) << (c >> 24));
    const lowBits = <u64>((a >> 24) + (b >> 24));
    bits |= (<u64>low | (<u64>high << lowBits)) << bitCount;
    bitCount += lowBits + (c >> 24) + (d >> 24);
    store<u64>(at, bits);
    at += <usize>(bitCount >> 3);
    bits >>= bitCount & 0x38;
    bitCount &= 7;
  }
  resumeOutput(at, bits, bitCount);
  for (; i < bytes; i++) {
    const code = word(codes, load<u8>(block + i));
    putBits(code & 0xffffff, code >> 24);
  }
}

export function emitEndOfBlock(scratch: usize): void {
  putBits(word(scratch + LITERAL_CODES, END_OF_BLOCK), literalLength(scratch, END_OF_BLOCK));
}
