/** CRC-32C (Castagnoli), which zarr's shards end with; node's zlib has the other one. */

const POLYNOMIAL = 0x82f6_3b78;

/** What one byte does to the remainder. */
const step = (remainder: number, byte: number): number => {
  let rest = (remainder ^ byte) & 0xff;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1;
  return (remainder >>> 8) ^ rest;
};

/** Bit by bit: an index has a few kilobytes. */
export function crc32c(bytes: Uint8Array): number {
  let remainder = ~0;
  for (const byte of bytes) remainder = step(remainder, byte);
  return ~remainder >>> 0;
}
