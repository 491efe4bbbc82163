// DEFLATE's alphabets of lengths and distances (RFC 1951 section 3.2.5), worked out instead of listed.

export const END_OF_BLOCK: u32 = 256;
export const LITERAL_SYMBOLS: u32 = 288;
export const DISTANCE_SYMBOLS: u32 = 30;
export const CODE_LENGTH_SYMBOLS: u32 = 19;

/** Extra bits behind the symbol of a match of `index` + 3 bytes; at most 257 bytes long. */
export function lengthExtraBits(index: u32): u32 {
  return 29 - clz(index | 4);
}

export function lengthSymbol(index: u32): u32 {
  const extra = lengthExtraBits(index);
  return 257 + (extra << 2) + (index >> extra);
}

export function distanceExtraBits(code: u32): u32 {
  return code < 4 ? 0 : (code >> 1) - 1;
}

/** Extra bits behind a symbol of the literal and length alphabet. */
export function symbolExtraBits(symbol: u32): u32 {
  return symbol < 265 || symbol > 284 ? 0 : (symbol - 261) >> 2;
}

/** Extra bits behind a symbol of the code-length alphabet (RFC 1951 section 3.2.7). */
export function runExtraBits(symbol: u32): u32 {
  if (symbol == 18) return 7;
  if (symbol == 17) return 3;
  return symbol == 16 ? 2 : 0;
}
