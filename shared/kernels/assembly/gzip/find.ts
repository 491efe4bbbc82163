// For every voxel the nearest earlier equal pair of voxels, needed or not: noise makes "literal or match?" a coin toss,
// and a wrong guess of the processor costs more than the look-up. No branch here depends on noise, nor does any address
// that is written to, but for the table's: look-ups would wait for it.
import { FOUND, HEADS, HEADS_BYTES } from './scratch';

// What is found for a voxel: distance - 2 (even, below 2^15) | how many bits agree behind the byte before it << 16 | the
// difference of those bytes before << 24. Of at most seven bytes the count is told by:
/** At least two voxels agree. */
export const PAIR_BIT: u32 = 21;
/** Three do, where two do. */
export const TRIPLE_BIT: u32 = 20;
/** More do: one less than their number << 15 instead of the count. */
export const LONG_BIT: u32 = 22;

const LONGEST: usize = 256;

/** Before the first block: every pair that was never seen is looked for at voxel 0, which the comparison then judges. */
export function forget(scratch: usize, input: usize): void {
  const first = i16x8.splat(<i16>(input - 1));
  for (let at: usize = 0; at < HEADS_BYTES; at += 16) v128.store(scratch + HEADS + at, first);
}

/** `block`: address of its first voxel; `isFirst`: nothing lies before it. */
export function find(scratch: usize, block: usize, voxels: usize, isFirst: bool): void {
  const heads = scratch + HEADS;
  const end = block + (voxels << 1);
  let found = scratch + FOUND;
  // Addresses are those of the byte before a voxel, less the least distance: that leaves least to be computed.
  let low = block - 3;
  if (isFirst && voxels > 0) {
    store<u32>(found, 0);
    found += 4;
    low += 2;
  }
  // Matches end with their block, and no load passes the input's end: the last four voxels are literals.
  const searchedEnd = voxels > 4 ? end - 11 : low;
  while (low < searchedEnd) {
    // From the byte before the voxel, so that one load sees that byte and three and a half voxels.
    const here = load<u64>(low, 2);
    // a + 257 b, twice, for entries have two bytes: exact for pairs of a range below 257, as noise around a level is.
    const head = heads + <usize>((<u32>(here >> 7) + <u32>(here >> 24) * 514) & 0x1fffe);
    // Whatever was found lies 2 to 32768 bytes back: what is too old or unknown gives some distance, judged like any other.
    const back = (<u32>low - <u32>load<u16>(head)) & 0x7ffe;
    store<u16>(head, <u16>(low + 2));
    const differs = here ^ load<u64>(low - <usize>back);
    const behind = differs >> 8;
    if (behind == 0) {
      const count = longMatch(found, low + 3, back, <u32>differs << 24, end);
      found += count << 2;
      low += count << 1;
      continue;
    }
    store<u32>(found, back | (<u32>ctz(behind) << 16) | (<u32>differs << 24));
    found += 4;
    low += 2;
  }
  for (; low < end - 3; low += 2) {
    store<u32>(found, 0);
    found += 4;
  }
}

/**
 * The walk may land inside a long match, behind a short one, which ends at most two voxels in: these get the rest of it,
 * and nothing is read of the others.
 */
function longMatch(found: usize, voxel: usize, back: u32, differs: u32, end: usize): usize {
  const count = <u32>(matchBytes(voxel, <usize>back + 2, end) >> 1);
  store<u32>(found, longOf(back, count) | differs);
  store<u32>(found, longOf(back, count - 1), 4);
  store<u32>(found, count == 3 ? 0 : longOf(back, count - 2), 8);
  return count;
}

function longOf(back: u32, count: u32): u32 {
  return back | ((count - 1) << 15) | (1 << LONG_BIT);
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
