// DEFLATE's alphabets of lengths and distances (RFC 1951 section 3.2.5), worked out instead of listed.

export const END_OF_BLOCK: u32 = 256;
export const LITERAL_SYMBOLS: u32 = 288;
export const DISTANCE_SYMBOLS: u32 = 30;

/** Extra bits behind the symbol of a match of `index` + 3 bytes; at most 257 bytes long. */
// @ts-ignore: a decorator of the compiler
@inline
export function lengthExtraBits(index: u32): u32 {
  return 29 - clz(index | 4);
}

// @ts-ignore: a decorator of the compiler
@inline
export function lengthSymbol(index: u32): u32 {
  const extra = lengthExtraBits(index);
  return 257 + (extra << 2) + (index >> extra);
}

// @ts-ignore: a decorator of the compiler
@inline
export function distanceExtraBits(code: u32): u32 {
  return code < 4 ? 0 : (code >> 1) - 1;
}
