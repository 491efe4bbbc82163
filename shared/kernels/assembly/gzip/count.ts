// How often each byte occurs in a block. The voxels of tissue lie in a few rows of 256 values: there voxels are
// counted, which is one addition for two bytes.
import { FIRSTS, HISTOGRAM_BYTES, LISTS, MOST_ROWS, VOXEL_COUNT_BYTES, VOXEL_COUNTS } from './scratch';
import { addToWord } from './words';

/** A row counts for less than it costs where fewer voxels are there for each. */
const LEAST_VOXELS_A_ROW: u32 = 256;

/**
 * Set by `countBytes`: the rows of the block's voxels, one for each high byte from the lowest to the highest. None where
 * they are too many.
 */
export let rows: u32 = 0;
export let firstRow: u32 = 0;

/** Fills `FIRSTS`: four lists, to be added. */
export function countBytes(scratch: usize, block: usize, bytes: usize): void {
  const lists = scratch + FIRSTS;
  memory.fill(lists, 0, LISTS * HISTOGRAM_BYTES);
  findRows(block, <u32>bytes >> 1);
  if (rows == 0) {
    countSingly(lists, block, bytes);
    return;
  }
  countVoxels(scratch + VOXEL_COUNTS, block, bytes >> 1);
  foldVoxels(scratch + VOXEL_COUNTS, lists);
  if (bytes & 1) addToWord(lists, load<u8>(block + bytes - 1), 1);
}

function findRows(block: usize, voxels: u32): void {
  rows = 0;
  if (voxels < LEAST_VOXELS_A_ROW) return;
  const last = block + (voxels << 1) - 16;
  let low = v128.load(last);
  let high = low;
  for (let at = block; at < last; at += 16) {
    const eight = v128.load(at);
    low = i16x8.min_u(low, eight);
    high = i16x8.max_u(high, eight);
  }
  const lowest = leastOf(low);
  const highest: u32 = 0xffff - leastOf(v128.not(high));
  const found = (highest >> 8) - (lowest >> 8) + 1;
  if (found > min(MOST_ROWS, voxels / LEAST_VOXELS_A_ROW)) return;
  rows = found;
  firstRow = lowest >> 8;
}

/** Of eight u16. */
function leastOf(eight: v128): u32 {
  const four = i16x8.min_u(eight, i16x8.shuffle(eight, eight, 4, 5, 6, 7, 0, 1, 2, 3));
  const two = i16x8.min_u(four, i16x8.shuffle(four, four, 2, 3, 0, 1, 2, 3, 0, 1));
  return min(<u32>i16x8.extract_lane_u(two, 0), <u32>i16x8.extract_lane_u(two, 1));
}

/** In four lists in turn, for an addition waits for the one before to the same count; eight equal voxels are one. */
function countVoxels(lists: usize, block: usize, voxels: usize): void {
  for (let list: usize = 0; list < LISTS; list++) memory.fill(lists + list * VOXEL_COUNT_BYTES, 0, <usize>rows << 9);
  const origin = lists - (<usize>firstRow << 9);
  const end = block + (voxels << 1);
  let at = block;
  for (; at + 16 <= end; at += 16) {
    const first = load<u16>(at);
    if (i16x8.all_true(i16x8.eq(v128.load(at), i16x8.splat(<i16>first)))) {
      addToCount(origin, first, 8);
      continue;
    }
    countFour(origin, at);
    countFour(origin, at + 8);
  }
  for (; at < end; at += 2) addToCount(origin, load<u16>(at), 1);
}

function countFour(origin: usize, voxels: usize): void {
  addToCount(origin, load<u16>(voxels), 1);
  addToCount(origin + VOXEL_COUNT_BYTES, load<u16>(voxels, 2), 1);
  addToCount(origin + 2 * VOXEL_COUNT_BYTES, load<u16>(voxels, 4), 1);
  addToCount(origin + 3 * VOXEL_COUNT_BYTES, load<u16>(voxels, 6), 1);
}

/** A block has 32,768 voxels, so u16 are enough for a list, and for the sum of them. */
function addToCount(list: usize, value: u32, count: u32): void {
  const at = list + (<usize>value << 1);
  store<u16>(at, <u16>(load<u16>(at) + count));
}

/** Low bytes: the sum of all rows. High bytes: the sum over each. */
function foldVoxels(voxels: usize, bytes: usize): void {
  for (let row: u32 = 0; row < rows; row++) {
    let sum = i32x4.splat(0);
    for (let low: usize = 0; low < 256; low += 8) {
      const eight = sumOfLists(voxels + (<usize>row << 9) + (low << 1));
      const counts = bytes + (low << 2);
      v128.store(counts, i32x4.add(v128.load(counts), i32x4.extend_low_i16x8_u(eight)));
      v128.store(counts, i32x4.add(v128.load(counts, 16), i32x4.extend_high_i16x8_u(eight)), 16);
      sum = i32x4.add(sum, i32x4.extadd_pairwise_i16x8_u(eight));
    }
    const two = i32x4.add(sum, i32x4.shuffle(sum, sum, 2, 3, 0, 1));
    addToWord(bytes + HISTOGRAM_BYTES, firstRow + row, i32x4.extract_lane(two, 0) + i32x4.extract_lane(two, 1));
  }
}

function sumOfLists(at: usize): v128 {
  return i16x8.add(
    i16x8.add(v128.load(at), v128.load(at + VOXEL_COUNT_BYTES)),
    i16x8.add(v128.load(at + 2 * VOXEL_COUNT_BYTES), v128.load(at + 3 * VOXEL_COUNT_BYTES)),
  );
}

/** In four lists in turn; sixteen equal bytes are one addition. */
function countSingly(lists: usize, block: usize, bytes: usize): void {
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) {
    const first = load<u8>(block + i);
    if (i8x16.all_true(i8x16.eq(v128.load(block + i), i8x16.splat(first)))) {
      addToWord(lists, first, 16);
      continue;
    }
    countEight(lists, load<u64>(block + i));
    countEight(lists, load<u64>(block + i, 8));
  }
  for (; i < bytes; i++) addToWord(lists, load<u8>(block + i), 1);
}

function countEight(lists: usize, eight: u64): void {
  for (let byte: usize = 0; byte < 8; byte++) {
    addToWord(lists + (byte & 3) * HISTOGRAM_BYTES, <u32>(eight >> (byte << 3)) & 255, 1);
  }
}
