/** OME-Zarr written here, opened by zarrita: another program's reader of zarr 2 and 3. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as zarr from 'zarrita';
import { folderStore } from '../../shared/adapters/local/folder-store.ts';
import { memoryStore } from '../../shared/adapters/memory/store.ts';
import { shardCells } from '../../shared/export/ome-zarr/shard-cells.ts';
import { writeOmeZarr } from '../../shared/export/ome-zarr/write-ome-zarr.ts';
import { crc32c } from '../../shared/formats/zarr/crc32c.ts';
import { dataTypes } from '../../shared/volume/data-type.ts';
import type { NgffVersion } from '../../shared/volume/zarr/zarr-layout.ts';
import { testVolume, type VolumeShape } from './volumes.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ome-zarr-'));
});
afterEach(() => rm(folder, { recursive: true }));

const kinds: readonly (readonly [ngff: NgffVersion, sharded: boolean])[] = [
  ['0.4', false],
  ['0.5', false],
  ['0.5', true],
];

interface Dataset {
  readonly path: string;
  readonly coordinateTransformations: readonly { type: string; scale?: number[]; translation?: number[] }[];
}
interface Multiscale {
  readonly axes: readonly { name: string; type: string; unit?: string }[];
  readonly datasets: readonly Dataset[];
}

async function written(shape: VolumeShape, ngff: NgffVersion, sharded: boolean) {
  const made = await testVolume(shape);
  const counts: string[] = [];
  const onChunk = (done: number, total: number) => counts.push(`${done}/${total}`);
  await writeOmeZarr(made.volume, folderStore(folder), { name: 'brain', ngff, sharded, onChunk });
  return { ...made, counts };
}

const fileAt = (key: string): Promise<Uint8Array | undefined> =>
  readFile(join(folder, key)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });

async function rangeOf(key: string, range: zarr.RangeQuery): Promise<Uint8Array | undefined> {
  const bytes = await fileAt(key);
  if ('suffixLength' in range) return bytes?.subarray(bytes.length - range.suffixLength);
  return bytes?.subarray(range.offset, range.offset + range.length);
}

async function opened(ngff: NgffVersion) {
  const root = zarr.root({ get: fileAt, getRange: rangeOf });
  const open = ngff === '0.4' ? zarr.open.v2 : zarr.open.v3;
  const group = await open(root, { kind: 'group' });
  const attributes = group.attrs as { ome?: { multiscales: Multiscale[] }; multiscales?: Multiscale[] };
  const [multiscale] = attributes.ome?.multiscales ?? attributes.multiscales ?? [];
  const array = (path: string) => open(group.resolve(path), { kind: 'array' });
  return { multiscale: multiscale!, array, attributes };
}

function expectClose(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 9);
}

describe.each(kinds)('OME-Zarr %s, sharded %s', (ngff, sharded) => {
  it.each(dataTypes)('holds every voxel of %s at every mip', async (dataType) => {
    const shape = {
      dataType,
      sizeVoxels: [29, 13, 11],
      chunkSize: [16, 8, 8],
      mips: 3,
      channels: 2,
    } as const;
    const { voxels, counts } = await written(shape, ngff, sharded);
    const { multiscale, array } = await opened(ngff);
    expect(multiscale.datasets).toHaveLength(3);
    for (const [mip, { path }] of multiscale.datasets.entries()) {
      const { data, shape: found } = await zarr.get(await array(path));
      expect(found).toEqual([
        2,
        Math.ceil(11 / 2 ** mip),
        Math.ceil(13 / 2 ** mip),
        Math.ceil(29 / 2 ** mip),
      ]);
      expect(data).toEqual(voxels[mip]);
    }
    expect(counts.at(-1)).toBe(`${counts.length}/${counts.length}`);
  });

  it('lays the mips on each other and where the volume lies', async () => {
    const shape = { dataType: 'uint8', sizeVoxels: [16, 8, 8], mips: 2, voxelOffset: [4, 0, -2] } as const;
    await written(shape, ngff, sharded);
    const { multiscale } = await opened(ngff);
    expect(multiscale.axes).toEqual([
      { name: 'c', type: 'channel' },
      ...['z', 'y', 'x'].map((name) => ({ name, type: 'space', unit: 'micrometer' })),
    ]);
    for (const [mip, { coordinateTransformations }] of multiscale.datasets.entries()) {
      const um = [0.585, 0.6, 5].map((size) => size * 2 ** mip);
      const [scale, translation] = coordinateTransformations;
      expect([scale!.type, translation!.type]).toEqual(['scale', 'translation']);
      expectClose(scale!.scale!, [1, um[2]!, um[1]!, um[0]!]);
      // Of the corner, the same at both mips, and from there half a voxel.
      const centre = [0, -10 + um[2]! / 2, um[1]! / 2, 4 * 0.585 + um[0]! / 2];
      expectClose(translation!.translation!, centre);
    }
  });

  it('says of a segmentation that it is one', async () => {
    await written({ dataType: 'uint32', sizeVoxels: [3, 3, 3], type: 'segmentation' }, ngff, sharded);
    const { attributes } = await opened(ngff);
    expect(attributes.ome ?? attributes).toMatchObject({ 'image-label': { version: ngff } });
  });

  it('is no image where a chunk cannot be read', async () => {
    const { volume } = await testVolume({ dataType: 'uint8', sizeVoxels: [16, 8, 8] });
    const broken = {
      ...volume,
      readChunk: async () => {
        throw new Error('a damaged chunk');
      },
    };
    const wishes = { name: 'brain', ngff, sharded, onChunk: () => {} };
    await expect(writeOmeZarr(broken, folderStore(folder), wishes)).rejects.toThrow('damaged');
    expect(await readdir(folder)).toEqual(['0']);
  });
});

it('ends with no write under way where one fails', async () => {
  const { volume } = await testVolume({ dataType: 'uint8', sizeVoxels: [64, 8, 8] });
  const store = memoryStore();
  let [begun, ended] = [0, 0];
  const failing = {
    ...store,
    put: async (...[key, body, options]: Parameters<typeof store.put>) => {
      begun += 1;
      if (key === '0/0/0/0/1') throw new Error('the disk is full');
      for (let turn = 0; turn < 50; turn++) await setImmediate();
      ended += 1;
      return store.put(key, body, options);
    },
  };
  const wishes = { name: 'brain', ngff: '0.4', sharded: false, onChunk: () => {} } as const;
  await expect(writeOmeZarr(volume, failing, wishes)).rejects.toThrow('the disk is full');
  expect(begun).toBeGreaterThan(2);
  expect(ended).toBe(begun - 1);
});

describe('shards', () => {
  it('hold many chunks, and no more than 64 MiB of voxels', async () => {
    const { volume } = await testVolume({ dataType: 'uint16', sizeVoxels: [29, 13, 11] });
    const mip = { ...volume.mips[0]!, sizeVoxels: [4000, 3000, 1000], chunkSize: [128, 128, 64] } as const;
    const [x, y, z] = shardCells(mip);
    expect([x, y, z]).toEqual([4, 4, 2]);
    expect(x * y * z * 128 * 128 * 64 * 2).toBe(2 ** 26);
    const sharded = await written({ dataType: 'uint16', sizeVoxels: [29, 13, 11] }, '0.5', true);
    expect(sharded.counts).toHaveLength(4 * 3 * 3);
    const store = folderStore(folder);
    const keys: string[] = [];
    for await (const { key } of store.list('')) keys.push(key);
    expect(keys.sort()).toEqual(['0/c/0/0/0/0', '0/zarr.json', 'zarr.json']);
  });

  it('end with the checksum that the standard gives', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe306_9283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a91_36aa);
  });
});

it('OME-Zarr is the same bytes each time', async () => {
  const bytes: string[] = [];
  for (const store of [memoryStore(), memoryStore()]) {
    const { volume } = await testVolume({ dataType: 'uint16', sizeVoxels: [29, 13, 11] });
    await writeOmeZarr(volume, store, { name: 'brain', ngff: '0.5', sharded: true, onChunk: () => {} });
    bytes.push(Buffer.from((await store.get('0/c/0/0/0/0'))!.bytes).toString('hex'));
  }
  expect(bytes[0]).toBe(bytes[1]);
});
