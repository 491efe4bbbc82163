/** DEFLATE's alphabets of lengths and distances, as RFC 1951 section 3.2.5 lists them. */
const LENGTHS = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227,
];
const DISTANCES = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
  6145, 8193, 12289, 16385, 24577,
];

export const END_OF_BLOCK = 256;
export const LITERAL_SYMBOLS = 288;
export const DISTANCE_SYMBOLS = DISTANCES.length;

/** A symbol and what is written behind it as it is. */
export interface Coded {
  readonly symbol: number;
  readonly extra: number;
}

/** Of 3 to 257 bytes. */
export function codedLength(length: number): Coded {
  const index = LENGTHS.findLastIndex((least) => least <= length);
  return { symbol: 257 + index, extra: length - LENGTHS[index]! };
}

export function codedDistance(distance: number): Coded {
  const symbol = DISTANCES.findLastIndex((least) => least <= distance);
  return { symbol, extra: distance - DISTANCES[symbol]! };
}

export const lengthExtraBits = (symbol: number): number =>
  symbol < 265 || symbol > 284 ? 0 : Math.floor((symbol - 261) / 4);

export const distanceExtraBits = (symbol: number): number => (symbol < 4 ? 0 : Math.floor(symbol / 2) - 1);
