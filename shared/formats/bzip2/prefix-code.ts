/** The prefix codes of bzip2: canonical, the shorter first, of 1 to 20 bits. */
import type { Bits } from './bit-window.ts';

export const MOST_CODE_BITS = 20;

/** The next symbol. @throws ArrayFileError */
export type PrefixCode = (bits: Bits) => number;

/** `lengths`: bits of each symbol's code. */
export function prefixCode(lengths: Uint8Array): PrefixCode {
  const symbols = Array.from(lengths.keys()).sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  /** Per length: where its codes end, as the first of 20 bits, and what turns a code into its place in `symbols`. */
  const ends = new Float64Array(MOST_CODE_BITS + 1);
  const shifts = new Float64Array(MOST_CODE_BITS + 1);
  const shortest = lengths[symbols[0]!]!;
  for (let length = 1, code = 0, before = 0; length <= MOST_CODE_BITS; length++) {
    const count = lengths.reduce((sum, own) => sum + (own === length ? 1 : 0), 0);
    shifts[length] = before - code;
    code += count;
    before += count;
    ends[length] = code * 2 ** (MOST_CODE_BITS - length);
    code *= 2;
  }
  return (bits) => {
    const next = bits.peek(MOST_CODE_BITS);
    for (let length = shortest; length <= MOST_CODE_BITS; length++) {
      if (next >= ends[length]!) continue;
      bits.skip(length);
      const symbol = symbols[(next >>> (MOST_CODE_BITS - length)) + shifts[length]!];
      if (symbol !== undefined) return symbol;
      break;
    }
    throw bits.damaged('a code that stands for nothing');
  };
}
