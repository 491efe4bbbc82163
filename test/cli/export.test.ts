/** `cloudreg export`: which part of a volume, to which file, and what is refused. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cloudreg } from '../../cli/program.ts';
import { folderStore } from '../../shared/adapters/local/folder-store.ts';
import { makeElements } from '../../shared/formats/elements.ts';
import { openImageSource } from '../../shared/formats/image-source/open-image-source.ts';
import { testVolume, type VolumeShape } from '../export/volumes.ts';
import { fakeTerminal } from './fake-terminal.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-export-'));
});
afterEach(() => rm(folder, { recursive: true }));

const shape: VolumeShape = {
  dataType: 'uint16',
  sizeVoxels: [30, 20, 10],
  chunkSize: [16, 16, 8],
  voxelOffset: [4, 0, 8],
  resolutionNm: [1000, 1000, 2000],
  mips: 3,
};

const volumeIn = (name: string, changes: Partial<VolumeShape> = {}) =>
  testVolume({ ...shape, ...changes }, folderStore(join(folder, name)));

async function run(...words: string[]) {
  const terminal = fakeTerminal({ columns: 200 });
  const code = await cloudreg(['export', ...words], terminal);
  return { code, ...terminal.written };
}

/** Of the volume `v` to a place in the folder. */
const exported = (output: string, ...flags: string[]) =>
  run(join(folder, 'v'), `${join(folder, output)}${output.endsWith('/') ? '/' : ''}`, ...flags);

async function readBack(name: string) {
  const source = await openImageSource(join(folder, name));
  const { sizeVoxels, voxelSizeUm, dtype } = source;
  const voxels = makeElements(
    dtype,
    sizeVoxels.reduce((all, size) => all * size, 1),
  );
  await source.readPlanes(0, sizeVoxels[2], voxels);
  await source.close();
  return { sizeVoxels, voxelSizeUm, voxels };
}

describe('cloudreg export', () => {
  it('writes mip 0 where nothing else is asked for, and says what it wrote', async () => {
    const { voxels } = await volumeIn('v');
    const { code, out } = await exported('brain.nrrd');
    expect(code).toBe(0);
    expect(out).toContain('mip 0, 30 x 20 x 10 voxels of 1 x 1 x 2 um, uint16, ');
    const found = await readBack('brain.nrrd');
    expect(found).toMatchObject({ sizeVoxels: [30, 20, 10], voxelSizeUm: [1, 1, 2] });
    expect(found.voxels).toEqual(voxels[0]);
  });

  it.each([
    ['2', 0],
    ['3.9', 0],
    ['4', 1],
    ['100', 2],
  ])('takes for --resolution %s the coarsest mip with no longer side: mip %i', async (um, mip) => {
    const { voxels } = await volumeIn('v');
    expect(await exported('brain.npy', '--resolution', um)).toMatchObject({ code: 0, err: '' });
    expect((await readBack('brain.npy')).voxels).toEqual(voxels[mip]);
  });

  it('takes the finest for a resolution that none has, and says so', async () => {
    const { voxels } = await volumeIn('v');
    const { code, err } = await exported('brain.npy', '--resolution', '1.5');
    expect([code, err]).toEqual([
      0,
      'No mip has voxels of at most 1.5 um: the finest is taken, 1 x 1 x 2 um.\n',
    ]);
    expect((await readBack('brain.npy')).voxels).toEqual(voxels[0]);
  });

  it('writes a box of the mip, counted with its offset', async () => {
    const { volume } = await volumeIn('v');
    expect(await exported('box.nii', '--mip', '1', '--bounds', '3,1,5,11,10,8')).toMatchObject({ code: 0 });
    const { data } = await volume.read(1, { start: [3, 1, 5], end: [11, 10, 8] });
    expect((await readBack('box.nii')).voxels).toEqual(data);
  });

  it('resamples to cubes of the resolution, or of the longest side', async () => {
    await volumeIn('v');
    expect(await exported('a.nrrd', '--resolution', '2.5', '--isotropic')).toMatchObject({ code: 0 });
    expect(await exported('b.nrrd', '--mip', '1', '--isotropic')).toMatchObject({ code: 0 });
    expect(await readBack('a.nrrd')).toMatchObject({ sizeVoxels: [12, 8, 8], voxelSizeUm: [2.5, 2.5, 2.5] });
    expect(await readBack('b.nrrd')).toMatchObject({ sizeVoxels: [8, 5, 5], voxelSizeUm: [4, 4, 4] });
  });

  it('resamples labels to labels that were there', async () => {
    const { voxels } = await volumeIn('v', { type: 'segmentation', dataType: 'uint32' });
    await exported('labels.nrrd', '--resolution', '3', '--isotropic');
    const labels = new Set(voxels[0]! as Uint32Array);
    const found = (await readBack('labels.nrrd')).voxels as Uint32Array;
    expect(found.every((label) => labels.has(label))).toBe(true);
  });

  it('writes a TIFF series to a name with a slash, and a file with its facts as JSON', async () => {
    const { voxels } = await volumeIn('v');
    expect(await exported('series/', '--mip', '2')).toMatchObject({ code: 0 });
    expect(await readdir(join(folder, 'series'))).toEqual(['z0000.tif', 'z0001.tif', 'z0002.tif']);
    expect((await readBack('series')).voxels).toEqual(voxels[2]);
    const { out } = await exported('v.tif', '--mip', '1', '--json');
    expect(JSON.parse(out)).toEqual({
      event: 'exported',
      output: join(folder, 'v.tif'),
      mip: 1,
      sizeVoxels: [15, 10, 5],
      voxelSizeUm: [2, 2, 4],
      originUm: [5, 1, 18],
      dataType: 'uint16',
      channels: 1,
    });
  });

  it('writes one of several channels', async () => {
    const { voxels } = await volumeIn('v', { channels: 3, mips: 1 });
    expect(await exported('c.tif')).toMatchObject({ code: 2, err: expect.stringContaining('--channel') });
    expect(await exported('c.tif', '--channel', '1')).toMatchObject({ code: 0 });
    expect((await readBack('c.tif')).voxels).toEqual(voxels[0]!.subarray(6000, 12_000));
    expect(await exported('d.tif', '--channel', '3')).toMatchObject({ code: 2 });
  });

  it('writes OME-Zarr of every mip', async () => {
    await volumeIn('v');
    expect(await exported('a.ome.zarr')).toMatchObject({
      code: 0,
      out: expect.stringContaining('0.4, 3 resol'),
    });
    expect((await readdir(join(folder, 'a.ome.zarr'))).sort()).toEqual(['.zattrs', '.zgroup', '0', '1', '2']);
    expect(await exported('b.ome.zarr', '--sharded')).toMatchObject({ code: 0 });
    const { attributes } = JSON.parse(await readFile(join(folder, 'b.ome.zarr', 'zarr.json'), 'utf8'));
    expect(attributes.ome).toMatchObject({ version: '0.5', multiscales: [{ name: 'b' }] });
    expect((await readdir(folder)).sort()).toEqual(['a.ome.zarr', 'b.ome.zarr', 'v']);
  });

  it('says which programs will not read it', async () => {
    await volumeIn('v', { dataType: 'uint64', type: 'segmentation' });
    expect((await exported('v.nii.gz')).err).toContain('uint64 (code 1280)');
  });
});

describe('cloudreg export refuses', () => {
  it.each([
    [['v.jpg'], 'its name tells no format'],
    [['v'], 'lies inside the volume'],
    [['v/out.nrrd'], 'lies inside the volume'],
    [['o.nrrd', '--mip', '7'], 'There is no mip 7: the volume has mips 0 to 2.'],
    [['o.nrrd', '--mip', '-1'], 'expected a whole number'],
    [['o.nrrd', '--mip', '1', '--resolution', '3'], 'give one of them'],
    [['o.nrrd', '--resolution', '0'], 'expected a number above 0'],
    [['o.nrrd', '--bounds', '0,0,0,5,5,5'], 'the voxels of this mip are 4,0,8,34,20,18'],
    [['o.nrrd', '--bounds', '4,0,8,35,20,18'], 'the voxels of this mip are'],
    [['o.nrrd', '--bounds', '9,0,8,9,20,18'], 'behind its start'],
    [['o.nrrd', '--bounds', '1,2,3'], 'expected six whole numbers'],
    [['o.nrrd', '--sharded'], 'is for OME-Zarr alone'],
    [['o.ome.zarr', '--isotropic'], '--isotropic has no meaning for OME-Zarr'],
    [['o.ome.zarr', '--sharded', '--ngff', '0.4'], 'version 0.4 knows no shards'],
    [['o.ome.zarr', '--ngff', '0.6'], 'Allowed choices are 0.4, 0.5'],
  ])('%j', async ([output, ...flags], words) => {
    await volumeIn('v');
    expect(await exported(output!, ...flags)).toMatchObject({ code: 2, err: expect.stringContaining(words) });
    expect(await readdir(folder)).toEqual(['v']);
  });

  it('a place where something is, unless it is told to replace it', async () => {
    await volumeIn('v');
    await writeFile(join(folder, 'o.nrrd'), 'mine');
    for (const output of ['s/', 'o.ome.zarr'])
      await exported(output, ...(output === 's/' ? ['--mip', '2'] : []));
    for (const output of ['o.nrrd', 's/', 'o.ome.zarr']) {
      expect(await exported(output)).toMatchObject({ code: 2, err: expect.stringContaining('--force') });
      expect(await exported(output, '--force')).toMatchObject({ code: 0 });
    }
    expect(await readdir(join(folder, 's'))).toHaveLength(10);
    expect((await readBack('o.nrrd')).sizeVoxels).toEqual([30, 20, 10]);
  });

  it.each(['s/', 's.zarr'])('to remove a folder with other things: %s', async (output) => {
    await volumeIn('v');
    await mkdir(join(folder, output));
    await writeFile(join(folder, output, 'thesis.txt'), 'mine');
    const { code, err } = await exported(output, '--force');
    expect([code, err]).toEqual([2, expect.stringContaining('thesis.txt')]);
    expect(await readdir(join(folder, output))).toEqual(['thesis.txt']);
  });

  it('a folder without a volume, and one with several', async () => {
    await mkdir(join(folder, 'v'));
    expect(await exported('o.nrrd')).toMatchObject({
      code: 1,
      err: expect.stringContaining('info is not there'),
    });
    for (const channel of ['CHN00', 'CHN01']) await volumeIn(`v/${channel}`);
    expect(await exported('o.nrrd')).toMatchObject({ code: 2, err: expect.stringContaining('CHN00, CHN01') });
  });

  it('to leave half a file: a damaged chunk', async () => {
    await volumeIn('v');
    const chunks = join(folder, 'v', 'mip0');
    for (const name of await readdir(chunks))
      if (name.includes('_8-')) await writeFile(join(chunks, name), 'x');
    for (const name of (await readdir(chunks)).slice(-1)) await writeFile(join(chunks, name), 'x');
    for (const output of ['o.nrrd', 'o.nii.gz', 'o.tif', 's/', 'o.ome.zarr']) {
      expect(await exported(output)).toMatchObject({ code: 1, err: expect.stringContaining('damaged') });
      expect(await readdir(folder)).toEqual(['v']);
    }
  });
});
