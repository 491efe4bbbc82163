import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import { readTiffHeader } from '../../../shared/formats/tiff/header.ts';
import { readTiff } from '../../../shared/formats/tiff/read.ts';
import { tiffInMemory, tiffInStore } from '../../../shared/formats/tiff/source.ts';
import { TiffError } from '../../../shared/formats/tiff/tiff-error.ts';
import { encodeTiff } from '../../../shared/formats/tiff/write.ts';

const SAME_16_BIT = 'a5960e0ea0b0d33ff1d245d73aa9521f972676a47bccc546dd5b4dd21d7359bb';

const readable: readonly (readonly [file: string, sha256: string])[] = [
  ['tf_uint16_be_plain.tif', 'c24d15c83270f27b06749e4bf6ab8c264e6162c0cd7f3b29da749c80ee4f57aa'],
  ['lt_uint16_le_none_strip_big.tif', SAME_16_BIT],
  ['lt_uint16_be_zip-p2_strip.tif', SAME_16_BIT],
  ['lt_uint16_be_packbits_tile.tif', SAME_16_BIT],
  ['lt_uint8_le_lzw-p2_strip.tif', '05ca5f8b02c1f8edd28ed09568be249d1e7b50459530e9a265bc880fddfe722d'],
  ['lt_float32_le_zip-p3_strip_big.tif', '24c17eed4c0955a32871505109de2650cc2e2a1fabe2c313c7f785fe20da8158'],
];

const load = (file: string) =>
  tiffInMemory(file, readFileSync(new URL(`../../fixtures/tiff/${file}`, import.meta.url)));

const refusal = async (bytes: Uint8Array): Promise<unknown> =>
  readTiff(tiffInMemory('plane.tif', bytes)).then(
    () => 'was read',
    (error: unknown) => error,
  );

describe('reading a TIFF', () => {
  it.each(readable)('gives the stored numbers of %s', async (file, sha256) => {
    const { width, height, pixels } = await readTiff(load(file));
    expect([width, height]).toEqual([61, 43]);
    const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
  });

  it.each([
    ['bad_uncompressed_truncated.tif', 'truncated'],
    ['bad_deflate_garbage.tif', 'damaged'],
    ['lt_int16_le_zip-p2_tile_big.tif', 'unsupported'],
  ])('refuses %s as %s', async (file, kind) => {
    await expect(readTiff(load(file))).rejects.toMatchObject({ name: 'TiffError', kind, file });
  });

  it('names what it found and what it reads when it refuses', async () => {
    await expect(readTiff(load('lt_int16_le_zip-p2_tile_big.tif'))).rejects.toThrow(
      '16 bit signed pixels; expected 8 bit unsigned, 16 bit unsigned, 32 bit float',
    );
  });

  it('tells an empty file, a text and an absent object apart', async () => {
    expect(await refusal(new Uint8Array(0))).toMatchObject({ kind: 'truncated' });
    expect(await refusal(new TextEncoder().encode('a text, no picture'))).toMatchObject({ kind: 'not-tiff' });
    await expect(tiffInStore(memoryStore(), 'absent.tif')).rejects.toMatchObject({ kind: 'missing' });
  });

  it('says when the header points beyond the end', async () => {
    const bytes = encodeTiff(2, 2, new Uint16Array(4));
    new DataView(bytes.buffer).setUint32(4, 1000, true);
    expect(await refusal(bytes)).toMatchObject({
      kind: 'truncated',
      message: 'plane.tif: the header points beyond the end (144 bytes)',
    });
  });

  it('reads what lies in a store from its ends alone', async () => {
    const store = memoryStore();
    await store.put('plane.tif', encodeTiff(64, 64, new Uint16Array(64 * 64).fill(7)));
    const asked: number[] = [];
    const counting = {
      ...store,
      getRanges: (...[key, ranges]: Parameters<typeof store.getRanges>) => {
        asked.push(ranges.reduce((sum, { start, end }) => sum + end - start, 0));
        return store.getRanges(key, ranges);
      },
    };
    const header = await readTiffHeader(await tiffInStore(counting, 'plane.tif'));
    expect(header).toMatchObject({ width: 64, height: 64, bitsPerSample: 16, pages: 1, littleEndian: true });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toBeLessThanOrEqual(8192);
  });

  it('survives any single changed byte of a header with a picture or a named error', async () => {
    const sound = encodeTiff(
      5,
      4,
      Uint16Array.from({ length: 20 }, (_, i) => i),
    );
    for (let at = 0; at < 136; at++) {
      for (const value of [0, 1, 0x7f, 0xff]) {
        const bytes = sound.slice();
        bytes[at] = value;
        const result = await refusal(bytes);
        if (result !== 'was read') expect(result, `byte ${at} = ${value}`).toBeInstanceOf(TiffError);
      }
    }
  });

  it('ends with a named error wherever the file is cut', async () => {
    const sound = encodeTiff(5, 4, new Uint16Array(20));
    for (let length = 0; length < sound.length; length++)
      expect(await refusal(sound.slice(0, length)), `${length} bytes`).toBeInstanceOf(TiffError);
  });
});

describe('writing a TIFF', () => {
  it.each([new Uint16Array([0, 1, 255, 256, 65535, 4]), new Float32Array([0, -1.5, 0.1, 1e30, 65536.5, 3])])(
    'keeps every number',
    async (pixels) => {
      const image = await readTiff(tiffInMemory('plane.tif', encodeTiff(3, 2, pixels)));
      expect(image).toEqual({ width: 3, height: 2, pixels });
    },
  );

  it('is read alike by libvips', async () => {
    const pixels = Uint16Array.from({ length: 6000 }, (_, i) => (i * 7919) % 65536);
    const { default: sharp } = await import('sharp');
    const { data, info } = await sharp(encodeTiff(100, 60, pixels))
      .toColourspace('grey16')
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([100, 60]);
    expect(new Uint16Array(data.buffer, data.byteOffset, 6000)).toEqual(pixels);
  });
});
