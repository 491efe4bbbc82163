// Writes a block whose trees are planned: its header, its tokens, its end.

import { endByte, outAt, putBits, putBytes, resumeOutput, waiting, waitingBits } from './bits';
import { assignCodes } from './code-lengths';
import { FIRST_DISTANCE, NOTHING } from './parse';
import {
  CODE_LENGTH_CODES, CODE_LENGTH_LENGTHS, DISTANCE_CODES, DISTANCE_LENGTHS, FIRST_BITS, LITERAL_CODES, LITERAL_LENGTHS,
  RUNS, SECOND_BITS, STEPS,
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
 * What is written for each half of a token. First: count | bits << 8, extra bits of a length included. Second: count with
 * extra bits | the code's length << 8 | code << 16; those extra bits come with the token. Counts and lengths stand in the
 * lowest bits, which are what a shift takes of the number it is given.
 */
export function prepareCodes(scratch: usize): void {
  assignCodes(scratch, scratch + LITERAL_LENGTHS, LITERAL_SYMBOLS, scratch + LITERAL_CODES);
  assignCodes(scratch, scratch + DISTANCE_LENGTHS, DISTANCE_SYMBOLS, scratch + DISTANCE_CODES);
  const first = scratch + FIRST_BITS;
  const second = scratch + SECOND_BITS;
  for (let byte: u32 = 0; byte < 256; byte++) {
    const length = literalLength(scratch, byte);
    const code = word(scratch + LITERAL_CODES, byte);
    setWord(first, byte, (code << 8) | length);
    setWord(second, byte, (code << 16) | (length << 8) | length);
  }
  for (let index: u32 = 0; index < 255; index++) setWord(first, 256 + index, lengthBits(scratch, index));
  setWord(second, NOTHING, 0);
  for (let code: u32 = 1; code < DISTANCE_SYMBOLS; code++) {
    const length = <u32>load<u8>(scratch + DISTANCE_LENGTHS + code);
    const bits = (word(scratch + DISTANCE_CODES, code) << 16) | (length << 8) | (length + distanceExtraBits(code));
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
  return ((word(scratch + LITERAL_CODES, symbol) | (extra << length)) << 8) | (length + extraBits);
}

function literalLength(scratch: usize, symbol: u32): u32 {
  return load<u8>(scratch + LITERAL_LENGTHS + symbol);
}

/** At most 48 bits a token, and 7 that wait: one write each, without a branch. */
export function emitTokens(scratch: usize, count: usize): void {
  const firsts = scratch + FIRST_BITS;
  const seconds = scratch + SECOND_BITS;
  const tokens = scratch + STEPS;
  const end = tokens + (count << 2);
  let at = outAt;
  let bits = waiting;
  let bitCount = waitingBits;
  for (let from = tokens; from < end; from += 4) {
    const token = load<u32>(from);
    const first = word(firsts, token & 511);
    const second = word(seconds, (token >> 9) & 511);
    const behind = (second >> 16) | ((token >> 18) << (second >> 8));
    bits |= (<u64>(first >> 8) | (<u64>behind << first)) << bitCount;
    bitCount += (first + second) & 63;
    store<u64>(at, bits);
    at += <usize>(bitCount >> 3);
    bits >>= bitCount & 0x38;
    bitCount &= 7;
  }
  resumeOutput(at, bits, bitCount);
}

export function emitEndOfBlock(scratch: usize): void {
  putBits(word(scratch + LITERAL_CODES, END_OF_BLOCK), literalLength(scratch, END_OF_BLOCK));
}
