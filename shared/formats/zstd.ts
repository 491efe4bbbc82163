/**
 * Undoes Zstandard, with libzstd as WebAssembly, which is loaded where such data are met: Node 20 has none of its own. A
 * thread has one instance, whose memory never shrinks: it stays as large as the largest data were, packed and unpacked, and
 * what reads volumes counts that (`CHUNKS_IN_READING`). An instance for each piece takes about as much: such memory is collected
 * late.
 */

/** No block of four bytes makes more than 128 KiB. */
export const MOST_ZSTD_EXPANSION = 2 ** 15;

/** Its memory ends at 2 GiB, for both sides of the work. */
const MOST_BYTES = 2 ** 30;

/**
 * Undefined where the data are damaged or cut short, or make more than `mostBytes`: no more than that is ever allocated,
 * whatever the frame says of itself. @throws RangeError above 1 GiB
 */
export async function unzstd(bytes: Uint8Array, mostBytes: number): Promise<Uint8Array | undefined> {
  // Without any room the package would ask the frame for it.
  const room = Math.max(1, Math.min(mostBytes, bytes.length * MOST_ZSTD_EXPANSION));
  if (bytes.length + room > MOST_BYTES)
    throw new RangeError(`${bytes.length + room} bytes at once, expected at most ${MOST_BYTES}`);
  const { ZSTDDecoder } = await import('zstddec');
  const decoder = new ZSTDDecoder();
  await decoder.init();
  const plain = decoder.decode(bytes, room);
  // Its errors are no bytes at all.
  return plain.length === 0 ? undefined : plain;
}
