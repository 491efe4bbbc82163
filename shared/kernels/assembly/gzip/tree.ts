// The trees of one block: frequencies, code lengths, the header that describes them, and the block's size in bits.
import { assignCodes, findCodeLengths } from './code-lengths';
import { FIRST_DISTANCE } from './parse';
import {
  CODE_LENGTH_CODES, CODE_LENGTH_COUNTS, CODE_LENGTH_LENGTHS, DISTANCE_CODES, DISTANCE_COUNTS, DISTANCE_LENGTHS,
  HISTOGRAMS, HISTOGRAM_BYTES, LITERAL_CODES, LITERAL_COUNTS, LITERAL_LENGTHS, RUNS,
} from './scratch';
import { DISTANCE_SYMBOLS, END_OF_BLOCK, LITERAL_SYMBOLS, distanceExtraBits, lengthExtraBits, lengthSymbol } from './symbols';

/** With codes of 12 bits four literals fit one write. */
export const LITERAL_LIMIT: u32 = 12;
export const MATCH_LIMIT: u32 = 15;
const CODE_LENGTH_LIMIT: u32 = 7;
const CODE_LENGTH_SYMBOLS: u32 = 19;

/** u8[19]: the order in which the lengths of the code-length code are sent. */
const sendOrder = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

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
  for (let symbol: u32 = 0; symbol < 256; symbol++) {
    let sum: u32 = 0;
    for (let i: usize = 0; i < 4; i++) sum += word(scratch + HISTOGRAMS + i * HISTOGRAM_BYTES, symbol);
    setWord(counts, symbol, sum);
  }
  setWord(counts, END_OF_BLOCK, 1);
  completeDistances(scratch);
}

/** Frequencies of DEFLATE's symbols in the tokens of `parse`. */
export function foldTokens(scratch: usize): void {
  const counts = scratch + LITERAL_COUNTS;
  const distances = scratch + DISTANCE_COUNTS;
  memory.fill(counts, 0, LITERAL_SYMBOLS * 4);
  memory.fill(distances, 0, 32 * 4);
  for (let byte: u32 = 0; byte < 256; byte++) setWord(counts, byte, firstCount(scratch, byte) + secondCount(scratch, byte));
  for (let index: u32 = 0; index < 255; index++) add(counts, lengthSymbol(index), firstCount(scratch, 256 + index));
  setWord(counts, END_OF_BLOCK, 1);
  // Token distances have no code 0, which is odd: 0 stands for code 1.
  setWord(distances, 1, secondCount(scratch, FIRST_DISTANCE));
  for (let code: u32 = 2; code < DISTANCE_SYMBOLS; code++) setWord(distances, code, secondCount(scratch, FIRST_DISTANCE + code));
  completeDistances(scratch);
}

/** Some decoders insist on a complete tree of distances, so there are at least two of them. */
function completeDistances(scratch: usize): void {
  const distances = scratch + DISTANCE_COUNTS;
  let used: u32 = 0;
  for (let code: u32 = 0; code < DISTANCE_SYMBOLS; code++) used += <u32>(word(distances, code) > 0);
  if (used >= 2) return;
  for (let code: u32 = 0; code < 2; code++) setWord(distances, code, max(word(distances, code), 1));
}

function firstCount(scratch: usize, symbol: u32): u32 {
  return word(scratch + HISTOGRAMS, symbol) + word(scratch + HISTOGRAMS + 2 * HISTOGRAM_BYTES, symbol);
}

function secondCount(scratch: usize, symbol: u32): u32 {
  return firstCount(scratch + HISTOGRAM_BYTES, symbol);
}

/** Code lengths for the frequencies, and the header that tells them; returns the bits of a dynamic block. */
export function planTrees(scratch: usize, limit: u32): u32 {
  const literals = scratch + LITERAL_LENGTHS;
  const distances = scratch + DISTANCE_LENGTHS;
  findCodeLengths(scratch, scratch + LITERAL_COUNTS, LITERAL_SYMBOLS, limit, literals);
  findCodeLengths(scratch, scratch + DISTANCE_COUNTS, DISTANCE_SYMBOLS, MATCH_LIMIT, distances);
  sentLiterals = sent(literals, 286, 257);
  sentDistances = sent(distances, DISTANCE_SYMBOLS, 1);
  runCount = 0;
  memory.fill(scratch + CODE_LENGTH_COUNTS, 0, 32 * 4);
  // One sequence: a run may go on from the last literal to the first distance.
  memory.copy(literals + sentLiterals, distances, sentDistances);
  codeRuns(scratch, literals, sentLiterals + sentDistances);
  const lengths = scratch + CODE_LENGTH_LENGTHS;
  findCodeLengths(scratch, scratch + CODE_LENGTH_COUNTS, CODE_LENGTH_SYMBOLS, CODE_LENGTH_LIMIT, lengths);
  sentCodeLengths = CODE_LENGTH_SYMBOLS;
  while (sentCodeLengths > 4 && load<u8>(lengths + load<u8>(sendOrder + sentCodeLengths - 1)) == 0) sentCodeLengths--;
  return 17 + 3 * sentCodeLengths + runBits(scratch) + dataBits(scratch);
}
