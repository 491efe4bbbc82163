import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../shared/adapters/memory/store.ts';
import { type Box, boxSize, type Vec3 } from '../../shared/geometry/box.ts';
import { seededRandom } from '../../shared/numerics/random.ts';
import { cellsIn, chunkBox, volumeBox } from '../../shared/volume/chunk-grid.ts';
import {
  bytesOf,
  bytesPerVoxel,
  type DataType,
  dataTypes,
  type VoxelArray,
  voxelsOf,
} from '../../shared/volume/data-type.ts';
import { openVolume, type Volume } from '../../shared/volume/open-volume.ts';
import { type Mip, planScales } from '../../shared/volume/scales.ts';
import { writeChunk, writeVolumeInfo } from '../../shared/volume/write-volume.ts';

type Random = () => number;
const between = (random: Random, low: number, high: number) => low + Math.floor(random() * (high - low + 1));
const triple = (random: Random, low: number, high: number): Vec3 => [
  between(random, low, high),
  between(random, low, high),
  between(random, low, high),
];

/** Any bit pattern: for float32 that includes NaN, infinities and denormals. */
function randomVoxels(random: Random, type: DataType, count: number): VoxelArray {
  return voxelsOf(
    type,
    Uint8Array.from({ length: count * bytesPerVoxel(type) }, () => between(random, 0, 255)),
  );
}

/** The part of a whole mip, voxel by voxel: the slow way, as an oracle. Voxels are x fastest, then y, z, channel. */
function cutOut(whole: VoxelArray, size: Vec3, { start, end }: Box, channels: number): VoxelArray {
  const part = whole.slice(
    0,
    boxSize({ start, end }).reduce((all, extent) => all * extent, channels),
  );
  let at = 0;
  for (let c = 0; c < channels; c++)
    for (let z = start[2]; z < end[2]; z++)
      for (let y = start[1]; y < end[1]; y++)
        for (let x = start[0]; x < end[0]; x++) {
          part[at++] = whole[x + size[0] * (y + size[1] * (z + size[2] * c))] as never;
        }
  return part;
}

function randomBox(random: Random, size: Vec3): Box {
  const start: Vec3 = [between(random, 0, size[0]), between(random, 0, size[1]), between(random, 0, size[2])];
  const end: Vec3 = [
    between(random, start[0], size[0]),
    between(random, start[1], size[1]),
    between(random, start[2], size[2]),
  ];
  return { start, end };
}

async function expectRead(volume: Volume, mip: number, box: Box, expected: VoxelArray, channels: number) {
  const { data, shape, stride } = await volume.read(mip, box);
  const [x, y, z] = boxSize(box);
  expect(shape).toEqual([x, y, z, channels]);
  expect(stride).toEqual([1, x, x * y, x * y * z]);
  expect(data.constructor).toBe(expected.constructor);
  expect(Buffer.compare(bytesOf(data), bytesOf(expected))).toBe(0);
}

async function roundTrip(seed: number, type: DataType): Promise<void> {
  const random = seededRandom(seed);
  const channels = between(random, 1, 3);
  const mips: readonly Mip<DataType>[] = planScales({
    sizeVoxels: triple(random, 1, 23),
    voxelSizeUm: [0.5, 0.5, 2],
    chunkSize: triple(random, 1, 9),
    factor: 'auto',
    mips: 2,
    dataType: type,
  });
  const store = memoryStore();
  await writeVolumeInfo(store, 'CHN00', mips, { channels });
  const wholes = mips.map(({ sizeVoxels: [x, y, z] }) => randomVoxels(random, type, x * y * z * channels));
  for (const [index, mip] of mips.entries()) {
    for (const cell of cellsIn(mip, volumeBox(mip))) {
      const voxels = cutOut(wholes[index]!, mip.sizeVoxels, chunkBox(mip, cell), channels);
      await writeChunk(store, 'CHN00', mip, cell, voxels, channels);
    }
  }
  const volume = await openVolume(store, 'CHN00');
  for (const [index, mip] of mips.entries()) {
    const boxes = [volumeBox(mip), ...Array.from({ length: 4 }, () => randomBox(random, mip.sizeVoxels))];
    for (const box of boxes) {
      const expected = cutOut(wholes[index]!, mip.sizeVoxels, box, channels);
      await expectRead(volume, index, box, expected, channels);
    }
  }
}

describe('a volume that is written and read again', () => {
  it.each(dataTypes)('has the same %s voxels in every box, whatever its size', async (type) => {
    for (let seed = 1; seed <= 12; seed++) {
      try {
        await roundTrip(seed, type);
      } catch (cause) {
        throw new Error(`failed with seed ${seed}, ${type}`, { cause });
      }
    }
  });

  const mips = planScales({
    sizeVoxels: [5, 4, 3],
    voxelSizeUm: [1, 1, 1],
    chunkSize: [4, 4, 2],
    factor: [2, 2, 1],
    mips: 1,
    dataType: 'uint16',
  });

  it('gives single chunks as they are cut', async () => {
    const store = memoryStore();
    await writeVolumeInfo(store, '', mips);
    await writeChunk(store, '', mips[0]!, [1, 0, 1], Uint16Array.of(7, 8, 9, 10));
    const volume = await openVolume(store);
    const chunk = await volume.readChunk(0, [1, 0, 1]);
    expect(chunk.shape).toEqual([1, 4, 1, 1]);
    expect(chunk.get(0, 2, 0, 0)).toBe(9);
    expect((await volume.readChunk(0, [0, 0, 0])).data).toEqual(new Uint16Array(32));
  });

  it('is stored under the names of the format, as gzip that names neither time nor system', async () => {
    const store = memoryStore();
    await writeChunk(store, 'CHN01', mips[0]!, [1, 0, 1], Uint16Array.of(7, 8, 9, 10));
    const object = await store.get('CHN01/1000_1000_1000/4-5_0-4_2-3');
    expect(object?.encoding).toBe('gzip');
    expect([...object!.bytes.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255]);
  });

  it('refuses a chunk of the wrong length before anything is stored', async () => {
    const store = memoryStore();
    const write = writeChunk(store, 'CHN01', mips[0]!, [1, 0, 1], new Uint16Array(5));
    await expect(write).rejects.toThrow(
      'CHN01/1000_1000_1000/4-5_0-4_2-3: 10 bytes of voxels to write, expected 8',
    );
    expect(await store.head('CHN01/1000_1000_1000/4-5_0-4_2-3')).toBeUndefined();
  });

  it('refuses boxes beyond the volume, mips that are not there, and fractions', async () => {
    const store = memoryStore();
    await writeVolumeInfo(store, '', mips);
    const volume = await openVolume(store);
    const read = (mip: number, start: Vec3, end: Vec3) => volume.read(mip, { start, end });
    await expect(read(0, [0, 0, 0], [6, 4, 3])).rejects.toThrow(
      /\(0,0,0\) to \(6,4,3\), it has .* to \(5,4,3\)/,
    );
    await expect(read(0, [-1, 0, 0], [1, 1, 1])).rejects.toMatchObject({ name: 'VolumeError' });
    await expect(read(0, [0, 0, 0], [0.5, 1, 1])).rejects.toMatchObject({ name: 'VolumeError' });
    await expect(read(0, [2, 0, 0], [1, 1, 1])).rejects.toMatchObject({ name: 'VolumeError' });
    await expect(read(1, [0, 0, 0], [1, 1, 1])).rejects.toThrow('has no mip 1, only 0 to 0');
  });
});
