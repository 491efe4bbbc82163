// Makes tokens of the steps that the walk took, in their place, and counts their symbols, four tokens at a time.
// Selections are masks, not conditions, for the reason given in find.ts.
import { lanesOf } from './lanes';
import { FIRSTS, HISTOGRAM_BYTES, LISTS, SECONDS, STEPS } from './scratch';
import { LAST_LITERAL } from './walk';
import { addToWord } from './words';

// A token: first | second << 9 | extra bits of the distance << 18, where
// first: a literal byte, or 256 + (length - 3); second: a literal byte, 256 for nothing, or 257 + distance code.
export const NOTHING: u32 = 256;
export const FIRST_DISTANCE: u32 = 257;

/** 2^23 as a float: numbers below it, added, stand in its lowest bits. */
const FLOAT_2_23: u32 = 0x4b000000;

/** Returns how many tokens were made of the block's bytes. */
export function parse(scratch: usize, block: usize, bytes: usize, steps: usize): usize {
  memory.fill(scratch + FIRSTS, 0, LISTS * HISTOGRAM_BYTES);
  memory.fill(scratch + SECONDS, 0, LISTS * HISTOGRAM_BYTES);
  let at = scratch + STEPS;
  let end = at + (steps << 2);
  at = makeTokens(scratch, at, end);
  if (bytes & 1) {
    store<u32>(end, <u32>load<u8>(block + bytes - 1) | (NOTHING << 9));
    end += 4;
  }
  for (; at < end; at += 4) {
    const token = load<u32>(at);
    addToWord(scratch + FIRSTS, token & 511, 1);
    addToWord(scratch + SECONDS, (token >> 9) & 511, 1);
  }
  return (end - scratch - STEPS) >> 2;
}

/** Returns where the last tokens begin, less than four, which are not counted yet. */
function makeTokens(scratch: usize, at: usize, end: usize): usize {
  const one = lanesOf(1);
  const lastLiteral = lanesOf(LAST_LITERAL);
  const byteBits = lanesOf(255);
  const backBits = lanesOf(0x7fff);
  const topBits = lanesOf(0xffc00000);
  const mantissaBits = lanesOf(0x7fffff);
  const float2To23 = lanesOf(FLOAT_2_23);
  const leastLength = lanesOf(256 - 3);
  const nothing = lanesOf(NOTHING);
  const codeOrigin = lanesOf(FIRST_DISTANCE - 2 * 127);
  const firsts = listsAt(scratch + FIRSTS);
  const seconds = listsAt(scratch + SECONDS);
  // A byte before the first match of a block belongs to another block.
  let wasMatch = i32x4.splat(-1);
  for (; at < end; at += 16) {
    const step = v128.load(at);
    const next = v128.load(at, 4);
    const isMatch = i32x4.gt_s(step, lastLiteral);
    const isAfterMatch = i32x4.shuffle(wasMatch, isMatch, 3, 4, 5, 6);
    wasMatch = isMatch;
    // The next match also takes this literal's high byte: its lowest bit, `EXTENDS`, says so.
    const isTaken = v128.and(i32x4.gt_s(next, lastLiteral), i32x4.shr_s(i32x4.shl(next, 31), 31));
    const taken = v128.andnot(v128.and(step, one), isAfterMatch);
    const length = i32x4.add(i32x4.add(i32x4.shr_u(step, 16), leastLength), taken);
    // The exponent of distance - 1 and its first bit behind the leading one are the code, what follows are extra bits.
    const distance = v128.or(v128.and(step, backBits), one);
    const float = f32x4.convert_i32x4_s(distance);
    const code = i32x4.add(i32x4.shr_u(float, 22), codeOrigin);
    const least = v128.and(f32x4.add(v128.and(float, topBits), float2To23), mantissaBits);
    const extra = v128.and(i32x4.sub(distance, least), isMatch);
    const first = v128.bitselect(length, v128.and(step, byteBits), isMatch);
    const second = v128.bitselect(code, v128.bitselect(nothing, i32x4.shr_u(step, 8), isTaken), isMatch);
    v128.store(at, v128.or(v128.or(first, i32x4.shl(second, 9)), i32x4.shl(extra, 18)));
    if (at + 16 > end) break;
    addOneEach(i32x4.add(i32x4.shl(first, 2), firsts));
    addOneEach(i32x4.add(i32x4.shl(second, 2), seconds));
  }
  return at;
}

/** Each lane has a list of its own: equal high bytes follow each other, and an addition waits for the one before. */
function listsAt(lists: usize): v128 {
  const apart = <i32>HISTOGRAM_BYTES;
  return i32x4.add(i32x4.splat(<i32>lists), i32x4(0, apart, 2 * apart, 3 * apart));
}

// @ts-ignore: decorator
@inline
function addOneEach(addresses: v128): void {
  addOne(i32x4.extract_lane(addresses, 0));
  addOne(i32x4.extract_lane(addresses, 1));
  addOne(i32x4.extract_lane(addresses, 2));
  addOne(i32x4.extract_lane(addresses, 3));
}

// @ts-ignore: decorator
@inline
function addOne(address: usize): void {
  store<u32>(address, load<u32>(address) + 1);
}
