import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { ChunkFormat } from '../../../shared/volume/codecs/chunk-format.ts';
import { decodeChunk } from '../../../shared/volume/codecs/decode.ts';

const grey: ChunkFormat = { dataType: 'uint8', channels: 1, encoding: 'png' };
const size = [4, 3, 2] as const;
const picture = (pixels: Uint8Array, width: number, height: number, channels: 1 | 3 | 4) =>
  sharp(pixels, { raw: { width, height, channels } });
const bytes = (count: number) => Uint8Array.from({ length: count }, (_, i) => (i * 37) % 256);
const decode = (encoded: Uint8Array, format: ChunkFormat) =>
  decodeChunk({ bytes: encoded, encoding: undefined }, format, size, 'c');

describe('a chunk that is a picture', () => {
  it.each([
    [4, 6],
    [24, 1],
    [8, 3],
  ])('may be of any shape with the right number of pixels: %i x %i', async (width, height) => {
    const png = await picture(bytes(24), width, height, 1).toColourspace('b-w').png().toBuffer();
    expect(await decode(png, grey)).toEqual(bytes(24));
  });

  // libvips writes grey with transparency as four channels: files of two come from other programs.
  it.each([3, 4] as const)('has its %i channels apart once decoded', async (channels) => {
    const png = await picture(bytes(24 * channels), 4, 6, channels)
      .png()
      .toBuffer();
    const voxels = (await decode(png, { ...grey, channels })) as Uint8Array;
    for (let channel = 0; channel < channels; channel++)
      expect(voxels.slice(24 * channel, 24 * (channel + 1))).toEqual(
        bytes(24 * channels).filter((_, i) => i % channels === channel),
      );
  });

  it('is refused where its pixels, channels, bits or format are others', async () => {
    const small = await picture(bytes(20), 4, 5, 1).toColourspace('b-w').png().toBuffer();
    await expect(decode(small, grey)).rejects.toThrow(
      'c: a png picture of 4 x 5 pixels, 1 channels of uchar, expected png of 24 pixels, 1 channels of uint8',
    );
    const rgb = await picture(bytes(72), 4, 6, 3).png().toBuffer();
    await expect(decode(rgb, grey)).rejects.toThrow('3 channels of uchar, expected');
    await expect(decode(rgb, { ...grey, encoding: 'jpeg', channels: 3 })).rejects.toThrow('a png picture');
    const png = await picture(bytes(24), 4, 6, 1).toColourspace('b-w').png().toBuffer();
    await expect(decode(png, { ...grey, dataType: 'uint16' })).rejects.toThrow('expected png of 24 pixels');
    await expect(decode(png.subarray(0, 60), grey)).rejects.toMatchObject({ name: 'ChunkError' });
    await expect(decode(new Uint8Array(), grey)).rejects.toThrow('an empty file, expected a picture');
    const palette = await picture(bytes(24), 4, 6, 1).png({ palette: true }).toBuffer();
    await expect(decode(palette, grey)).rejects.toMatchObject({ name: 'ChunkError' });
  });

  it('is taken as it is stored, whatever its colour profile', async () => {
    const png = await picture(bytes(72), 4, 6, 3).withIccProfile('p3').png().toBuffer();
    const plain = await sharp(png, { ignoreIcc: true }).raw().toBuffer();
    const voxels = (await decode(png, { ...grey, channels: 3 })) as Uint8Array;
    expect(voxels.slice(0, 24)).toEqual(new Uint8Array(plain.filter((_, i) => i % 3 === 0)));
  });
});
