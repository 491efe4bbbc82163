/** Objects that are too long to be held whole: shards of a volume reach gigabytes. */
import type { ByteRange, ObjectStore } from '../shared/engine/ports.ts';

/** Longer ones are read piece by piece. */
export const MOST_AT_ONCE = 16 * 2 ** 20;

/** The bytes of `range`, in their order. Throws where the object goes away in between. */
export async function* objectPieces(
  store: ObjectStore,
  key: string,
  { start, end }: ByteRange,
): AsyncIterable<Uint8Array> {
  for (let at = start; at < end; at += MOST_AT_ONCE) {
    const [piece] =
      (await store.getRanges(key, [{ start: at, end: Math.min(end, at + MOST_AT_ONCE) }])) ?? [];
    if (piece === undefined) throw new Error(`${store.url}/${key} went away while it was read`);
    yield piece;
  }
}
