// Walks greedily over the steps that find proposes and counts what it takes: tokens of two symbols each.
// Selections are masks, not conditions, for the reason given in find.ts.
import { EXTENDS, LITERAL } from './find';
import { HISTOGRAM_BYTES, HISTOGRAMS, STEPS, TOKENS } from './scratch';
import { addToWord } from './words';

// A token: first | second << 9 | extra bits of the distance << 18, where
// first: a literal byte, or 256 + (length - 3); second: a literal byte, 256 for nothing, or 257 + distance code.
export const NOTHING: u32 = 256;
export const FIRST_DISTANCE: u32 = 257;

/** u32[30]: the bits of distance - 1 that follow its code as they are. */
const extraMasks = memory.data<u32>([
  0, 0, 0, 0, 1, 1, 3, 3, 7, 7, 15, 15, 31, 31, 63, 63, 127, 127, 255, 255, 511, 511, 1023, 1023, 2047, 2047, 4095,
  4095, 8191, 8191,
]);

/** Returns how many tokens were made of the block's bytes. */
export function parse(scratch: usize, block: usize, bytes: usize): usize {
  const voxels = bytes >> 1;
  const steps = scratch + STEPS;
  const tokens = scratch + TOKENS;
  let histograms = scratch + HISTOGRAMS;
  // Two pairs of histograms in turn: equal high bytes follow each other, and an addition waits for the one before.
  let other = histograms + 2 * HISTOGRAM_BYTES;
  memory.fill(histograms, 0, 4 * HISTOGRAM_BYTES);
  let at = tokens;
  let afterLiteral: u32 = 0;
  for (let i: usize = 0; i < voxels; at += 4) {
    const step = load<u32>(steps + (i << 2));
    const next = load<u32>(steps + (i << 2), 4);
    const voxel = <u32>load<u16>(block + (i << 1));
    const advance = step >> 18;
    const isMatch = <u32>((<i32>(1 - advance)) >> 31);
    // The next match also takes this literal's high byte.
    const isTaken = <u32>((<i32>(1 - (next >> 18))) >> 31) & (0 - (next & EXTENDS));
    const distance = (step & 0x7fff) | 1;
    const code = (reinterpret<u32>(<f32>(<i32>distance)) >> 22) - 254;
    const length = 253 + 2 * advance + (step & afterLiteral);
    const first = (length & isMatch) | (voxel & 255 & ~isMatch);
    const high = (NOTHING & isTaken) | ((voxel >> 8) & ~isTaken);
    const second = ((FIRST_DISTANCE + code) & isMatch) | (high & ~isMatch);
    const extra = distance & load<u32>(extraMasks + (<usize>code << 2)) & isMatch;
    store<u32>(at, first | (second << 9) | (extra << 18));
    addToWord(histograms, first, 1);
    addToWord(histograms + HISTOGRAM_BYTES, second, 1);
    const swapped = histograms;
    histograms = other;
    other = swapped;
    afterLiteral = 1 & ~isMatch;
    i += advance;
  }
  if (bytes & 1) {
    const last = <u32>load<u8>(block + bytes - 1);
    store<u32>(at, last | (NOTHING << 9));
    addToWord(histograms, last, 1);
    at += 4;
  }
  return (at - tokens) >> 2;
}

/** Frequencies of single bytes, in four histograms in turn; sixteen equal ones are one addition. */
export function countBytes(scratch: usize, block: usize, bytes: usize): void {
  const histograms = scratch + HISTOGRAMS;
  memory.fill(histograms, 0, 4 * HISTOGRAM_BYTES);
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) {
    const first = load<u8>(block + i);
    if (i8x16.all_true(i8x16.eq(v128.load(block + i), i8x16.splat(first)))) {
      addToWord(histograms, first, 16);
      continue;
    }
    countEight(histograms, load<u64>(block + i));
    countEight(histograms, load<u64>(block + i, 8));
  }
  for (; i < bytes; i++) addToWord(histograms, load<u8>(block + i), 1);
}

function countEight(histograms: usize, eight: u64): void {
  for (let byte: usize = 0; byte < 8; byte++) {
    addToWord(histograms + (byte & 3) * HISTOGRAM_BYTES, <u32>(eight >> (byte << 3)) & 255, 1);
  }
}
