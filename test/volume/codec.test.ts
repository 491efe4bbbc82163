import { brotliCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ChunkFormat } from '../../shared/volume/codecs/chunk-format.ts';
import { decodeChunk } from '../../shared/volume/codecs/decode.ts';
import { encodeWithZlib } from '../../shared/volume/codecs/zlib.ts';

const voxels = Uint16Array.from({ length: 1000 }, (_, index) => (index * 40_503) % 65_536);
const shorts: ChunkFormat = { dataType: 'uint16', channels: 1, encoding: 'raw' };
const plain = new Uint8Array(voxels.buffer);

describe('the bytes of a chunk', () => {
  it('are voxels wherever they lie in memory', async () => {
    const shifted = Buffer.concat([Buffer.alloc(1), plain]).subarray(1);
    const odd = new Uint8Array(new ArrayBuffer(plain.length + 1), 1);
    odd.set(plain);
    for (const bytes of [plain, shifted, odd])
      expect(await decodeChunk({ bytes, encoding: undefined }, shorts, [10, 10, 10], 'c')).toEqual(voxels);
  });

  it('are the same for the same voxels, and come back', async () => {
    const { bytes } = await encodeWithZlib(voxels);
    expect((await encodeWithZlib(voxels.slice())).bytes).toEqual(bytes);
    expect(await decodeChunk({ bytes, encoding: 'gzip' }, shorts, [10, 10, 10], 'c')).toEqual(voxels);
  });

  it('of a part of an array are those of that part alone', async () => {
    const { bytes } = await encodeWithZlib(voxels.subarray(10, 20));
    const decoded = await decodeChunk({ bytes, encoding: 'gzip' }, shorts, [10, 1, 1], 'c');
    expect(decoded).toEqual(voxels.slice(10, 20));
  });

  it('may be brotli, whose damage is named too', async () => {
    const bytes = brotliCompressSync(plain);
    expect(await decodeChunk({ bytes, encoding: 'br' }, shorts, [10, 10, 10], 'c')).toEqual(voxels);
    const short = decodeChunk(
      { bytes: bytes.subarray(0, 50), encoding: 'br' },
      shorts,
      [10, 10, 10],
      'CHN00/c',
    );
    await expect(short).rejects.toMatchObject({ name: 'ChunkError', chunk: 'CHN00/c', permanent: true });
    await expect(short).rejects.toThrow('CHN00/c: 50 bytes that are no whole br stream');
    const long = decodeChunk({ bytes, encoding: 'br' }, shorts, [999, 1, 1], 'c');
    await expect(long).rejects.toThrow('2000 bytes of voxels, expected 1998');
  });

  it('may be zstd, of which no more is made than the chunk holds', async () => {
    const size = [50, 10, 10] as const;
    const bytesOnly: ChunkFormat = { ...shorts, dataType: 'uint8' };
    const read = (bytes: Uint8Array, [x, y, z]: readonly [number, number, number]) =>
      decodeChunk({ bytes, encoding: 'zstd' }, bytesOnly, [x, y, z], 'CHN00/c');
    // 5000 zeros by zstd 1.5, with its checksum, and without a word on its length.
    const frame = new Uint8Array(Buffer.from('KLUv/QRoRQAACAABAITTAyEltzIw', 'base64'));
    const silent = new Uint8Array(Buffer.from('KLUv/QBYTQAAEAAAAQCD0wMs', 'base64'));
    for (const bytes of [frame, silent]) expect(await read(bytes, size)).toEqual(new Uint8Array(5000));
    const damaged = frame.with(-1, 0);
    for (const bytes of [frame.subarray(0, 12), damaged, new Uint8Array()])
      await expect(read(bytes, size)).rejects.toThrow(
        `CHN00/c: ${bytes.length} bytes that are no whole zstd stream of at most 5128 bytes`,
      );
    await expect(read(frame, [5, 1, 1])).rejects.toMatchObject({ name: 'ChunkError', permanent: true });
    await expect(read(silent, [4999, 1, 1])).rejects.toThrow('5000 bytes of voxels, expected 4999');
  });

  it('may be none at all where a chunk has no voxels to hold', async () => {
    const empty = { bytes: new Uint8Array(), encoding: undefined };
    expect(await decodeChunk(empty, { ...shorts, dataType: 'uint64' }, [0, 1, 1], 'c')).toHaveLength(0);
    await expect(decodeChunk(empty, { ...shorts, dataType: 'uint64' }, [1, 1, 1], 'c')).rejects.toThrow(
      '0 bytes of voxels, expected 8',
    );
  });
});
