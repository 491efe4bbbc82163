import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../shared/adapters/memory/store.ts';
import { mipsOf, parseInfo } from '../../shared/volume/info.ts';
import { openVolume } from '../../shared/volume/open-volume.ts';
import { planScales } from '../../shared/volume/scales.ts';
import { buildInfo, writeProvenance, writeVolumeInfo } from '../../shared/volume/write-volume.ts';

const scale = {
  key: '4_4_40',
  size: [10, 20, 30],
  resolution: [4, 4, 40],
  chunk_sizes: [[8, 8, 8]],
  encoding: 'raw',
};
const info = { type: 'image', data_type: 'uint8', num_channels: 1, scales: [scale] };
const parse = (value: unknown) => parseInfo(JSON.stringify(value), 'file:///v/info');
const mips = planScales({
  sizeVoxels: [300, 200, 100],
  voxelSizeUm: [0.585, 0.585, 5],
  chunkSize: [128, 128, 64],
  factor: 'auto',
  mips: 'auto',
  dataType: 'uint16',
});

describe('the info of a volume', () => {
  it('is read without @type and with offsets left out', () => {
    const [mip] = mipsOf(parse(info), 'v');
    expect(mip).toMatchObject({ key: '4_4_40', voxelOffset: [0, 0, 0], channels: 1, chunkSize: [8, 8, 8] });
  });

  it('keeps keys it does not know', () => {
    const more = { ...info, mesh: 'mesh', scales: [{ ...scale, jpeg_quality: 75, hidden: true }] };
    expect(parse(more)).toMatchObject({ mesh: 'mesh', scales: [{ jpeg_quality: 75, hidden: true }] });
  });

  it.each([
    ['data_type', { ...info, data_type: 'complex64' }],
    ['num_channels', { ...info, num_channels: 0 }],
    ['scales', { ...info, scales: [] }],
    ['scales[0].size', { ...info, scales: [{ ...scale, size: [1, 2] }] }],
    ['scales[0].resolution', { ...info, scales: [{ ...scale, resolution: [4, 4, 0] }] }],
    ['scales[0].chunk_sizes', { ...info, scales: [{ ...scale, chunk_sizes: [] }] }],
    ['@type', { ...info, '@type': 'neuroglancer_multilod_draco' }],
  ])('names the file and %s where that is wrong', (key, wrong) => {
    expect(() => parse(wrong)).toThrow(/^file:\/\/\/v\/info is not the info of a precomputed volume/);
    expect(() => parse(wrong)).toThrow(key);
  });

  it('names the file that is not JSON', () => {
    expect(() => parseInfo('<html>', 'file:///v/info')).toThrow(/^file:\/\/\/v\/info is not JSON/);
  });

  it('says where there is no volume', async () => {
    await expect(openVolume(memoryStore('memory://here'), 'CHN07')).rejects.toThrow(
      'memory://here/CHN07/info is not there: no precomputed volume',
    );
  });

  it.each(['../other', '/etc', '..', '', 'a/../../b'])('refuses the scale key %j', (key) => {
    expect(() => mipsOf(parse({ ...info, scales: [{ ...scale, key }] }), 'v')).toThrow(/leads out/);
  });

  it('takes scale keys with slashes', () => {
    expect(mipsOf(parse({ ...info, scales: [{ ...scale, key: './a//b/' }] }), 'v')[0]?.key).toBe('a/b');
  });

  it('refuses other sharding and encodings by name', () => {
    const refusal = (more: object) => () => mipsOf(parse({ ...info, scales: [{ ...scale, ...more }] }), 'v');
    expect(refusal({ sharding: { '@type': 'sharded_v9' } })).toThrow(
      'v, scale 4_4_40: sharding (sharded_v9) is not supported',
    );
    expect(refusal({ encoding: 'compresso' })).toThrow('encoding "compresso" is not supported');
    expect(refusal({ sharding: null })()).toHaveLength(1);
  });

  it('refuses what its encoding cannot hold', () => {
    const refusal = (top: object, more: object) => () =>
      mipsOf(parse({ ...info, ...top, scales: [{ ...scale, ...more }] }), 'v');
    expect(refusal({ data_type: 'uint16' }, { encoding: 'jpeg' })).toThrow(
      'v, scale 4_4_40: encoding "jpeg" cannot hold 1 channels of uint16',
    );
    expect(refusal({ num_channels: 5 }, { encoding: 'png' })).toThrow('cannot hold 5 channels of uint8');
    const labels = { encoding: 'compressed_segmentation' };
    expect(refusal({}, labels)).toThrow('cannot hold 1 channels of uint8');
    expect(refusal({ data_type: 'uint64' }, labels)).toThrow('block_size is not there');
  });

  it('says what is wrong with its sharding', () => {
    const sharding = {
      '@type': 'neuroglancer_uint64_sharded_v1',
      preshift_bits: 0,
      hash: 'identity',
      minishard_bits: 1,
      shard_bits: 2,
    };
    const refusal =
      (more: object, top: object = {}) =>
      () =>
        mipsOf(parse({ ...info, scales: [{ ...scale, ...top, sharding: { ...sharding, ...more } }] }), 'v');
    expect(refusal({})()[0]?.sharding).toMatchObject({ data_encoding: 'raw' });
    expect(refusal({ hash: 'md5' })).toThrow(/v, scale 4_4_40: its sharding is wrong:.*hash/s);
    expect(refusal({ minishard_bits: 40, shard_bits: 30 })).toThrow('more than 64 together');
    expect(
      refusal(
        {},
        {
          chunk_sizes: [
            [8, 8, 8],
            [1, 8, 8],
          ],
        },
      ),
    ).toThrow('2 chunk_sizes, expected one');
  });

  it('comes back as the mips it was built from', () => {
    const parsed = parse(buildInfo(mips, { type: 'segmentation', channels: 1 }));
    expect(parsed.type).toBe('segmentation');
    const stored = mipsOf(parsed, 'v');
    expect(stored).toEqual(
      mips.map((mip) => ({ ...mip, voxelOffset: [0, 0, 0], channels: 1, encoding: 'raw' })),
    );
  });

  it('is written as plain JSON with its @type', async () => {
    const store = memoryStore();
    await writeVolumeInfo(store, 'CHN00', mips);
    const object = await store.get('CHN00/info');
    expect(object?.encoding).toBeUndefined();
    expect(JSON.parse(new TextDecoder().decode(object?.bytes))).toMatchObject({
      '@type': 'neuroglancer_multiscale_volume',
      type: 'image',
      data_type: 'uint16',
      num_channels: 1,
    });
  });

  it('has provenance beside it, as cloud-volume knows it', async () => {
    const store = memoryStore();
    const provenance = {
      description: 'a mouse brain',
      owners: ['lab@example.org'],
      processing: [{ method: { task: 'stitching.fuse', blend: 'linear' }, by: 'cloudreg 0.1.0' }],
      sources: ['file:///data/brain'],
    };
    await writeProvenance(store, 'CHN00', provenance);
    const object = await store.get('CHN00/provenance');
    expect(JSON.parse(new TextDecoder().decode(object?.bytes))).toEqual(provenance);
  });
});
