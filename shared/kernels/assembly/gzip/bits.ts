// The output: whole bytes are written eight at a time, so up to seven bytes behind the end are touched.

/** Where the next byte goes, and up to seven bits that wait for their byte. */
export let outAt: usize = 0;
export let waiting: u64 = 0;
export let waitingBits: u64 = 0;

export function beginOutput(at: usize): void {
  outAt = at;
  waiting = 0;
  waitingBits = 0;
}

/** After a loop that kept these three in variables of its own. */
export function resumeOutput(at: usize, bits: u64, count: u64): void {
  outAt = at;
  waiting = bits;
  waitingBits = count;
}

/** At most 56 bits. */
export function putBits(bits: u64, count: u32): void {
  waiting |= bits << waitingBits;
  waitingBits += count;
  store<u64>(outAt, waiting);
  outAt += <usize>(waitingBits >> 3);
  waiting >>= waitingBits & 0x38;
  waitingBits &= 7;
}

/** Fills the byte that was begun with zeros. */
export function endByte(): void {
  if (waitingBits > 0) putBits(0, 8 - <u32>waitingBits);
}

export function putBytes(from: usize, count: usize): void {
  memory.copy(outAt, from, count);
  outAt += count;
}
