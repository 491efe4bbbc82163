/** Samples of 1 to 15 bits, packed from the highest bit of each byte on; every row begins with a new byte. */
export function unpackBits(
  bytes: Uint8Array,
  bits: number,
  width: number,
  out: Uint8Array | Uint16Array,
): void {
  const rowBytes = Math.ceil((width * bits) / 8);
  const mask = (1 << bits) - 1;
  for (let row = 0, to = 0; to < out.length; row++) {
    let at = row * rowBytes;
    let [buffer, held] = [0, 0];
    for (let x = 0; x < width; x++) {
      for (; held < bits; held += 8) buffer = ((buffer << 8) | bytes[at++]!) & 0xff_ffff;
      held -= bits;
      out[to++] = (buffer >>> held) & mask;
    }
  }
}

/** FillOrder 2: the first pixel of a byte is its lowest bit. */
export function reversedBits(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => {
    let reversed = 0;
    for (let bit = 0; bit < 8; bit++) reversed |= ((byte >> bit) & 1) << (7 - bit);
    return reversed;
  });
}
