import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArrayFile, arrayFileInMemory } from '../../../shared/formats/array-file.ts';
import { fileSource, openImageSource } from '../../../shared/formats/image-source/open-image-source.ts';
import { encodeNifti, niftiFrameOf } from '../../../shared/formats/nifti/write.ts';
import { encodeNpy, npyHeader } from '../../../shared/formats/npy-write.ts';
import { encodeNrrd } from '../../../shared/formats/nrrd/write.ts';
import { encodeTiff } from '../../../shared/formats/tiff/write.ts';
import { readAll } from './read-all.ts';

const volume = Uint16Array.from({ length: 4 * 3 * 5 }, (_, i) => i * 1001);
const plane = (z: number) => volume.slice(12 * z, 12 * z + 12);
const inMemory = (bytes: Uint8Array, name = 'a') => fileSource(arrayFileInMemory(name, bytes));

let folder: string;
const write = (name: string, bytes: Uint8Array) => writeFile(join(folder, name), bytes);
const png = (pixels: Uint16Array) =>
  sharp(pixels, { raw: { width: 4, height: 3, channels: 1 } })
    .toColourspace('grey16')
    .png()
    .toBuffer();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'image-source-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('an image of any format', () => {
  it.each([
    ['npy', encodeNpy(volume, [5, 3, 4])],
    ['npy.gz', gzipSync(encodeNpy(volume, [5, 3, 4]))],
    ['NRRD', encodeNrrd({ shape: [4, 3, 5], data: volume }, 'raw')],
    ['NRRD gzip', encodeNrrd({ shape: [4, 3, 5], data: volume }, 'gzip')],
    ['NIfTI', encodeNifti({ shape: [4, 3, 5], data: volume, frame: niftiFrameOf([1, 2, 3]) }, false)],
    ['NIfTI gzip', encodeNifti({ shape: [4, 3, 5], data: volume, frame: niftiFrameOf([1, 2, 3]) }, true)],
  ])('gives any planes in any order: %s', async (_, bytes) => {
    const source = await inMemory(bytes);
    expect(source).toMatchObject({ dtype: 'uint16', sizeVoxels: [4, 3, 5], channels: 1, warnings: [] });
    expect(await readAll(source, 2)).toEqual(volume);
    for (const [z0, z1] of [
      [3, 5],
      [1, 2],
      [1, 4],
      [0, 0],
      [4, 5],
      [0, 5],
    ] as const) {
      const into = new Uint16Array(12 * (z1 - z0));
      await source.readPlanes(z0, z1, into);
      expect(into).toEqual(volume.slice(12 * z0, 12 * z1));
    }
    await expect(source.readPlanes(4, 6, new Uint16Array(24))).rejects.toThrow('planes 4 to 6 of 5');
    await expect(source.readPlanes(0, 1, new Uint16Array(13))).rejects.toThrow(
      '13 numbers for planes 0 to 1',
    );
  });

  it('has its channels one behind the other, however the file has them', async () => {
    const data = Uint8Array.from({ length: 2 * 3 * 4 * 2 }, (_, i) => i);
    const interleaved = encodeNrrd({
      shape: [2, 2, 3, 4],
      data,
      meta: { kinds: ['vector', 'domain', 'domain', 'domain'] },
    });
    const source = await inMemory(interleaved);
    expect(source).toMatchObject({ sizeVoxels: [2, 3, 4], channels: 2 });
    const first = data.filter((_, i) => i % 2 === 0);
    const second = data.filter((_, i) => i % 2 === 1);
    for (const step of [1, 3])
      expect(await readAll(source, step)).toEqual(Uint8Array.of(...first, ...second));
    for (const compress of [false, true]) {
      const planar = await inMemory(
        encodeNifti({ shape: [2, 3, 4, 2], data, frame: niftiFrameOf([1, 1, 1]) }, compress),
      );
      expect(planar).toMatchObject({ sizeVoxels: [2, 3, 4], channels: 2 });
      expect(await readAll(planar, 3)).toEqual(data);
    }
  });

  it('says how large its voxels are and where they lie, where the file does', async () => {
    const nifti = await inMemory(
      encodeNifti({ shape: [4, 3, 5], data: volume, frame: niftiFrameOf([1, 2, 4]) }, true),
    );
    expect(nifti.voxelSizeUm).toEqual([1, 2, 4]);
    expect(nifti.frame?.affineUm).toEqual([
      [1, 0, 0, 0.5],
      [0, 2, 0, 1],
      [0, 0, 4, 2],
    ]);
    const meta = {
      space: 'left-posterior-superior',
      spaceDirections: [
        [0.5, 0, 0],
        [0, 0, 2],
        [0, 3, 0],
      ],
      spaceOrigin: [1, 2, 3],
      spaceUnits: ['mm', 'mm', 'mm'],
    };
    const nrrd = await inMemory(encodeNrrd({ shape: [4, 3, 5], data: volume, meta }));
    expect(nrrd.voxelSizeUm).toEqual([500, 2000, 3000]);
    expect(nrrd.frame?.affineUm).toEqual([
      [-500, -0, -0, -1000],
      [-0, -0, -3000, -2000],
      [0, 2000, 0, 3000],
    ]);
    expect((await inMemory(encodeNpy(volume, [5, 3, 4]))).voxelSizeUm).toBeUndefined();
  });

  it('of NIfTI has scl_slope applied', async () => {
    const bytes = Buffer.from(
      encodeNifti({ shape: [4, 3, 5], data: volume, frame: niftiFrameOf([1, 1, 1]) }, false),
    );
    bytes.writeFloatLE(0.5, 112);
    bytes.writeFloatLE(-3, 116);
    const source = await inMemory(bytes);
    expect(source.dtype).toBe('float32');
    expect(await readAll(source, 2)).toEqual(Float32Array.from(volume, (value) => value * 0.5 - 3));
  });

  it('is known by its content, whatever its name', async () => {
    await write('brain.tif', encodeNpy(volume, [5, 3, 4]));
    expect((await openImageSource(join(folder, 'brain.tif'))).sizeVoxels).toEqual([4, 3, 5]);
    await expect(inMemory(Buffer.from('\xff\xd8\xff\xe0 a JPEG', 'latin1'), 'a.tif')).rejects.toThrow(
      'a.tif: its 11 bytes begin like no file that is known: expected TIFF, PNG, NRRD',
    );
    await expect(openImageSource(join(folder, 'nowhere'))).rejects.toThrow(
      'cannot be opened: check the path',
    );
  });

  it('of gzip is refused where it is cut short, damaged at its end, or goes on behind its last plane', async () => {
    const whole = encodeNrrd({ shape: [4, 3, 5], data: volume }, 'gzip');
    await expect(readAll(await inMemory(whole.subarray(0, -9)), 2)).rejects.toThrow('damaged or cut short');
    const wrong = whole.slice();
    wrong[wrong.length - 6]! ^= 1;
    await expect(readAll(await inMemory(wrong), 2)).rejects.toThrow('damaged or cut short');
    const header = Buffer.from(encodeNrrd({ shape: [4, 3, 5], data: volume }, 'raw'))
      .subarray(0, -120)
      .toString('latin1');
    const long = Buffer.concat([Buffer.from(header.replace('raw', 'gzip')), gzipSync(Buffer.alloc(2 ** 25))]);
    await expect(readAll(await inMemory(long), 2)).rejects.toThrow('its compressed data go on');
  });

  it('is refused before it is read where its file cannot hold it', async () => {
    let longest = 0;
    const counting = (bytes: Uint8Array): ArrayFile => {
      const file = arrayFileInMemory('big', bytes);
      return {
        ...file,
        read: (start, length) => {
          longest = Math.max(longest, length);
          return file.read(start, length);
        },
      };
    };
    const npy = Buffer.from(encodeNpy(volume, [5, 3, 4]))
      .toString('latin1')
      .replace('(5, 3, 4), }   ', '(50000, 30000, 4)}');
    await expect(fileSource(counting(Buffer.from(npy, 'latin1')))).rejects.toThrow(
      /^big: the header asks for 12000000128 bytes of data, but only \d+ bytes are there: the file is cut short/,
    );
    expect(longest).toBeLessThan(2 ** 17);
  });
});

describe('an image of more than 4 GiB', () => {
  /** Its bytes are its numbers' positions; only what is asked for is made. */
  const sparse = (header: Uint8Array, sizeBytes: number): ArrayFile => {
    const fill = (start: number, into: Uint8Array) => {
      for (let i = 0; i < into.length; i++) into[i] = header[start + i] ?? (start + i) % 251;
      return into.length;
    };
    return {
      ...arrayFileInMemory('huge.npy', header),
      sizeBytes,
      read: async (start, length) => {
        const bytes = new Uint8Array(length);
        fill(start, bytes);
        return bytes;
      },
      readInto: async (start, into) => fill(start, into),
    };
  };

  it('is read by planes', async () => {
    const header = npyHeader('u1', [6_000_000, 10, 100]);
    const source = await fileSource(sparse(header, header.length + 6e9));
    expect(source.sizeVoxels).toEqual([100, 10, 6_000_000]);
    const into = new Uint8Array(1000);
    await source.readPlanes(5_999_999, 6_000_000, into);
    expect(into[0]).toBe((header.length + 5_999_999_000) % 251);
  });
});

describe('a folder of planes', () => {
  it('is read in the order of its numbers, and says what is missing or left out', async () => {
    const series = await mkdtemp(join(folder, 'series-'));
    for (const [z, number] of [8, 9, 10, 12, 13].entries())
      await writeFile(join(series, `s${number}.tif`), encodeTiff(4, 3, plane(z)));
    await writeFile(join(series, 'notes.txt'), 'none');
    await writeFile(join(series, '._s8.tif'), 'resource fork');
    const source = await openImageSource(series);
    expect(source).toMatchObject({ sizeVoxels: [4, 3, 5], dtype: 'uint16', voxelSizeUm: undefined });
    expect(source.warnings).toEqual([
      expect.stringContaining('s11.tif'),
      '1 files are no planes by their name and are left out, notes.txt among them.',
    ]);
    expect(await readAll(source, 2)).toEqual(volume);
  });

  it.each<[string, () => Promise<Uint8Array>, string]>([
    [
      'another size',
      async () => encodeTiff(3, 4, plane(0)),
      's2.tif: 3 x 4 pixels of uint16, but the first plane has 4 x 3',
    ],
    [
      'another type',
      async () => encodeTiff(4, 3, new Uint8Array(12)),
      's2.tif: 4 x 3 pixels of uint8, but the first',
    ],
    ['another format', async () => png(plane(0)), 's2.tif: is a PNG, but s1.tif is a TIFF'],
    [
      'something else',
      async () => Buffer.from('hello'),
      's2.tif: is of no kind that is known, expected TIFF or PNG',
    ],
  ])('is refused with a plane of %s', async (_, second, message) => {
    const series = await mkdtemp(join(folder, 'mixed-'));
    await writeFile(join(series, 's1.tif'), encodeTiff(4, 3, plane(0)));
    await writeFile(join(series, 's2.tif'), await second());
    await expect(openImageSource(series)).rejects.toThrow(message);
  });

  it('may be of PNG; colours are refused by name', async () => {
    const series = await mkdtemp(join(folder, 'png-'));
    for (let z = 0; z < 5; z++) await writeFile(join(series, `${z}.png`), await png(plane(z)));
    expect(await readAll(await openImageSource(series), 3)).toEqual(volume);
    const rgb = await sharp({ create: { width: 4, height: 3, channels: 3, background: '#123' } })
      .png()
      .toBuffer();
    await writeFile(join(series, '5.png'), rgb);
    await expect(openImageSource(series)).rejects.toThrow('5.png: its pixels are RGB; expected a grey image');
  });

  it('is refused where it is empty, or a precomputed volume', async () => {
    const empty = await mkdtemp(join(folder, 'empty-'));
    await expect(openImageSource(empty)).rejects.toThrow('has no files called .tif, .tiff or .png');
    await writeFile(join(empty, 'info'), '{}');
    await expect(openImageSource(empty)).rejects.toThrow('is a precomputed volume (it has an info)');
  });
});

describe('a TIFF of many planes', () => {
  /** As ImageJ writes what is too long for directories: one of them, and the planes behind each other. */
  function imageJStack(images: number, pixels: Uint16Array): Uint8Array {
    const one = Buffer.from(encodeTiff(4, 3, plane(0)));
    const text = Buffer.from(`ImageJ=1.53t\nimages=${images}\nslices=${images}\n\0`);
    const header = one.subarray(0, 136);
    // Rows per strip (278) makes way: one strip is what its absence means.
    const entry = 8 + 2 + 7 * 12;
    const tags = Array.from({ length: 10 }, (_, i) => header.subarray(10 + 12 * i, 22 + 12 * i)).map((tag) =>
      Buffer.from(tag),
    );
    expect(header.readUInt16LE(entry)).toBe(278);
    const description = Buffer.alloc(12);
    description.writeUInt16LE(270, 0);
    description.writeUInt16LE(2, 2);
    description.writeUInt32LE(text.length, 4);
    description.writeUInt32LE(one.length - 24 + pixels.byteLength, 8);
    const kept = tags.filter((tag) => tag.readUInt16LE(0) !== 278);
    const sorted = [...kept, description].sort((a, b) => a.readUInt16LE(0) - b.readUInt16LE(0));
    const directory = Buffer.concat([header.subarray(0, 10), ...sorted, header.subarray(130)]);
    return Buffer.concat([directory, Buffer.from(pixels.buffer), text]);
  }

  it("may have ImageJ's planes behind the first", async () => {
    const source = await inMemory(imageJStack(5, volume), 'stack.tif');
    expect(source.sizeVoxels).toEqual([4, 3, 5]);
    expect(await readAll(source, 2)).toEqual(volume);
    await expect(inMemory(imageJStack(50, volume), 'stack.tif')).rejects.toThrow(
      "stack.tif: ImageJ's description says 50 planes",
    );
  });
});
