// The greedy walk over what find found: which voxels it meets, four at a time. It is an automaton whose state is how
// many of the next voxels the latest match covers, so no step waits for a load that depends on the step before.
import { LONG_BIT, PAIR_BIT, TRIPLE_BIT } from './find';
import { lanesOf } from './lanes';
import { FOUND, STEPS } from './scratch';

// A step: a literal voxel as it is, or a match: distance - 2 | `EXTENDS` | its bytes << 16.
/** Every step above is a match. */
export const LAST_LITERAL: u32 = 0xffff;
/** The byte before the voxel agrees as well. */
export const EXTENDS: u32 = 1;

const BACK_BITS: u32 = 0x7ffe;
const WINDOW_BYTES: u32 = 32_768;
const STATES: u32 = 3;

/** u16[256][4], by which of four voxels begin a pair and which a triple, then by state: see `walkOf`. */
const walks = memory.data(256 * 8, 16);
/** v128[16], by which of four voxels are met: moves those to the front. */
const gathers = memory.data(16 * 16, 16);

fillWalks();
fillGathers();

/** Computed once an instance: as a list it would be 2 KiB of numbers. */
function fillWalks(): void {
  for (let begins: u32 = 0; begins < 256; begins++) {
    for (let state: u32 = 0; state < STATES; state++) {
      store<u16>(walks + (begins << 3) + (state << 1), <u16>walkOf(begins >> 4, begins & 15, state));
    }
  }
}

/** The next state << 4 | a mask of the voxels that are met << 8 | their number << 12. */
function walkOf(pairs: u32, triples: u32, state: u32): u32 {
  let met: u32 = 0;
  let voxel = state;
  while (voxel < 4) {
    met |= 1 << voxel;
    voxel += 1 + ((pairs >> voxel) & 1) + (((pairs & triples) >> voxel) & 1);
  }
  return ((voxel - 4) << 4) | (met << 8) | (popcnt(met) << 12);
}

function fillGathers(): void {
  for (let met: u32 = 0; met < 16; met++) {
    let to = gathers + (met << 4);
    for (let lane: u32 = 0; lane < 4; lane++) {
      store<u32>(to, 0x03020100 + lane * 0x04040404);
      to += <usize>((met >> lane) & 1) << 2;
    }
  }
}

/** Returns how many steps it takes; one more, a literal, stands behind them. */
export function walk(scratch: usize, block: usize, voxels: usize, isFirst: bool): usize {
  const found = scratch + FOUND;
  const longBit = lanesOf(1 << LONG_BIT);
  const backBits = lanesOf(BACK_BITS);
  const byteBits = lanesOf(6 << 16);
  let step = scratch + STEPS;
  let i: usize = 0;
  /** Times 16, as `walks` is shifted by it. */
  let state: u64 = 0;
  while (i + 4 <= voxels) {
    const four = v128.load(found + (i << 2));
    if (v128.any_true(v128.and(four, longBit))) {
      const end = i + 4;
      for (i += <usize>(state >> 4); i < end; step += 4) i += takeStep(step, found + (i << 2), block + (i << 1));
      state = 0;
      continue;
    }
    const isPair = i32x4.shr_s(i32x4.shl(four, 31 - PAIR_BIT), 31);
    const isTriple = i32x4.shl(four, 31 - TRIPLE_BIT);
    const begins = <usize>((i32x4.bitmask(isPair) << 4) | i32x4.bitmask(isTriple));
    const walked = <u32>(load<u64>(walks + (begins << 3)) >> state);
    const extended = i32x4.shr_u(i32x4.eq(i32x4.shr_u(four, 24), i32x4.splat(0)), 31);
    const bytes = v128.and(i32x4.shr_u(four, TRIPLE_BIT - 17), byteBits);
    const match = v128.or(v128.or(v128.and(four, backBits), extended), bytes);
    const steps = v128.bitselect(match, v128.load16x4_u(block + (i << 1)), isPair);
    v128.store(step, i8x16.swizzle(steps, v128.load(gathers + ((walked >> 4) & 0xf0))));
    step += (walked >> 10) & 0x3c;
    state = walked & 0x30;
    i += 4;
  }
  for (i += <usize>(state >> 4); i < voxels; step += 4) i += takeStep(step, found + (i << 2), block + (i << 1));
  store<u32>(step, 0);
  if (isFirst) forbidByteBeforeInput(scratch + STEPS, step);
  return (step - scratch - STEPS) >> 2;
}

/** Returns its voxels. */
function takeStep(step: usize, found: usize, voxel: usize): u32 {
  const what = load<u32>(found);
  const isLong = (what >> LONG_BIT) & 1;
  const isPair = (what >> PAIR_BIT) & 1;
  const count = isLong ? ((what >> 15) & 127) + 1 : 1 + isPair + (isPair & (what >> TRIPLE_BIT));
  const extended: u32 = what >> 24 == 0 ? EXTENDS : 0;
  store<u32>(step, count == 1 ? <u32>load<u16>(voxel) : (what & BACK_BITS) | extended | (count << 17));
  return count;
}

/** The byte before voxel 0 was compared as well, but it is not the input's. */
function forbidByteBeforeInput(steps: usize, end: usize): void {
  let at: u32 = 0;
  for (; steps < end && at <= WINDOW_BYTES; steps += 4) {
    const step = load<u32>(steps);
    if (step <= LAST_LITERAL) {
      at += 2;
      continue;
    }
    if ((step & BACK_BITS) + 2 == at) store<u32>(steps, step & ~EXTENDS);
    at += step >> 16;
  }
}
