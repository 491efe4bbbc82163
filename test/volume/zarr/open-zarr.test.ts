/** OME-Zarr images as volumes: those that this program writes, and what others make of the same voxels. */
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import * as zarr from 'zarrita';
import { damaged } from '../../../bench/fuzz/mutate.ts';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import { StoreError } from '../../../shared/adapters/store-errors.ts';
import { isPermanent } from '../../../shared/engine/errors.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { writeOmeZarr } from '../../../shared/export/ome-zarr/write-ome-zarr.ts';
import { boxAt, type Vec3 } from '../../../shared/geometry/box.ts';
import { seededRandom } from '../../../shared/numerics/random.ts';
import { bytesOf, dataTypes } from '../../../shared/volume/data-type.ts';
import { openVolume, type Volume } from '../../../shared/volume/open-volume.ts';
import { verifyVolume } from '../../../shared/volume/verify-volume.ts';
import { volumeFileIn } from '../../../shared/volume/volume-files.ts';
import { type TestVolume, testVolume } from '../../export/volumes.ts';
import { runsAll } from '../../long.ts';

const SHAPE = {
  sizeVoxels: [21, 13, 11],
  chunkSize: [8, 8, 4],
  mips: 2,
  channels: 2,
  voxelOffset: [4, 0, -2],
} as const;
const KINDS = [
  ['0.4', false],
  ['0.5', false],
  ['0.5', true],
] as const;

async function exported(made: TestVolume, ngff: '0.4' | '0.5', sharded: boolean): Promise<ObjectStore> {
  const store = memoryStore();
  await writeOmeZarr(made.volume, store, { name: 'brain', ngff, sharded, onChunk: () => {} });
  return store;
}

async function expectSame(found: Volume, expected: Volume): Promise<void> {
  for (const [index, { sizeVoxels, voxelOffset }] of expected.mips.entries()) {
    const whole = boxAt(voxelOffset, sizeVoxels);
    const [one, other] = await Promise.all([found.read(index, whole), expected.read(index, whole)]);
    expect(one.shape).toEqual(other.shape);
    expect(bytesOf(one.data)).toEqual(bytesOf(other.data));
  }
}

describe.each(KINDS)('an image of NGFF %s, sharded %s', (ngff, sharded) => {
  it.each(dataTypes)('gives back every voxel of %s, its place and its resolution', async (dataType) => {
    const made = await testVolume({ ...SHAPE, dataType });
    const store = await exported(made, ngff, sharded);
    const volume = await openVolume(store);
    const facts = ({ mips, info }: Volume) => [
      mips.map(({ key: _, zarr: __, ...mip }) => mip),
      { ...info, scales: info.scales.map(({ key: _, ...scale }) => scale) },
    ];
    expect(facts(volume)).toEqual(facts(made.volume));
    await expectSame(volume, made.volume);
    expect((await verifyVolume(store, '')).problems).toEqual([]);
  });

  it('tells labels from light', async () => {
    const made = await testVolume({ ...SHAPE, dataType: 'uint32', type: 'segmentation' });
    expect((await openVolume(await exported(made, ngff, sharded))).info.type).toBe('segmentation');
  });

  it('says which chunk is damaged or missing', async () => {
    const made = await testVolume({ ...SHAPE, channels: 1, dataType: 'uint16' });
    const store = await exported(made, ngff, sharded);
    const key = ngff === '0.4' ? '1/0/0/0/0' : '1/c/0/0/0/0';
    const { bytes } = (await store.get(key))!;
    await store.put(key, sharded ? bytes.with(bytes.length - 1, bytes.at(-1)! ^ 1) : bytes.subarray(0, 20));
    const { problems } = await verifyVolume(store, '');
    expect(problems[0]).toMatchObject({ mip: 1, chunk: expect.stringContaining(key) });
    expect(problems[0]!.problem).toMatch(sharded ? /checksum of its index is wrong/ : /no whole gzip stream/);
    await store.delete([key]);
    const gone = await verifyVolume(store, '');
    expect(gone.problems[0]).toMatchObject({ mip: 1, problem: 'missing' });
  });
});

describe('damaged images', () => {
  it.each(KINDS)('of NGFF %s, sharded %s, are read or refused by name', async (ngff, sharded) => {
    const small = { sizeVoxels: [9, 5, 4], chunkSize: [4, 4, 4], mips: 2, dataType: 'uint16' } as const;
    const sound = await exported(await testVolume(small), ngff, sharded);
    const files = new Map<string, Uint8Array>();
    for await (const { key } of sound.list('')) files.set(key, (await sound.get(key))!.bytes);
    const described = [...files.keys()].filter((key) => /json$|\.z/.test(key));
    const ends = { value: 0, refusal: 0 };
    for (let seed = 1; seed <= CASES; seed++) {
      const random = seededRandom(seed);
      const keys = random() < 0.7 ? described : [...files.keys()];
      const key = keys[Math.floor(random() * keys.length)]!;
      const store = memoryStore();
      for (const [name, bytes] of files) await store.put(name, bytes);
      await store.put(key, damaged(new Uint8Array(files.get(key)!), files.get(described[0]!)!, random));
      ends[await endOf(store, `seed ${seed}, ${key}`)] += 1;
    }
    expect(Math.min(ends.value, ends.refusal)).toBeGreaterThan(0);
  });
});

const CASES = runsAll ? 3000 : 60;

async function endOf(store: ObjectStore, name: string): Promise<'value' | 'refusal'> {
  try {
    const volume = await openVolume(store);
    for (const [index, { chunkSize, channels }] of volume.mips.entries()) {
      if (chunkSize.reduce((product, size) => product * size, channels) > 2 ** 20) continue;
      await volume.readChunk(index, [0, 0, 0]);
    }
    return 'value';
  } catch (error) {
    expect(isPermanent(error), `${name}: ${error}`).toBe(true);
    return 'refusal';
  }
}

/** One array of 2 x 3 x 4 voxels, 0 to 23, in one chunk, described as `change` says. */
async function otherImage(
  version: 2 | 3,
  change: { readonly array?: object; readonly image?: object; readonly shape?: readonly number[] },
  chunk: { readonly key: string; readonly bytes?: Uint8Array },
): Promise<ObjectStore> {
  const store = memoryStore();
  const put = (key: string, value: unknown) => store.put(key, Buffer.from(JSON.stringify(value)));
  const shape = change.shape ?? [2, 3, 4];
  const axes = ['t', 'c', 'z', 'y', 'x'].slice(-shape.length).map((name) => ({
    name,
    type: name === 't' ? 'time' : name === 'c' ? 'channel' : 'space',
    ...('zyx'.includes(name) ? { unit: 'millimeter' } : {}),
  }));
  const scale = { type: 'scale', scale: [...Array(shape.length - 3).fill(1), 0.003, 0.002, 0.001] };
  const multiscale = {
    version: '0.4',
    axes,
    datasets: [{ path: 'a/b', coordinateTransformations: [scale] }],
  };
  const image = { multiscales: [{ ...multiscale, ...change.image }] };
  const array2 = {
    zarr_format: 2,
    shape,
    chunks: shape,
    dtype: '<u2',
    order: 'C',
    compressor: null,
    fill_value: 0,
  };
  const array3 = {
    ...{ zarr_format: 3, node_type: 'array', shape, data_type: 'uint16', fill_value: 0 },
    chunk_grid: { name: 'regular', configuration: { chunk_shape: shape } },
    chunk_key_encoding: { name: 'default' },
    codecs: [{ name: 'bytes', configuration: { endian: 'little' } }],
  };
  await put(version === 2 ? '.zattrs' : 'zarr.json', version === 2 ? image : { attributes: { ome: image } });
  const array = { ...(version === 2 ? array2 : array3), ...change.array };
  await put(`a/b/${version === 2 ? '.zarray' : 'zarr.json'}`, array);
  const voxels = bytesOf(Uint16Array.from({ length: 24 }, (_, n) => n));
  await store.put(`a/b/${chunk.key}`, chunk.bytes ?? voxels);
  return store;
}

const MICROMETRES = ['z', 'y', 'x'].map((name) => ({ name, type: 'space', unit: 'micrometer' }));

const VOXELS = bytesOf(Uint16Array.from({ length: 24 }, (_, n) => n));
const coded = (...names: string[]) => ({
  codecs: [{ name: 'bytes', configuration: { endian: 'little' } }, ...names],
});

describe('an image of another program', () => {
  it.each([
    ['points between the numbers', 2, {}, { key: '0.0.0' }],
    ['time and channel', 2, { shape: [1, 1, 2, 3, 4] }, { key: '0.0.0.0.0' }],
    [
      'zlib',
      2,
      { array: { compressor: { id: 'zlib', level: 1 } } },
      { key: '0.0.0', bytes: deflateSync(VOXELS) },
    ],
    ['zarr 3 without compression', 3, {}, { key: 'c/0/0/0' }],
    ['the keys of version 2', 3, { array: { chunk_key_encoding: 'v2' } }, { key: '0.0.0' }],
  ] as const)('is read with %s', async (_, version, change, chunk) => {
    const volume = await openVolume(await otherImage(version, change, chunk));
    const [mip] = volume.mips;
    expect(mip).toMatchObject({
      sizeVoxels: [4, 3, 2],
      resolutionNm: [1000, 2000, 3000],
      voxelOffset: [0, 0, 0],
    });
    const { data } = await volume.read(0, boxAt([0, 0, 0], [4, 3, 2] as Vec3));
    expect([...data]).toEqual(Array.from({ length: 24 }, (__, n) => n));
  });

  const transformed = (...coordinateTransformations: object[]) => ({
    image: { datasets: [{ path: 'a/b', coordinateTransformations }] },
  });
  it.each([
    [
      'voxels of no size',
      transformed({ type: 'scale', scale: [1, 1, 1e-12] }),
      /voxels of 0 x 1000 x 1000 nm/,
    ],
    [
      'a place beyond counting',
      transformed({ type: 'scale', scale: [1, 1, 1] }, { type: 'translation', translation: [1e300, 0, 0] }),
      /from voxel 0, 0, 1e\+300 on/,
    ],
    [
      'a chunk that no memory holds',
      { array: { chunks: [2 ** 20, 2 ** 10, 2 ** 10] } },
      /a chunk of 1048576 x/,
    ],
  ] as const)('is refused with %s', async (_, change, message) => {
    const image = { ...('image' in change ? change.image : {}), axes: MICROMETRES };
    const given = { ...change, ...('image' in change ? { image } : {}) };
    const opening = openVolume(await otherImage(2, given, { key: '0.0.0' }));
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toSatisfy(isPermanent);
  });

  it('is found where access to what is not there is denied, as S3 does to those who may not list', async () => {
    const store = await otherImage(2, {}, { key: '0.0.0' });
    const denies = (names: readonly string[]): ObjectStore => ({
      ...store,
      async get(key) {
        if (names.includes(key)) throw new StoreError('denied', key, 'access denied', 'Ask its owner.');
        return store.get(key);
      },
    });
    expect(await volumeFileIn(denies(['info', 'zarr.json']))).toBe('.zattrs');
    expect((await openVolume(denies(['info', 'zarr.json']))).mips).toHaveLength(1);
    await expect(openVolume(denies(['info', 'zarr.json', '.zattrs']))).rejects.toThrow('access denied');
  });

  it('is read as zarrita writes it', async () => {
    const store = memoryStore();
    const root = zarr.root({
      get: async (key: string) => (await store.get(key.slice(1)))?.bytes,
      set: async (key: string, bytes: Uint8Array) => void (await store.put(key.slice(1), bytes)),
    });
    const axes = ['c', 'z', 'y', 'x'].map((name) => ({ name, type: name === 'c' ? 'channel' : 'space' }));
    const coordinateTransformations = [{ type: 'scale', scale: [1, 2, 1, 1] }];
    const multiscales = [{ axes, datasets: [{ path: 's0', coordinateTransformations }] }];
    await zarr.create(root, { attributes: { ome: { version: '0.5', multiscales } } });
    const shape = [2, 5, 7, 9];
    const array = await zarr.create(root.resolve('s0'), {
      ...{ dtype: 'uint16', shape, chunkShape: [1, 2, 4, 4] },
      codecs: [{ name: 'bytes', configuration: { endian: 'little' } }],
    });
    const data = Uint16Array.from({ length: 2 * 5 * 7 * 9 }, (_, n) => n);
    await zarr.set(array, null, { data, shape, stride: [315, 63, 9, 1] });
    const volume = await openVolume(store);
    expect(volume.mips[0]).toMatchObject({
      sizeVoxels: [9, 7, 5],
      channels: 2,
      resolutionNm: [1000, 1000, 2000],
    });
    expect((await volume.read(0, boxAt([0, 0, 0], [9, 7, 5]))).data).toEqual(data);
  });

  it('is read with zstd', async () => {
    // `ab`, by zstd 1.5.
    const bytes = Buffer.from('KLUv/QRYEQAAYWJhStCS', 'base64');
    const array = { data_type: 'uint8', ...coded('zstd') };
    const store = await otherImage(3, { shape: [1, 1, 2], array }, { key: 'c/0/0/0', bytes });
    const { data } = await (await openVolume(store)).read(0, boxAt([0, 0, 0], [2, 1, 1]));
    expect(Buffer.from(bytesOf(data)).toString()).toBe('ab');
  });

  it('is read with several channels in a chunk, the last of them filled up', async () => {
    const chunks = [2, 2, 2, 2];
    const store = await otherImage(
      2,
      { shape: [3, 2, 2, 2], array: { chunks } },
      { key: '0.0.0.0', bytes: VOXELS.subarray(0, 32) },
    );
    await store.put('a/b/1.0.0.0', new Uint8Array([...VOXELS.subarray(32), ...new Uint8Array(16)]));
    const volume = await openVolume(store);
    expect(volume.info.num_channels).toBe(3);
    const { data, shape } = await volume.read(0, boxAt([0, 0, 0], [2, 2, 2]));
    expect([shape, [...data]]).toEqual([[2, 2, 2, 3], Array.from({ length: 24 }, (_, n) => n)]);
  });

  it.each([
    ['compression blosc', 2, { array: { compressor: { id: 'blosc', cname: 'lz4' } } }],
    ['order "F"', 2, { array: { order: 'F' } }],
    ['big-endian voxels', 2, { array: { dtype: '>u2' } }],
    ['the data type <f8', 2, { array: { dtype: '<f8' } }],
    ['the filter delta', 2, { array: { filters: [{ id: 'delta' }] } }],
    ['a fill value of 7', 2, { array: { fill_value: 7 } }],
    ['several points along t', 2, { shape: [4, 1, 2, 3, 1] }],
    ['chunks are longer than 1 along t', 2, { shape: [1, 1, 2, 3, 4], array: { chunks: [2, 1, 2, 3, 4] } }],
    [
      'shards are longer than 1 along t',
      3,
      {
        shape: [1, 1, 2, 3, 4],
        array: {
          chunk_grid: { name: 'regular', configuration: { chunk_shape: [2, 1, 2, 3, 4] } },
          codecs: [
            {
              name: 'sharding_indexed',
              configuration: { chunk_shape: [1, 1, 2, 3, 4], ...coded(), index_codecs: coded().codecs },
            },
          ],
        },
      },
    ],
    ['the axes y, x', 2, { image: { axes: [{ name: 'y' }, { name: 'x' }] } }],
    ['the unit "parsec"', 2, { image: { axes: ['z', 'y', 'x'].map((name) => ({ name, unit: 'parsec' })) } }],
    ['NGFF 0.4 and 0.5 are read', 2, { image: { axes: ['z', 'y', 'x'] } }],
    ['compression blosc', 3, { array: coded('blosc') }],
    ['the codec transpose', 3, { array: { codecs: [{ name: 'transpose' }, { name: 'bytes' }] } }],
    ['the chunk grid "rectilinear"', 3, { array: { chunk_grid: { name: 'rectilinear' } } }],
  ] as const)('is refused by name: %s', async (feature, version, change) => {
    const store = await otherImage(version, change, { key: 'none' });
    await expect(openVolume(store)).rejects.toMatchObject({
      name: 'UnsupportedVolumeError',
      message: expect.stringContaining(feature),
    });
  });

  it.each([
    ['a group without an image', '.zattrs', '{}', /no multiscales: no OME-Zarr image.*\/0\./],
    ['no JSON', 'zarr.json', '{', /zarr\.json is not JSON/],
    ['a path out of the image', '.zattrs', undefined, /leads out of the image's folder/],
  ] as const)('is refused where it is %s', async (_, key, text, message) => {
    const change = { image: { datasets: [{ path: '../x', coordinateTransformations: [] }] } };
    const store = text === undefined ? await otherImage(2, change, { key: 'none' }) : memoryStore();
    if (text !== undefined) await store.put(key, Buffer.from(text));
    await expect(openVolume(store)).rejects.toThrow(message);
  });
});
