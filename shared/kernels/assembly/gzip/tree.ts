// The trees of one block: frequencies, code lengths, the header that tells them, and the block's size in bits.
import { findCodeLengths } from './code-lengths';
import { FIRST_DISTANCE } from './parse';
import {
  CODE_LENGTH_COUNTS, CODE_LENGTH_LENGTHS, DISTANCE_COUNTS, DISTANCE_LENGTHS, FIRSTS, HISTOGRAM_BYTES, LISTS,
  LITERAL_COUNTS, LITERAL_LENGTHS, RUNS, SECONDS,
} from './scratch';
import {
  CODE_LENGTH_SYMBOLS, DISTANCE_SYMBOLS, distanceExtraBits, END_OF_BLOCK, LITERAL_SYMBOLS, lengthSymbol, runExtraBits,
  symbolExtraBits,
} from './symbols';
import { addToWord, setWord, word } from './words';

/** With codes of 12 bits four literals fit one write. */
export const LITERAL_LIMIT: u32 = 12;
export const MATCH_LIMIT: u32 = 15;
const CODE_LENGTH_LIMIT: u32 = 7;

/** u8[19]: the order in which the lengths of the code-length code are sent. */
export const sendOrder = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

/** What the header of a dynamic block counts, set by `planTrees`. */
export let sentLiterals: u32 = 0;
export let sentDistances: u32 = 0;
export let sentCodeLengths: u32 = 0;
export let runCount: u32 = 0;

/** Frequencies of single bytes, from `countBytes`. */
export function foldBytes(scratch: usize): void {
  const counts = scratch + LITERAL_COUNTS;
  memory.fill(counts, 0, LITERAL_SYMBOLS * 4);
  memory.fill(scratch + DISTANCE_COUNTS, 0, 32 * 4);
  addLists(scratch + FIRSTS);
  memory.copy(counts, scratch + FIRSTS, 256 * 4);
  setWord(counts, END_OF_BLOCK, 1);
  completeDistances(scratch);
}

/** Frequencies of DEFLATE's symbols in the tokens of `parse`. */
export function foldTokens(scratch: usize): void {
  const counts = scratch + LITERAL_COUNTS;
  const distances = scratch + DISTANCE_COUNTS;
  const firsts = scratch + FIRSTS;
  const seconds = scratch + SECONDS;
  memory.fill(counts, 0, LITERAL_SYMBOLS * 4);
  memory.fill(distances, 0, 32 * 4);
  addLists(firsts);
  addLists(seconds);
  for (let byte: u32 = 0; byte < 256; byte++) setWord(counts, byte, word(firsts, byte) + word(seconds, byte));
  for (let index: u32 = 0; index < 255; index++) addToWord(counts, lengthSymbol(index), word(firsts, 256 + index));
  setWord(counts, END_OF_BLOCK, 1);
  // Token distances have no code 0, which is odd: 0 stands for code 1.
  setWord(distances, 1, word(seconds, FIRST_DISTANCE));
  for (let code: u32 = 2; code < DISTANCE_SYMBOLS; code++) setWord(distances, code, word(seconds, FIRST_DISTANCE + code));
  completeDistances(scratch);
}

/** Into the first of the four. */
function addLists(lists: usize): void {
  for (let at = lists; at < lists + HISTOGRAM_BYTES; at += 16) {
    let sum = v128.load(at);
    for (let list: usize = 1; list < LISTS; list++) sum = i32x4.add(sum, v128.load(at + list * HISTOGRAM_BYTES));
    v128.store(at, sum);
  }
}

/** Some decoders insist on a complete tree of distances, so there are at least two of them. */
function completeDistances(scratch: usize): void {
  const distances = scratch + DISTANCE_COUNTS;
  let used: u32 = 0;
  for (let code: u32 = 0; code < DISTANCE_SYMBOLS; code++) used += <u32>(word(distances, code) > 0);
  if (used >= 2) return;
  for (let code: u32 = 0; code < 2; code++) setWord(distances, code, max(word(distances, code), 1));
}

/** Code lengths for the frequencies, and the header that tells them; returns the bits of a dynamic block. */
export function planTrees(scratch: usize, limit: u32): u32 {
  const literals = scratch + LITERAL_LENGTHS;
  const distances = scratch + DISTANCE_LENGTHS;
  findCodeLengths(scratch, scratch + LITERAL_COUNTS, LITERAL_SYMBOLS, limit, literals);
  findCodeLengths(scratch, scratch + DISTANCE_COUNTS, DISTANCE_SYMBOLS, MATCH_LIMIT, distances);
  sentLiterals = sent(literals, 286, 257);
  sentDistances = sent(distances, DISTANCE_SYMBOLS, 1);
  codeRuns(scratch);
  const lengths = scratch + CODE_LENGTH_LENGTHS;
  findCodeLengths(scratch, scratch + CODE_LENGTH_COUNTS, CODE_LENGTH_SYMBOLS, CODE_LENGTH_LIMIT, lengths);
  sentCodeLengths = CODE_LENGTH_SYMBOLS;
  while (sentCodeLengths > 4 && load<u8>(lengths + load<u8>(sendOrder + sentCodeLengths - 1)) == 0) sentCodeLengths--;
  return 17 + 3 * sentCodeLengths + runBits(scratch) + dataBits(scratch);
}

/** `most`, less the symbols at the end that do not occur. */
function sent(lengths: usize, most: u32, least: u32): u32 {
  let count = most;
  while (count > least && load<u8>(lengths + count - 1) == 0) count--;
  return count;
}

/** One sequence: a run may go on from the last literal to the first distance. */
function lengthAt(scratch: usize, index: u32): u32 {
  if (index < sentLiterals) return load<u8>(scratch + LITERAL_LENGTHS + index);
  return load<u8>(scratch + DISTANCE_LENGTHS + index - sentLiterals);
}

/** `RUNS`: symbols of the code-length code, each with its extra bits << 5. */
function codeRuns(scratch: usize): void {
  runCount = 0;
  memory.fill(scratch + CODE_LENGTH_COUNTS, 0, 32 * 4);
  const end = sentLiterals + sentDistances;
  for (let i: u32 = 0; i < end; ) {
    const length = lengthAt(scratch, i);
    let run: u32 = 1;
    while (i + run < end && lengthAt(scratch, i + run) == length) run++;
    i += run;
    if (length == 0) codeZeros(scratch, run);
    else codeRepeats(scratch, length, run);
  }
}

function codeZeros(scratch: usize, run: u32): void {
  for (; run >= 11; run -= min(run, 138)) putRun(scratch, 18, min(run, 138) - 11);
  if (run >= 3) putRun(scratch, 17, run - 3);
  else for (; run > 0; run--) putRun(scratch, 0, 0);
}

function codeRepeats(scratch: usize, length: u32, run: u32): void {
  putRun(scratch, length, 0);
  for (run--; run >= 3; run -= min(run, 6)) putRun(scratch, 16, min(run, 6) - 3);
  for (; run > 0; run--) putRun(scratch, length, 0);
}

function putRun(scratch: usize, symbol: u32, extra: u32): void {
  store<u16>(scratch + RUNS + (<usize>runCount << 1), <u16>(symbol | (extra << 5)));
  addToWord(scratch + CODE_LENGTH_COUNTS, symbol, 1);
  runCount++;
}

function runBits(scratch: usize): u32 {
  let bits: u32 = 0;
  for (let symbol: u32 = 0; symbol < CODE_LENGTH_SYMBOLS; symbol++) {
    const length = <u32>load<u8>(scratch + CODE_LENGTH_LENGTHS + symbol);
    bits += word(scratch + CODE_LENGTH_COUNTS, symbol) * (length + runExtraBits(symbol));
  }
  return bits;
}

/** Bits of all symbols of the block with the code lengths that are set. */
function dataBits(scratch: usize): u32 {
  let bits: u32 = 0;
  for (let symbol: u32 = 0; symbol < LITERAL_SYMBOLS; symbol++) {
    const length = <u32>load<u8>(scratch + LITERAL_LENGTHS + symbol);
    bits += word(scratch + LITERAL_COUNTS, symbol) * (length + symbolExtraBits(symbol));
  }
  for (let code: u32 = 0; code < DISTANCE_SYMBOLS; code++) {
    const length = <u32>load<u8>(scratch + DISTANCE_LENGTHS + code);
    bits += word(scratch + DISTANCE_COUNTS, code) * (length + distanceExtraBits(code));
  }
  return bits;
}

/** Bits of the block with the codes that need no header. */
export function fixedBits(scratch: usize): u32 {
  let bits: u32 = 3;
  for (let symbol: u32 = 0; symbol < LITERAL_SYMBOLS; symbol++) {
    bits += word(scratch + LITERAL_COUNTS, symbol) * (fixedLength(symbol) + symbolExtraBits(symbol));
  }
  for (let code: u32 = 0; code < DISTANCE_SYMBOLS; code++) {
    bits += word(scratch + DISTANCE_COUNTS, code) * (5 + distanceExtraBits(code));
  }
  return bits;
}

export function setFixedLengths(scratch: usize): void {
  for (let symbol: u32 = 0; symbol < LITERAL_SYMBOLS; symbol++) {
    store<u8>(scratch + LITERAL_LENGTHS + symbol, <u8>fixedLength(symbol));
  }
  memory.fill(scratch + DISTANCE_LENGTHS, 5, DISTANCE_SYMBOLS);
}

function fixedLength(symbol: u32): u32 {
  if (symbol < 144) return 8;
  if (symbol < 256) return 9;
  return symbol < 280 ? 7 : 8;
}
