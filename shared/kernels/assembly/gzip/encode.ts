// A gzip stream of voxels (RFC 1951 and 1952) without its trailer. Blocks of 64 KiB, each written in the smallest of its
// forms: stored, with DEFLATE's fixed codes, or with codes of its own, over literals alone or over matches of voxel pairs.
import { beginOutput, endByte, outAt, putBits } from './bits';
import { countBytes } from './count';
import { emitDynamicHeader, emitEndOfBlock, emitFixedHeader, emitStored, emitTokens, prepareCodes } from './emit';
import { emitLiterals } from './emit-literals';
import { find, forget } from './find';
import { parse } from './parse';
import { BLOCK_BYTES } from './scratch';
import { fixedBits, foldBytes, foldTokens, LITERAL_LIMIT, MATCH_LIMIT, planTrees, setFixedLengths } from './tree';
import { walk } from './walk';

/** Literals only. */
const HUFFMAN: i32 = 0;
/** Whichever won on the latest block where both were tried. */
const AUTO: i32 = 1;
/** Every fourth block is one where both are tried. */
const TRIAL_BLOCKS: usize = 4;

/** Set by `planLiterals` and `planMatches`: how the block is written, and its size with codes of its own. */
let isOfTokens: bool = false;
let tokenCount: usize = 0;
let ownBits: u32 = 0;

/** Returns the bytes written to `out`; the caller appends CRC-32 and length. One byte before `input` must be readable. */
export function gzip(input: usize, bytes: usize, level: i32, scratch: usize, out: usize): usize {
  beginOutput(out);
  putHeader();
  if (level != HUFFMAN) forget(scratch, input);
  let useMatches = level != HUFFMAN;
  let begin: usize = 0;
  do {
    const count = min(bytes - begin, BLOCK_BYTES);
    const block = input + begin;
    const isTrial = level == AUTO && (begin / BLOCK_BYTES) % TRIAL_BLOCKS == 0;
    if (isTrial) useMatches = tryBoth(scratch, block, count, begin == 0);
    else if (useMatches) planMatches(scratch, block, count, begin == 0);
    else planLiterals(scratch, block, count);
    begin += count;
    emitSmallest(scratch, block, count, begin == bytes);
  } while (begin < bytes);
  endByte();
  return outAt - out;
}

/** Plans the smaller; returns whether the next blocks should look for matches: where they gain a 64th. */
function tryBoth(scratch: usize, block: usize, bytes: usize, isFirst: bool): bool {
  planLiterals(scratch, block, bytes);
  const literalBits = ownBits;
  planMatches(scratch, block, bytes, isFirst);
  const matchBits = ownBits;
  if (literalBits < matchBits) planLiterals(scratch, block, bytes);
  return matchBits <= literalBits - literalBits / 64;
}

function planLiterals(scratch: usize, block: usize, bytes: usize): void {
  countBytes(scratch, block, bytes);
  foldBytes(scratch);
  isOfTokens = false;
  ownBits = planTrees(scratch, LITERAL_LIMIT);
}

function planMatches(scratch: usize, block: usize, bytes: usize, isFirst: bool): void {
  const voxels = bytes >> 1;
  find(scratch, block, voxels, isFirst);
  const steps = walk(scratch, block, voxels, isFirst);
  tokenCount = parse(scratch, block, bytes, steps);
  foldTokens(scratch);
  isOfTokens = true;
  ownBits = planTrees(scratch, MATCH_LIMIT);
}

/** Ties: fixed before own codes, codes before stored. */
function emitSmallest(scratch: usize, block: usize, bytes: usize, isLast: bool): void {
  const withFixed = fixedBits(scratch);
  const stored: u32 = 8 * (<u32>bytes + 9) + 3;
  if (stored < min(withFixed, ownBits)) {
    emitStored(block, bytes, isLast);
    return;
  }
  if (withFixed <= ownBits) {
    emitFixedHeader(isLast);
    setFixedLengths(scratch);
  } else {
    emitDynamicHeader(scratch, isLast);
  }
  prepareCodes(scratch);
  if (isOfTokens) emitTokens(scratch, tokenCount);
  else emitLiterals(scratch, block, bytes);
  emitEndOfBlock(scratch);
}

/** No name, no time, "fastest", no operating system: equal voxels give equal bytes. */
function putHeader(): void {
  putBits(0x00088b1f, 32);
  putBits(0, 32);
  putBits(0xff04, 16);
}
