/** MurmurHash3_x86_128 of a chunk id, as sharding uses it (FORMATS section 5.3). */

const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;

/** Of the id's eight little-endian bytes with seed 0: the first eight bytes of the result, as a little-endian number. */
export function murmurHash(id: bigint): bigint {
  const low = Number(id & 0xffff_ffffn);
  const high = Number((id >> 32n) & 0xffff_ffffn);
  // Eight bytes are all tail: no block of sixteen before it.
  let h1 = Math.imul(rotated(Math.imul(low, C1), 15), C2) ^ 8;
  let h2 = Math.imul(rotated(Math.imul(high, C2), 16), C3) ^ 8;
  let h3 = 8;
  let h4 = 8;
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = (h2 + h1) | 0;
  h3 = (h3 + h1) | 0;
  h4 = (h4 + h1) | 0;
  [h1, h2, h3, h4] = [mixed(h1), mixed(h2), mixed(h3), mixed(h4)];
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = (h2 + h1) | 0;
  return (BigInt(h2 >>> 0) << 32n) | BigInt(h1 >>> 0);
}

const rotated = (value: number, by: number): number => (value << by) | (value >>> (32 - by));

function mixed(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
