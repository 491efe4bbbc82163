/** A shard's file: the shard index, the chunks, and behind them the index of each minishard (FORMATS sections 5.5 to 5.7). */
import { requireLittleEndian } from '../codecs/byte-order.ts';
import { encodeWithZlib } from '../codecs/zlib.ts';
import { placeOf } from './place.ts';
import type { Sharding } from './sharding.ts';

/** By number, as `data_encoding` says. */
export type ShardChunks = ReadonlyMap<bigint, Uint8Array>;

const ENTRY_NUMBERS = 2;

type Index = BigUint64Array<ArrayBuffer>;

/** The file in pieces, in their order; the chunks are not copied. The same chunks give the same bytes, however they came. */
export async function encodeShard(chunks: ShardChunks, sharding: Sharding): Promise<Uint8Array[]> {
  requireLittleEndian();
  const ids = [...chunks.keys()].sort((a, b) => (a < b ? -1 : 1));
  const data = ids.map((id) => chunks.get(id)!);
  const shardIndex = new BigUint64Array(ENTRY_NUMBERS * 2 ** sharding.minishard_bits);
  const indices: Uint8Array[] = [];
  let end = data.reduce((sum, { length }) => sum + length, 0);
  for (const [minishard, index] of minishardIndices(ids, data, sharding)) {
    const bytes = await packedIndex(index, sharding);
    shardIndex.set([BigInt(end), BigInt(end + bytes.length)], ENTRY_NUMBERS * minishard);
    end += bytes.length;
    indices.push(bytes);
  }
  return [new Uint8Array(shardIndex.buffer), ...data, ...indices];
}

/** Three rows of numbers: ids and starts as differences, then sizes. A start counts from the end of the chunk before. */
function minishardIndices(
  ids: readonly bigint[],
  data: readonly Uint8Array[],
  sharding: Sharding,
): Map<number, Index> {
  const members = new Map<number, Member[]>();
  let start = 0;
  for (const [i, id] of ids.entries()) {
    const { minishard } = placeOf(id, sharding);
    const size = data[i]!.length;
    members.set(minishard, [...(members.get(minishard) ?? []), { id, start, size }]);
    start += size;
  }
  return new Map([...members].map(([minishard, chunks]) => [minishard, indexOf(chunks)]));
}

interface Member {
  readonly id: bigint;
  /** From the end of the shard index. */
  readonly start: number;
  readonly size: number;
}

function indexOf(chunks: readonly Member[]): Index {
  const count = chunks.length;
  const index = new BigUint64Array(3 * count);
  let last = { id: 0n, start: 0, size: 0 };
  for (const [i, chunk] of chunks.entries()) {
    index[i] = chunk.id - last.id;
    index[count + i] = BigInt(chunk.start - last.start - last.size);
    index[2 * count + i] = BigInt(chunk.size);
    last = chunk;
  }
  return index;
}

const packedIndex = async (index: Index, sharding: Sharding): Promise<Uint8Array> =>
  sharding.minishard_index_encoding === 'gzip'
    ? (await encodeWithZlib(index)).bytes
    : new Uint8Array(index.buffer);
