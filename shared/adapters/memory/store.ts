/** Objects in a map: the twin of the folder store for tests. */
import type {
  ByteRange,
  Encoding,
  ListedObject,
  ListOptions,
  ObjectStore,
  PutOptions,
} from '../../engine/ports.ts';
import { checkKey, checkPrefix } from '../object-key.ts';

interface MemoryObject {
  readonly bytes: Uint8Array;
  readonly encoding: Encoding | undefined;
}

/** `url` only names the store: two stores with the same one share nothing. Bytes are copied on the way in and out. */
export function memoryStore(url = 'memory://store'): ObjectStore {
  const objects = new Map<string, MemoryObject>();

  const find = (key: string): MemoryObject | undefined => {
    checkKey(url, key);
    return objects.get(key);
  };

  async function put(key: string, body: Uint8Array | AsyncIterable<Uint8Array>, options: PutOptions = {}) {
    checkKey(url, key);
    const bytes = body instanceof Uint8Array ? body.slice() : await collect(body);
    if (options.ifAbsent && objects.has(key)) return false;
    objects.set(key, { bytes, encoding: options.encoding });
    return true;
  }

  async function* list(prefix: string, { isFlat = false }: ListOptions = {}): AsyncGenerator<ListedObject> {
    checkPrefix(url, prefix);
    const isWanted = (key: string) => key.startsWith(prefix) && !(isFlat && key.includes('/', prefix.length));
    const keys = [...objects.keys()].filter(isWanted).sort();
    for (const key of keys) {
      const object = objects.get(key);
      if (object !== undefined) yield { key, size: object.bytes.length };
    }
  }

  return {
    url,
    async get(key) {
      const object = find(key);
      return object && { bytes: object.bytes.slice(), encoding: object.encoding };
    },
    async getRanges(key, ranges) {
      const object = find(key);
      return object && ranges.map((range: ByteRange) => object.bytes.slice(range.start, range.end));
    },
    async getRows(key, { start, bytes, stride, count }, into) {
      const object = find(key);
      if (object === undefined) return undefined;
      let filled = 0;
      for (let row = 0; row < count; row++) {
        const from = start + row * stride;
        const part = object.bytes.subarray(from, from + bytes);
        into.set(part, filled);
        filled += part.length;
      }
      return filled;
    },
    async head(key) {
      const object = find(key);
      return object && { size: object.bytes.length, encoding: object.encoding };
    },
    put,
    list,
    async delete(keys) {
      for (const key of keys) checkKey(url, key);
      for (const key of keys) objects.delete(key);
    },
  };
}

async function collect(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const collected: Uint8Array[] = [];
  for await (const part of parts) collected.push(part.slice());
  return new Uint8Array(Buffer.concat(collected));
}
