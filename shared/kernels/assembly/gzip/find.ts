// For every voxel the nearest earlier equal pair of voxels, needed or not: noise makes "literal or match?" a coin toss,
// and a wrong guess of the processor costs more than the look-up. No branch here depends on noise.
import { HEADS, HEADS_BYTES, STEPS } from './scratch';

// A step: distance - 2 (even, below 2^15) | `EXTENDS` | voxels to go on by << 18; one voxel is a literal, more are a match.
export const LITERAL: u32 = 1 << 18;
/** The byte before the voxel agrees as well. */
export const EXTENDS: u32 = 1;

const LONGEST: usize = 256;
const WINDOW_VOXELS: usize = 16_384;

/** Before the first block: every pair that was never seen is looked for at voxel 0, which the comparison then judges. */
export function forget(scratch: usize, input: usize): void {
  const first = i16x8.splat(<i16>(input - 1));
  for (let at: usize = 0; at < HEADS_BYTES; at += 16) v128.store(scratch + HEADS + at, first);
}

/** `block`: address of its first voxel; `isFirst`: nothing lies before it. */
export function find(scratch: usize, block: usize, voxels: usize, isFirst: bool): void {
  const steps = scratch + STEPS;
  const end = block + (voxels << 1);
  let i: usize = 0;
  if (isFirst && voxels > 0) store<u32>(steps + (i++ << 2), LITERAL);
  // Matches end with their block, and no load passes the input's end: the last four voxels are literals.
  const searched = voxels > 4 ? voxels - 4 : 0;
  while (i < searched) i += findAt(scratch + HEADS, steps + (i << 2), block + (i << 1), end);
  for (; i <= voxels; i++) store<u32>(steps + (i << 2), LITERAL);
  if (isFirst) forbidByteBeforeInput(steps, voxels);
}

/** Writes the step of one voxel, or those of a long match; returns how many. */
function findAt(heads: usize, step: usize, voxel: usize, end: usize): usize {
  // One byte before the voxel, so that one load sees that byte and three and a half voxels.
  const place = voxel - 1;
  const here = load<u64>(place);
  const pair = <u32>(here >> 8);
  // a + 257 b: exact for pairs of a range below 257, as noise around a level is.
  const head = heads + (<usize>((pair + (pair >> 16) * 257) & 0xffff) << 1);
  // Whatever was found lies 2 to 32768 bytes back: what is too old or unknown gives some distance, judged like any other.
  const back = (<u32>place - <u32>load<u16>(head) - 2) & 0x7ffe;
  store<u16>(head, <u16>place);
  const differs = here ^ load<u64>(place - <usize>back - 2);
  const extends_: u32 = (differs & 255) == 0 ? EXTENDS : 0;
  const behind = differs >> 8;
  if (behind == 0) return longMatch(step, voxel, back, extends_, end);
  const equal = <u32>(ctz(behind) >> 4);
  store<u32>(step, back | extends_ | (max(equal, 1) << 18));
  return 1;
}

/**
 * Parse may land inside a long match, behind a short one, which ends at most two voxels in: these get the rest of it, and
 * nothing is read of the others.
 */
function longMatch(step: usize, voxel: usize, back: u32, extends_: u32, end: usize): usize {
  const count = <u32>(matchBytes(voxel, <usize>back + 2, end) >> 1);
  store<u32>(step, back | extends_ | (count << 18));
  store<u32>(step, back | EXTENDS | ((count - 1) << 18), 4);
  store<u32>(step, count == 3 ? LITERAL : back | EXTENDS | ((count - 2) << 18), 8);
  return count;
}

/** Even; the first 6 bytes are known to agree. */
function matchBytes(voxel: usize, distance: usize, end: usize): usize {
  const most = min(LONGEST, end - voxel);
  let length: usize = 6;
  while (voxel + length + 16 <= end) {
    const same = i8x16.eq(v128.load(voxel + length), v128.load(voxel + length - distance));
    const differs = ~i8x16.bitmask(same) & 0xffff;
    if (differs != 0) return min(length + (ctz(differs) & ~1), most);
    length += 16;
    if (length >= most) return most;
  }
  while (length + 2 <= most && load<u16>(voxel + length) == load<u16>(voxel + length - distance)) length += 2;
  return length;
}

/** The byte before voxel 0 was compared as well, but it is not the input's. */
function forbidByteBeforeInput(steps: usize, voxels: usize): void {
  const last = min(voxels, WINDOW_VOXELS + 1);
  for (let i: usize = 1; i < last; i++) {
    const step = load<u32>(steps + (i << 2));
    if (<usize>(step & 0x7ffe) + 2 == i << 1) store<u32>(steps + (i << 2), step & ~EXTENDS);
  }
}
