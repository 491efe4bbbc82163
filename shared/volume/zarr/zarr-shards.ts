/** Chunks out of the shards of zarr's `sharding_indexed`, by ranges: the index, then the chunk (FORMATS section 13). */
import type { ObjectStore } from '../../engine/ports.ts';
import { crc32c } from '../../formats/zarr/crc32c.ts';
import { ABSENT, CHECKSUM_BYTES, ENTRY_BYTES } from '../../formats/zarr/shard.ts';
import { ChunkError } from '../errors.ts';
import { readSpan, type Span, spanOf } from '../index-span.ts';
import type { ZarrShard } from './zarr-layout.ts';

/** Indexes that are kept, the last used. */
const MOST_KEPT = 64;

/** Undefined where there is no such chunk. `key` is the shard's; `place` counts its chunks in C order. */
export type ZarrShardReader = (key: string, place: number) => Promise<Uint8Array | undefined>;

/** Throws `ChunkError`. */
export function zarrShardReader(store: ObjectStore, shard: ZarrShard): ZarrShardReader {
  const [x, y, z] = shard.cells;
  const count = x * y * z * shard.channelCells;
  const kept = new Map<string, Promise<DataView | undefined>>();
  const indexOf = (key: string): Promise<DataView | undefined> => {
    const index = kept.get(key) ?? readIndex(store, key, shard, count);
    kept.delete(key);
    kept.set(key, index);
    index.catch(() => kept.delete(key));
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
    return index;
  };
  return async (key, place) => {
    const index = await indexOf(key);
    const span = index && spanIn(index, place, key);
    return span && readSpan(store, key, span, `${key}, chunk ${place}`);
  };
}

/** Undefined where there is no shard: it has no chunks. */
async function readIndex(
  store: ObjectStore,
  key: string,
  { hasChecksum, isIndexFirst }: ZarrShard,
  count: number,
): Promise<DataView | undefined> {
  const length = count * ENTRY_BYTES + (hasChecksum ? CHECKSUM_BYTES : 0);
  const head = await store.head(key);
  if (head === undefined) return undefined;
  if (head.size < length)
    throw new ChunkError(key, `${head.size} bytes, less than the shard's index (${length})`);
  const start = isIndexFirst ? 0 : head.size - length;
  const bytes = await readSpan(store, key, { start, end: start + length }, key);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = bytes.subarray(0, count * ENTRY_BYTES);
  if (hasChecksum && view.getUint32(entries.length, true) !== crc32c(entries))
    throw new ChunkError(key, 'the checksum of its index is wrong');
  return view;
}

function spanIn(index: DataView, place: number, key: string): Span | undefined {
  const start = index.getBigUint64(place * ENTRY_BYTES, true);
  const size = index.getBigUint64(place * ENTRY_BYTES + 8, true);
  if (start === ABSENT && size === ABSENT) return undefined;
  return spanOf(start, size, key);
}
