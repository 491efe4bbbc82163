/** PackBits: runs and literals (TIFF 6.0, section 9). */

/** Fills `out`; the number of bytes made, fewer where the data end early. */
export function decodePackBits(data: Uint8Array, out: Uint8Array): number {
  let [at, filled] = [0, 0];
  while (at < data.length && filled < out.length) {
    const count = data[at++]!;
    if (count === 128) continue;
    if (count < 128) {
      const literal = data.subarray(at, Math.min(at + count + 1, at + out.length - filled));
      out.set(literal, filled);
      at += count + 1;
      filled += literal.length;
      continue;
    }
    const value = data[at++];
    if (value === undefined) break;
    const end = Math.min(filled + 257 - count, out.length);
    out.fill(value, filled, end);
    filled = end;
  }
  return filled;
}
