/** Stores that count what passes through them, as stored. */
import type { ObjectStore } from '../engine/ports.ts';

export type Count = (bytes: number) => void;

export const countReads = (store: ObjectStore, count: Count): ObjectStore => ({
  ...store,
  async get(key) {
    const object = await store.get(key);
    count(object?.bytes.length ?? 0);
    return object;
  },
  async getRanges(key, ranges) {
    const parts = await store.getRanges(key, ranges);
    for (const part of parts ?? []) count(part.length);
    return parts;
  },
  async getRows(key, rows, into) {
    const bytes = await store.getRows(key, rows, into);
    count(bytes ?? 0);
    return bytes;
  },
});

/** Counts an object once it is written; one refused by `ifAbsent` was not. */
export const countWrites = (store: ObjectStore, count: Count): ObjectStore => ({
  ...store,
  async put(key, body, options) {
    let bytes = 0;
    const add = (part: Uint8Array) => {
      bytes += part.length;
    };
    if (body instanceof Uint8Array) add(body);
    const written = await store.put(key, body instanceof Uint8Array ? body : tap(body, add), options);
    if (written) count(bytes);
    return written;
  },
});

async function* tap(
  parts: AsyncIterable<Uint8Array>,
  see: (part: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  for await (const part of parts) {
    see(part);
    yield part;
  }
}
