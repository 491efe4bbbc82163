import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { memoryStore } from '../../shared/adapters/memory/store.ts';
import { openVolume } from '../../shared/volume/open-volume.ts';
import { planScales } from '../../shared/volume/scales.ts';
import { sectionPng, writeSectionPng } from '../../shared/volume/section-png.ts';
import { writeChunk, writeVolumeInfo } from '../../shared/volume/write-volume.ts';

/** Two planes of 40 x 30: plane 0 is empty, plane 1 is `voxel(index)`. */
async function volumeOf(voxel: (index: number) => number) {
  const mips = planScales({
    sizeVoxels: [40, 30, 2],
    voxelSizeUm: [1, 1, 1],
    chunkSize: [64, 64, 2],
    factor: 'auto',
    mips: 1,
    dataType: 'float32',
  });
  const store = memoryStore();
  await writeVolumeInfo(store, '', mips);
  const voxels = Float32Array.from({ length: 2400 }, (_, index) => (index < 1200 ? 0 : voxel(index - 1200)));
  await writeChunk(store, '', mips[0]!, [0, 0, 0], voxels);
  return openVolume(store);
}

async function greyOf(png: Uint8Array | string) {
  expect(await sharp(png).metadata()).toMatchObject({ width: 40, height: 30, channels: 1, depth: 'uchar' });
  return sharp(png).toColourspace('b-w').raw().toBuffer();
}

it('stretches the section between the 0.5th and the 99.7th percentile of the voxels above zero', async () => {
  // 1 to 1000 in the first 1000 voxels, nothing in the last 200.
  const volume = await volumeOf((index) => (index < 1000 ? index + 1 : 0));
  const grey = await greyOf(await sectionPng(volume, { mip: 0, z: 1 }));
  expect([grey[0], grey[4], grey[500], grey[996], grey[999], grey[1100]]).toEqual([0, 0, 128, 255, 255, 0]);
});

it('is black where there is nothing, and takes no measure from voxels that are no numbers', async () => {
  const volume = await volumeOf((index) => [Number.NaN, 5, Number.POSITIVE_INFINITY][index % 3] ?? 0);
  expect(new Set(await greyOf(await sectionPng(volume, { mip: 0, z: 0 })))).toEqual(new Set([0]));
  const grey = await greyOf(await sectionPng(volume, { mip: 0, z: 1 }));
  expect([grey[0], grey[1], grey[2]]).toEqual([0, 255, 255]);
});

it('goes into a file, and refuses planes and mips that are not there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cloudreg-section-'));
  try {
    const volume = await volumeOf(() => 1);
    await writeSectionPng(volume, { mip: 0, z: 1 }, join(folder, 'section.png'));
    expect((await greyOf(join(folder, 'section.png')))[7]).toBe(255);
    await expect(sectionPng(volume, { mip: 0, z: 2 })).rejects.toMatchObject({ name: 'VolumeError' });
    await expect(sectionPng(volume, { mip: 1, z: 0 })).rejects.toThrow('has no mip 1');
  } finally {
    await rm(folder, { recursive: true });
  }
});
