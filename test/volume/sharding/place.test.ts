import { describe, expect, it } from 'vitest';
import type { Vec3 } from '../../../shared/geometry/box.ts';
import { murmurHash } from '../../../shared/volume/sharding/murmur-hash.ts';
import { chunkId, placeOf } from '../../../shared/volume/sharding/place.ts';

describe('the place of a chunk in its shards', () => {
  it.each<[Vec3, Vec3, bigint]>([
    [[5, 4, 4], [1, 0, 0], 1n],
    [[5, 4, 4], [0, 1, 0], 2n],
    [[5, 4, 4], [0, 0, 1], 4n],
    [[5, 4, 4], [4, 0, 0], 64n],
    [[5, 4, 4], [3, 3, 3], 63n],
    [[5, 4, 4], [4, 3, 3], 118n],
    [[1, 8, 3], [0, 1, 0], 1n],
    [[1, 8, 3], [0, 0, 1], 2n],
    [[1, 8, 3], [0, 7, 2], 29n],
  ])('in a grid of %j cell %j is number %s', (grid, cell, id) => {
    expect(chunkId(cell, grid)).toBe(id);
  });

  it('gives every cell of a grid a number of its own', () => {
    const grid: Vec3 = [5, 3, 9];
    const ids = new Set<bigint>();
    for (let z = 0; z < 9; z++)
      for (let y = 0; y < 3; y++) for (let x = 0; x < 5; x++) ids.add(chunkId([x, y, z], grid));
    expect(ids.size).toBe(5 * 3 * 9);
  });

  it.each([
    [0n, 0x4772b084e028ae41n],
    [1n, 0xe8bd67d616d4ce9an],
    [2n, 0xd62f9cd21b013f5an],
    [255n, 0x4e2fc5b5b87bf79an],
    [2n ** 32n, 0xbbb12d133b78fd64n],
    [2n ** 53n + 1n, 0xdfde6c7958396398n],
    [2n ** 64n - 1n, 0x574f66bd212b5d1an],
  ])('hashes %s as two other programs do', (id, hash) => {
    expect(murmurHash(id)).toBe(hash);
  });

  const sharding = {
    '@type': 'neuroglancer_uint64_sharded_v1',
    preshift_bits: 2,
    hash: 'identity',
    minishard_bits: 3,
    shard_bits: 9,
    minishard_index_encoding: 'raw',
    data_encoding: 'raw',
  } as const;

  it('is read off the bits of its number, lowest first', () => {
    expect(placeOf(0b1_0110_1011_101_01n, sharding)).toEqual({ file: '16b.shard', minishard: 0b101 });
    expect(placeOf(0b1_101_00n, sharding)).toEqual({ file: '001.shard', minishard: 0b101 });
    expect(placeOf(77n, { ...sharding, shard_bits: 0 }).file).toBe('0.shard');
  });
});
