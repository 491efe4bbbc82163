/** A growing list of bits, the first in the lowest bit of the first byte (RFC 1951 section 3.1.1). */
export interface BitList {
  put(value: number, count: number): void;
  /** Zeros up to the next byte. */
  endByte(): void;
  bytes(): Uint8Array;
}

export function emptyBits(): BitList {
  const bytes: number[] = [];
  let count = 0;
  const put = (value: number, width: number): void => {
    for (let bit = 0; bit < width; bit++, count++) {
      if (count % 8 === 0) bytes.push(0);
      bytes[bytes.length - 1]! |= ((value >>> bit) & 1) << (count % 8);
    }
  };
  return {
    put,
    endByte: () => put(0, (8 - (count % 8)) % 8),
    bytes: () => Uint8Array.from(bytes),
  };
}
