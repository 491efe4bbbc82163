/** Volumes in shards: the bytes that other programs write, and boxes of chunks that share a file. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import { openStore } from '../../../shared/adapters/open-store.ts';
import { boxAt, perAxis, type Vec3 } from '../../../shared/geometry/box.ts';
import { seededRandom } from '../../../shared/numerics/random.ts';
import { cellsIn, gridSize } from '../../../shared/volume/chunk-grid.ts';
import { chunkReader } from '../../../shared/volume/chunk-reader.ts';
import { withChunkWriter } from '../../../shared/volume/chunk-writer.ts';
import type { EncodedChunk } from '../../../shared/volume/codecs/encoded-chunk.ts';
import type { StoredMip } from '../../../shared/volume/info.ts';
import { openVolume } from '../../../shared/volume/open-volume.ts';
import { encodeShard } from '../../../shared/volume/sharding/encode-shard.ts';
import { chunkId, placeOf } from '../../../shared/volume/sharding/place.ts';
import { planSharding } from '../../../shared/volume/sharding/plan-sharding.ts';
import { chunksOfShard, idBits, mortonBox, shardBox } from '../../../shared/volume/sharding/shard-box.ts';
import { shardReader } from '../../../shared/volume/sharding/shard-reader.ts';
import type { Sharding } from '../../../shared/volume/sharding/sharding.ts';
import { sharedPath } from '../../shared-data.ts';

const plain = {
  '@type': 'neuroglancer_uint64_sharded_v1',
  hash: 'identity',
  minishard_index_encoding: 'raw',
  data_encoding: 'raw',
} as const;

const wishes = { voxelBytes: 2, packing: { minishard_index_encoding: 'raw', data_encoding: 'raw' } } as const;

const allCells = (grid: Vec3): Vec3[] => [
  ...cellsIn({ sizeVoxels: grid, chunkSize: [1, 1, 1] }, boxAt([0, 0, 0], grid)),
];

describe('the box of a shard', () => {
  it('holds exactly the chunks whose numbers share it, in grids of any shape', () => {
    const seed = 15;
    const random = seededRandom(seed);
    for (let round = 0; round < 60; round++) {
      const grid = perAxis(() => 1 + Math.floor(random() ** 2 * 14));
      const bits = Math.floor(random() * (idBits(grid) + 1));
      const preshift = Math.floor(random() * (bits + 1));
      const sharding: Sharding = {
        ...plain,
        preshift_bits: preshift,
        minishard_bits: bits - preshift,
        shard_bits: idBits(grid) - bits,
      };
      const box = shardBox(sharding, grid);
      const members = new Map<string, Vec3[]>();
      for (const cell of allCells(grid)) {
        const { file } = placeOf(chunkId(cell, grid), sharding);
        members.set(file, [...(members.get(file) ?? []), cell]);
      }
      for (const cells of members.values()) {
        const corner = (cell: Vec3) => cell.map((c, axis) => Math.floor(c / box[axis]!)).join();
        const what = `seed ${seed}, round ${round}: grid ${grid}, ${bits} bits`;
        expect(new Set(cells.map(corner)).size, what).toBe(1);
        expect(chunksOfShard(sharding, grid, cells[0]!), what).toBe(cells.length);
      }
    }
  });

  it('grows an axis at a time, and no further than the grid', () => {
    expect([0, 1, 2, 3, 4, 5].map((bits) => mortonBox(bits, [9, 9, 9]))).toEqual([
      [1, 1, 1],
      [2, 1, 1],
      [2, 2, 1],
      [2, 2, 2],
      [4, 2, 2],
      [4, 4, 2],
    ]);
    expect(mortonBox(5, [9, 9, 1])).toEqual([8, 4, 1]);
    expect(mortonBox(5, [2, 3, 1])).toEqual([2, 4, 1]);
  });
});

describe('the shards of a volume', () => {
  const mip = (sizeVoxels: Vec3, factorFromPrevious: Vec3) => ({
    sizeVoxels,
    factorFromPrevious,
    chunkSize: [128, 128, 64] as const,
  });

  it('lie in those of the mip before while there are several chunks to them, and then begin anew', () => {
    const mips = [
      mip([8192, 8192, 4096], [1, 1, 1]),
      mip([4096, 4096, 2048], [2, 2, 2]),
      mip([2048, 2048, 1024], [2, 2, 2]),
      mip([1024, 1024, 512], [2, 2, 2]),
      mip([512, 512, 256], [2, 2, 2]),
    ];
    const shardings = planSharding(mips, { ...wishes, mostBytes: 2 ** 27 });
    expect(mips.map((each, i) => shardBox(shardings[i]!, gridSize(each)))).toEqual([
      [4, 4, 4],
      [2, 2, 2],
      [2, 2, 2],
      [2, 2, 2],
      [2, 2, 2],
    ]);
    expect(shardings[0]).toEqual({
      ...plain,
      preshift_bits: 6,
      minishard_bits: 0,
      shard_bits: 12,
    });
  });

  it('hold a small volume whole', () => {
    const [sharding] = planSharding([mip([300, 200, 64], [1, 1, 1])], { ...wishes, mostBytes: 2 ** 27 });
    expect(sharding).toMatchObject({ preshift_bits: 3, minishard_bits: 0, shard_bits: 0 });
  });

  it('have more minishards where chunks are very small', () => {
    const tiny = { ...mip([1024, 1024, 1024], [1, 1, 1]), chunkSize: [8, 8, 8] as const };
    const [sharding] = planSharding([tiny], { ...wishes, mostBytes: 2 ** 27 });
    expect(sharding).toMatchObject({ preshift_bits: 9, minishard_bits: 8, shard_bits: 4 });
  });
});

describe('a shard that is written', () => {
  const sharding: Sharding = {
    ...plain,
    preshift_bits: 1,
    minishard_bits: 2,
    shard_bits: 0,
    minishard_index_encoding: 'gzip',
  };

  it('gives its chunks back, and the same bytes in whatever order they came', async () => {
    const chunks = new Map([7n, 0n, 3n, 6n, 1n].map((id) => [id, Buffer.from(`chunk ${id}`)]));
    const file = Buffer.concat(await encodeShard(chunks, sharding));
    const sorted = new Map([...chunks].sort());
    expect(Buffer.concat(await encodeShard(sorted, sharding)).equals(file)).toBe(true);
    const store = memoryStore();
    await store.put('mip/0.shard', file);
    const reader = shardReader(store, 'mip', sharding, 8);
    for (const id of [0n, 1n, 3n, 6n, 7n])
      expect(Buffer.from((await reader.read(id, 99))!).toString()).toBe(`chunk ${id}`);
    // In a minishard with others, and in one with none.
    for (const absent of [2n, 4n, 5n]) expect(await reader.read(absent, 99)).toBeUndefined();
  });

  it('is refused where its block ends before it is whole, and where a chunk is packed otherwise', async () => {
    const mip = { ...sharded(sharding), chunkSize: [2, 2, 2] as const };
    const raw = { bytes: new Uint8Array(8), encoding: undefined };
    const gzip = { bytes: gzipSync('x'), encoding: 'gzip' } as const;
    const putting = (chunk: EncodedChunk) =>
      withChunkWriter(memoryStore(), '', (chunks) => chunks.put(mip, [0, 0, 0], chunk));
    await expect(putting(raw)).rejects.toThrow('the shard mip/0.shard lacks chunks');
    await expect(putting(gzip)).rejects.toThrow('a chunk as gzip for a shard of raw');
  });
});

const sharded = (sharding: Sharding) => ({
  key: 'mip',
  sizeVoxels: [4, 4, 4] as const,
  resolutionNm: [1, 1, 1] as const,
  factorFromPrevious: [1, 1, 1] as const,
  chunkSize: [4, 4, 4] as const,
  dataType: 'uint8' as const,
  sharding,
});

/** Written by cloud-volume, with several boxes of chunks to a shard. */
const FIXTURES = ['img_u8_shard_identity_raw', 'img_u8_shard_jpeg', 'img_u16_shard_murmur_gzip'];

describe.skipIf(sharedPath('fixtures', 'precomputed') === undefined)('the chunks of another program', () => {
  it.each(FIXTURES)('go to the files and minishards that it has for them: %s', async (name) => {
    const source = await openStore(sharedPath('fixtures', 'precomputed', name)!);
    const [mip] = (await openVolume(source)).mips as [StoredMip];
    const sharding = mip.sharding!;
    const asStored = shardReader(source, mip.key, { ...sharding, data_encoding: 'raw' }, 1000);
    const shards = new Map<string, Map<bigint, Uint8Array>>();
    for (const cell of allCells(gridSize(mip))) {
      const id = chunkId(cell, gridSize(mip));
      const { file } = placeOf(id, sharding);
      const chunks = shards.get(file) ?? new Map<bigint, Uint8Array>();
      shards.set(file, chunks.set(id, (await asStored.read(id, 2 ** 20))!));
    }
    const store = memoryStore();
    for (const [file, chunks] of shards) {
      const written = Buffer.concat(await encodeShard(chunks, sharding));
      await store.put(`${mip.key}/${file}`, written);
      const theirs = (await source.get(`${mip.key}/${file}`))!.bytes;
      // Gzip of another program, and minishards in another order, may be of another length.
      if (sharding.minishard_index_encoding === 'raw') expect(written.length, file).toBe(theirs.length);
    }
    const [ours, original] = [store, source].map((each) => chunkReader(each, '', mip));
    for (const cell of allCells(gridSize(mip)))
      expect(await ours!.read(cell)).toEqual(await original!.read(cell));
    for await (const { key } of source.list(`${mip.key}/`)) expect(shards.has(key.split('/')[1]!)).toBe(true);
  });
});
