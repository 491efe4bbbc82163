/** Reads ahead of what is asked for, as each look into a file or a store takes its time. */

/** At first as much as most headers take; more and more while one read follows the other. */
const FIRST_BYTES = 2 ** 16;
export const MOST_AHEAD_BYTES = 2 ** 23;

/** At most the bytes from `start` to `end`: fewer where the file ends. They are not to be written to. */
type ReadBytes = (start: number, end: number) => Promise<Uint8Array>;

/** Keeps the bytes that were fetched last, and asks for none beyond `size`. */
export function readingAhead(size: number, fetch: ReadBytes): ReadBytes {
  let held = { start: 0, bytes: new Uint8Array() as Uint8Array };
  let ahead = FIRST_BYTES / 4;
  return async (start, wanted) => {
    const end = Math.min(wanted, size);
    if (end <= start) return new Uint8Array();
    const heldEnd = held.start + held.bytes.length;
    const isNear = start >= held.start && start <= heldEnd;
    if (isNear && end <= heldEnd) return held.bytes.subarray(start - held.start, end - held.start);
    ahead = isNear ? Math.min(4 * ahead, MOST_AHEAD_BYTES) : FIRST_BYTES;
    const bytes = await fetch(start, Math.min(size, Math.max(end, start + ahead)));
    held = { start, bytes };
    return bytes.subarray(0, end - start);
  };
}
