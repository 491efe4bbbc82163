/** LZW as TIFF writes it: codes of 9 to 12 bits, highest bit first, widened one code early (TIFF 6.0, section 13). */

const CLEAR = 256;
const END = 257;
const FIRST_FREE = 258;
const MOST_CODES = 4096;

/** Fills `out`; the number of bytes made. Ends at the end of the data, at a code that cannot be, or when `out` is full. */
export function decodeLzw(data: Uint8Array, out: Uint8Array): number {
  // Of each code: where it was written out the first time, and how long it is.
  const starts = new Uint32Array(MOST_CODES);
  const lengths = new Uint16Array(MOST_CODES);
  let [next, bits, filled] = [FIRST_FREE, 9, 0];
  let [lastStart, lastLength] = [0, 0];
  let [buffer, held] = [0, 0];
  let at = 0;
  while (filled < out.length) {
    for (; held < bits && at < data.length; held += 8) buffer = ((buffer << 8) | data[at++]!) & 0xff_ffff;
    if (held < bits) break;
    held -= bits;
    const code = (buffer >>> held) & ((1 << bits) - 1);
    if (code === END) break;
    if (code === CLEAR) {
      [next, bits, lastLength] = [FIRST_FREE, 9, 0];
      continue;
    }
    if (code > next || (code === next && lastLength === 0)) break;
    const start = filled;
    if (code < 256) out[filled++] = code;
    else {
      const isNew = code === next;
      const from = isNew ? lastStart : starts[code]!;
      const length = isNew ? lastLength + 1 : lengths[code]!;
      const end = Math.min(filled + length, out.length);
      // One by one: the string of a new code runs into itself.
      for (let i = from; filled < end; i++) out[filled++] = out[i]!;
    }
    if (lastLength > 0 && next < MOST_CODES) {
      starts[next] = lastStart;
      lengths[next] = lastLength + 1;
      next += 1;
      if (next >= (1 << bits) - 1 && bits < 12) bits += 1;
    }
    [lastStart, lastLength] = [start, filled - start];
  }
  return filled;
}
