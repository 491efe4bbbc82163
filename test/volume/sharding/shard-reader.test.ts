import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import type { ByteRange, ObjectStore } from '../../../shared/engine/ports.ts';
import { ChunkError } from '../../../shared/volume/errors.ts';
import { shardReader } from '../../../shared/volume/sharding/shard-reader.ts';

const sharding = {
  '@type': 'neuroglancer_uint64_sharded_v1',
  preshift_bits: 0,
  hash: 'identity',
  minishard_bits: 1,
  shard_bits: 0,
  minishard_index_encoding: 'gzip',
  data_encoding: 'raw',
} as const;

const numbers = (values: readonly (number | bigint)[]): Uint8Array =>
  new Uint8Array(BigUint64Array.from(values.map((value) => BigInt.asUintN(64, BigInt(value)))).buffer);

/** Two chunks, 0 and 4, in minishard 0 with three bytes between them; minishard 1 is empty. */
function shard(index: Uint8Array = gzipSync(numbers([0, 4, 0, 3, 5, 7]))): Uint8Array {
  const data = Buffer.from('first___second_');
  return Buffer.concat([numbers([data.length, data.length + index.length, 0, 0]), data, index]);
}

async function reading(bytes: Uint8Array = shard()) {
  const store = memoryStore('memory://s');
  await store.put('mip/0.shard', bytes);
  const asked: ByteRange[] = [];
  const counting: ObjectStore = {
    ...store,
    getRanges: (key, ranges) => {
      asked.push(...ranges);
      return store.getRanges(key, ranges);
    },
  };
  return { asked, reader: shardReader(counting, 'mip', sharding, 6) };
}

describe('a shard', () => {
  it('gives its chunks, and says where there are none', async () => {
    const { reader } = await reading();
    const text = async (id: bigint) => Buffer.from((await reader.read(id, 99)) ?? []).toString();
    expect(await text(0n)).toBe('first');
    expect(await text(4n)).toBe('second_');
    for (const absent of [1n, 2n, 3n, 5n]) expect(await reader.read(absent, 99)).toBeUndefined();
  });

  it('is asked for an index once, also by two at a time', async () => {
    const { asked, reader } = await reading();
    await Promise.all([reader.read(0n, 99), reader.read(4n, 99), reader.read(2n, 99)]);
    await reader.read(0n, 99);
    const data = 32;
    expect(asked.filter(({ start }) => start < data)).toEqual([{ start: 0, end: 16 }]);
    expect(asked.filter(({ start }) => start === data + 15)).toHaveLength(1);
    expect(asked.filter(({ start }) => start === data)).toEqual([
      { start: data, end: data + 5 },
      { start: data, end: data + 5 },
    ]);
  });

  it('without a file has no chunks', async () => {
    expect(await shardReader(memoryStore(), 'mip', sharding, 6).read(0n, 99)).toBeUndefined();
  });

  it.each<[string, Uint8Array, RegExp]>([
    [
      'ends within its index',
      shard().subarray(0, 10),
      /0.shard, minishard 0: the file ends within the shard index/,
    ],
    [
      'ends before its chunks do',
      shard(gzipSync(numbers([0, 4, 0, 3, 5, 700]))),
      /chunk 4: \d+ bytes .* says 700/,
    ],
    [
      'has an index of odd length',
      shard(gzipSync(Buffer.alloc(25))),
      /an index of 25 bytes, expected a multiple/,
    ],
    [
      'has an index that is too long',
      shard(gzipSync(Buffer.alloc(5000))),
      /more than 272 bytes, expected at most 144/,
    ],
    ['has an index that is not gzip', shard(Buffer.alloc(24, 7)), /no whole gzip stream/],
    [
      'speaks of places beyond any file',
      shard(gzipSync(numbers([0, 4, 0, 3, 5, -1]))),
      /speaks of \d+ bytes from/,
    ],
    [
      'has its index before itself',
      Buffer.concat([numbers([9, 3, 0, 0]), Buffer.alloc(20)]),
      /speaks of -6 bytes/,
    ],
  ])('that %s is refused by name', async (_, bytes, message) => {
    const { reader } = await reading(bytes);
    await expect(reader.read(4n, 99)).rejects.toThrow(ChunkError);
    await expect(reader.read(4n, 99)).rejects.toThrow(message);
  });

  it('that was refused is asked again', async () => {
    const store = memoryStore();
    await store.put('mip/0.shard', shard().subarray(0, 10));
    const reader = shardReader(store, 'mip', sharding, 6);
    await expect(reader.read(0n, 99)).rejects.toThrow(ChunkError);
    await store.put('mip/0.shard', shard());
    expect(Buffer.from((await reader.read(0n, 99))!).toString()).toBe('first');
  });
});
