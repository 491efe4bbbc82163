/** Chunks out of shard files by ranges: shard index entry, minishard index, chunk (FORMATS sections 5.5 to 5.9). */
import type { ObjectStore } from '../../engine/ports.ts';
import { unpack } from '../codecs/unpack.ts';
import { ChunkError } from '../errors.ts';
import { readSpan, type Span, spanOf } from '../index-span.ts';
import { placeOf } from './place.ts';
import type { Sharding } from './sharding.ts';

/** Chunks whose places are kept: about 10 MB. A minishard rarely has more than a few thousand. */
const MOST_KEPT = 2 ** 16;
const ENTRY_BYTES = 16;
const ID_BYTES = 24;

export interface ShardReader {
  /** For messages: the file and the id in it. */
  where(id: bigint): string;
  /** As encoded, `data_encoding` undone; undefined where there is no such chunk. Throws `ChunkError`. */
  read(id: bigint, mostBytes: number): Promise<Uint8Array | undefined>;
}

type Minishard = ReadonlyMap<bigint, Span>;

/** `folder` holds the shard files; `mostChunks` is how many the grid has, and bounds each index. */
export function shardReader(
  store: ObjectStore,
  folder: string,
  sharding: Sharding,
  mostChunks: number,
): ShardReader {
  const minishards = keptMinishards((file, minishard) =>
    readMinishard(store, `${folder}/${file}`, minishard, sharding, mostChunks),
  );
  const where = (id: bigint) => `${folder}/${placeOf(id, sharding).file}, chunk ${id}`;
  return {
    where,
    async read(id, mostBytes) {
      const { file, minishard } = placeOf(id, sharding);
      const span = (await minishards(file, minishard)).get(id);
      if (span === undefined) return undefined;
      const bytes = await readSpan(store, `${folder}/${file}`, span, where(id));
      return sharding.data_encoding === 'raw' ? bytes : unpack(bytes, 'gzip', mostBytes, where(id));
    },
  };
}

/** Keeps the places of at most `MOST_KEPT` chunks, the last used; two who ask at once share one read. */
function keptMinishards(
  read: (file: string, minishard: number) => Promise<Minishard>,
): (file: string, minishard: number) => Promise<Minishard> {
  const kept = new Map<string, { readonly index: Promise<Minishard>; chunks: number }>();
  const forgetOldest = () => {
    let chunks = 0;
    for (const [key, entry] of [...kept].reverse()) {
      chunks += entry.chunks;
      if (chunks > MOST_KEPT) kept.delete(key);
    }
  };
  return async (file, minishard) => {
    const key = `${file} ${minishard}`;
    const entry = kept.get(key) ?? { index: read(file, minishard), chunks: 1 };
    kept.delete(key);
    kept.set(key, entry);
    try {
      const index = await entry.index;
      if (entry.chunks === 1) {
        entry.chunks += index.size;
        forgetOldest();
      }
      return index;
    } catch (error) {
      kept.delete(key);
      throw error;
    }
  };
}

const NO_CHUNKS: Minishard = new Map();

async function readMinishard(
  store: ObjectStore,
  key: string,
  minishard: number,
  sharding: Sharding,
  mostChunks: number,
): Promise<Minishard> {
  const where = `${key}, minishard ${minishard}`;
  const at = minishard * ENTRY_BYTES;
  const entry = (await store.getRanges(key, [{ start: at, end: at + ENTRY_BYTES }]))?.[0];
  // A shard without chunks has no file.
  if (entry === undefined) return NO_CHUNKS;
  if (entry.length < ENTRY_BYTES) throw new ChunkError(where, 'the file ends within the shard index');
  const view = new DataView(entry.buffer, entry.byteOffset, entry.byteLength);
  const base = ENTRY_BYTES * 2 ** sharding.minishard_bits;
  const [start, end] = [view.getBigUint64(0, true), view.getBigUint64(8, true)];
  if (start === end) return NO_CHUNKS;
  const span = spanOf(BigInt(base) + start, end - start, where);
  const stored = await readSpan(store, key, span, where);
  const plain =
    sharding.minishard_index_encoding === 'raw'
      ? stored
      : await unpack(stored, 'gzip', mostChunks * ID_BYTES, where);
  return parseMinishard(plain, base, where);
}

/** Three rows of numbers: ids and starts as differences, then sizes. A start counts from the end of the chunk before. */
function parseMinishard(bytes: Uint8Array, base: number, where: string): Minishard {
  if (bytes.length % ID_BYTES !== 0)
    throw new ChunkError(where, `an index of ${bytes.length} bytes, expected a multiple of ${ID_BYTES}`);
  const count = bytes.length / ID_BYTES;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const number = (row: number, column: number) => view.getBigUint64(8 * (row * count + column), true);
  const places = new Map<bigint, Span>();
  let id = 0n;
  let end = BigInt(base);
  for (let i = 0; i < count; i++) {
    id = BigInt.asUintN(64, id + number(0, i));
    const start = BigInt.asUintN(64, end + number(1, i));
    const size = number(2, i);
    places.set(id, spanOf(start, size, where));
    end = start + size;
  }
  return places;
}
