/** Files of every format, read back by the readers of this house. */
import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileFormat } from '../../shared/export/image-files.ts';
import { type PlaneImage, planesOfVolume } from '../../shared/export/plane-image.ts';
import { writeImageFile, writeTiffSeries } from '../../shared/export/write-file.ts';
import { makeElements } from '../../shared/formats/elements.ts';
import { openImageSource } from '../../shared/formats/image-source/open-image-source.ts';
import { tiffAround } from '../../shared/formats/tiff/stack.ts';
import type { Vec3 } from '../../shared/geometry/box.ts';
import { volumeBox } from '../../shared/volume/chunk-grid.ts';
import { dataTypes } from '../../shared/volume/data-type.ts';
import { testVolume, type VolumeShape } from './volumes.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'export-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function imageOf(shape: VolumeShape) {
  const { volume, voxels } = await testVolume(shape);
  return { image: planesOfVolume(volume, 0, volumeBox(volume.mips[0]!)), voxels: voxels[0]! };
}

async function readBack(path: string) {
  const source = await openImageSource(path);
  const { dtype, sizeVoxels, channels, voxelSizeUm, frame } = source;
  const voxels = makeElements(
    dtype,
    sizeVoxels.reduce((all, size) => all * size, channels),
  );
  await source.readPlanes(0, sizeVoxels[2], voxels);
  await source.close();
  return { dtype, sizeVoxels, channels, voxelSizeUm, frame, voxels };
}

const silent = () => {};
const formats: readonly FileFormat[] = ['nrrd', 'nii.gz', 'nii', 'tif', 'npy'];
const odd: readonly Vec3[] = [
  [13, 9, 11],
  [1, 1, 1],
  [17, 1, 3],
];

describe.each(formats)('a volume as .%s', (format) => {
  it.each(dataTypes)('holds every voxel of %s', async (dataType) => {
    for (const [seed, sizeVoxels] of odd.entries()) {
      const { image, voxels } = await imageOf({ dataType, sizeVoxels, seed, voxelOffset: [3, -2, 5] });
      const path = join(folder, `v.${format}`);
      const planes: number[] = [];
      await writeImageFile(path, image, format, (done) => planes.push(done));
      const found = await readBack(path);
      expect(found).toMatchObject({ dtype: dataType, sizeVoxels, channels: 1 });
      expect(found.voxels).toEqual(voxels);
      expect(planes).toHaveLength(sizeVoxels[2]);
    }
    expect(await readdir(folder)).toEqual([`v.${format}`]);
  });

  it('writes the same bytes each time', async () => {
    const { image } = await imageOf({ dataType: 'uint16', sizeVoxels: [13, 9, 11] });
    const bytes: Buffer[] = [];
    for (const name of ['a', 'b']) {
      await writeImageFile(join(folder, name), image, format, silent);
      const file = await open(join(folder, name));
      bytes.push(await file.readFile());
      await file.close();
    }
    expect(bytes[0]!.equals(bytes[1]!)).toBe(true);
  });

  it('leaves the earlier file and no part of the new one where reading fails', async () => {
    const { image } = await imageOf({ dataType: 'uint16', sizeVoxels: [13, 9, 11] });
    const path = join(folder, `v.${format}`);
    await writeFile(path, 'earlier');
    const broken: PlaneImage = {
      ...image,
      async *planes() {
        yield new Uint16Array(13 * 9);
        throw new Error('a damaged chunk');
      },
    };
    for (let i = 0; i < 20; i++) {
      await expect(writeImageFile(path, broken, format, silent)).rejects.toThrow('a damaged chunk');
      expect(await readdir(folder)).toEqual([`v.${format}`]);
    }
    const file = await open(path);
    expect(String(await file.readFile())).toBe('earlier');
    await file.close();
  });
});

describe('what the files say of space', () => {
  const shape = { dataType: 'uint8', sizeVoxels: [4, 3, 2], voxelOffset: [3, -2, 5] } as const;

  it.each([['nrrd'], ['nii'], ['nii.gz']] as const)('%s has the size of a voxel', async (format) => {
    const { image } = await imageOf(shape);
    await writeImageFile(join(folder, 'v'), image, format, silent);
    const { voxelSizeUm } = await readBack(join(folder, 'v'));
    [0.585, 0.6, 5].forEach((um, axis) => {
      expect(voxelSizeUm![axis]).toBeCloseTo(um, 6);
    });
  });

  it('NIfTI puts the centre of the first voxel half a voxel behind its corner', async () => {
    const { image } = await imageOf(shape);
    await writeImageFile(join(folder, 'v'), image, 'nii', silent);
    const { frame } = await readBack(join(folder, 'v'));
    const expected = [
      [0.585, 0, 0, 3.5 * 0.585],
      [0, 0.6, 0, -1.5 * 0.6],
      [0, 0, 5, 5.5 * 5],
    ];
    expected.flat().forEach((value, i) => {
      expect(frame!.affineUm.flat()[i]).toBeCloseTo(value, 4);
    });
  });
});

describe('volumes of several channels', () => {
  const shape = { dataType: 'int16', sizeVoxels: [13, 9, 11], channels: 3 } as const;

  it.each([['nrrd'], ['nii.gz'], ['npy']] as const)('are whole in .%s', async (format) => {
    const { image, voxels } = await imageOf(shape);
    await writeImageFile(join(folder, 'v'), image, format, silent);
    const found = await readBack(join(folder, 'v'));
    expect(found).toMatchObject({ sizeVoxels: [13, 9, 11], channels: 3 });
    expect(found.voxels).toEqual(voxels);
  });

  it('are refused as TIFF', async () => {
    const { image } = await imageOf(shape);
    await expect(writeImageFile(join(folder, 'v'), image, 'tif', silent)).rejects.toThrow('3 channels');
    await expect(writeTiffSeries(join(folder, 'v'), image, silent)).rejects.toThrow('--channel');
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a TIFF series', () => {
  it.each(dataTypes)('holds every voxel of %s', async (dataType) => {
    const { image, voxels } = await imageOf({ dataType, sizeVoxels: [13, 9, 11] });
    await writeTiffSeries(join(folder, 'series'), image, silent);
    const names = await readdir(join(folder, 'series'));
    expect([names.length, names[0], names.at(-1)]).toEqual([11, 'z0000.tif', 'z0010.tif']);
    expect((await readBack(join(folder, 'series'))).voxels).toEqual(voxels);
  });

  it('is not there where reading fails', async () => {
    const { image } = await imageOf({ dataType: 'uint16', sizeVoxels: [13, 9, 11] });
    const broken: PlaneImage = {
      ...image,
      // biome-ignore lint/correctness/useYield: it fails before its first plane
      async *planes() {
        throw new Error('a damaged chunk');
      },
    };
    await expect(writeTiffSeries(join(folder, 'series'), broken, silent)).rejects.toThrow('damaged');
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a TIFF above 4 GiB', () => {
  it('is a BigTIFF whose last plane is read', async () => {
    const [width, height, planes] = [40_000, 1000, 120] as const;
    const around = tiffAround({ width, height, planes, type: 'uint8', voxelSizeUm: [0.585, 0.585, 5] });
    expect([around.head[2], around.head[4]]).toEqual([43, 8]);
    const file = await open(join(folder, 'big.tif'), 'w');
    const data = width * height * planes;
    // The planes are a hole in the file, but for the last voxel.
    await file.write(around.head);
    await file.write(Uint8Array.of(7), 0, 1, around.head.length + data - 1);
    await file.write(around.tail, 0, around.tail.length, around.head.length + data);
    await file.close();
    const source = await openImageSource(join(folder, 'big.tif'));
    expect(source.sizeVoxels).toEqual([width, height, planes]);
    const plane = new Uint8Array(width * height);
    await source.readPlanes(planes - 1, planes, plane);
    expect([plane[0], plane.at(-1)]).toEqual([0, 7]);
  });
});
