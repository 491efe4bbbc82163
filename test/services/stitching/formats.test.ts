/** The volumes of a run in every format: the same voxels at every mip. */
import { describe, expect, it } from 'vitest';
import * as zarr from 'zarrita';
import { pyramid } from '../../../services/downsampling/pyramid.ts';
import { channelFolder, outputMips } from '../../../services/output-volume.ts';
import { type JobParameters, jobParameters } from '../../../services/parameters.ts';
import { fuse } from '../../../services/stitching/fuse.ts';
import { writeCorrection } from '../../../shared/acquisition/correction.ts';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { boxAt, type Vec3 } from '../../../shared/geometry/box.ts';
import { blockBox, blockCount, planBlocks } from '../../../shared/volume/blocks.ts';
import { chunkKey } from '../../../shared/volume/chunk-reader.ts';
import { openVolume, type Volume } from '../../../shared/volume/open-volume.ts';
import { verifyVolume } from '../../../shared/volume/verify-volume.ts';
import { runStep } from '../run-step.ts';
import { cutAcquisition, noiseVolume } from './synthetic-acquisition.ts';

const TILE: Vec3 = [37, 29, 11];
const SIZE: Vec3 = [66, 51, 11];
const PARAMETERS: Partial<JobParameters> = { chunkSize: [16, 16, 8], factor: [2, 2, 2], mips: 4 };

const synthetic = cutAcquisition(noiseVolume(SIZE, 3), TILE, [
  { row: 0, column: 0, at: [0, 0, 0] },
  { row: 0, column: 1, at: [29, 0, 0] },
  { row: 1, column: 0, at: [0, 22, 0] },
  { row: 1, column: 1, at: [29, 22, 0] },
]);

async function made(change: Partial<JobParameters>): Promise<{ store: ObjectStore; volume: Volume }> {
  const { acquisition, placement, source } = await synthetic;
  const store = memoryStore();
  await writeCorrection(store, 0, { background: 0, flatField: undefined });
  const parameters = jobParameters.parse({ ...PARAMETERS, ...change });
  const inputs = { acquisition, placement, parameters };
  await runStep(fuse, { store, source, parameters, files: [], inputs });
  // So small a volume is closed by fusion alone: the top anew, from what was stored, in blocks of one chunk.
  const mips = outputMips(acquisition, placement, parameters);
  const sourceMip = mips.length - 2;
  const blocks = planBlocks(mips, sourceMip, 1, mips.length - 1);
  for (let index = 0; index < blockCount(blocks); index++) {
    const block = blockBox(blocks, mips[sourceMip]!.sizeVoxels, index);
    await pyramid.run({ channel: 0, blocks, block }, { inputs, store, source });
  }
  return { store, volume: await openVolume(store, channelFolder(0)) };
}

async function expectSame(found: Volume, expected: Volume): Promise<void> {
  expect(found.mips.map(({ sizeVoxels }) => sizeVoxels)).toEqual(
    expected.mips.map(({ sizeVoxels }) => sizeVoxels),
  );
  for (const [mip, { sizeVoxels }] of expected.mips.entries()) {
    const whole = boxAt([0, 0, 0], sizeVoxels);
    const [one, other] = await Promise.all([found.read(mip, whole), expected.read(mip, whole)]);
    expect(one.data, `mip ${mip}`).toEqual(other.data);
  }
}

describe('a run', () => {
  it('writes OME-Zarr with the voxels of the precomputed volume, which another program reads', async () => {
    const { volume: expected } = await made({});
    const { store, volume } = await made({ format: 'zarr' });
    await expectSame(volume, expected);
    expect((await verifyVolume(store, 'CHN00')).problems).toEqual([]);
    expect(await store.head('CHN00/0/c/0/0/1/2')).toBeDefined();
    expect(await store.head('CHN00/info')).toBeUndefined();
    expect(await store.head('CHN00/provenance')).toBeDefined();

    const get = async (key: string) => (await store.get(key.slice(1)))?.bytes;
    const group = await zarr.open.v3(zarr.root({ get }).resolve('CHN00'), { kind: 'group' });
    const { ome } = group.attrs as { ome: { multiscales: { datasets: { path: string }[] }[] } };
    for (const [mip, { path }] of ome.multiscales[0]!.datasets.entries()) {
      const { sizeVoxels } = expected.mips[mip]!;
      const found = await zarr.get(await zarr.open.v3(group.resolve(path), { kind: 'array' }));
      expect(found.shape).toEqual([1, ...[...sizeVoxels].reverse()]);
      expect(found.data).toEqual((await expected.read(mip, boxAt([0, 0, 0], sizeVoxels))).data);
    }
  });

  it('writes zarr without compression, with gzip of another kind, and the same bytes each time', async () => {
    const { volume: expected } = await made({ mips: 2 });
    for (const compress of ['none', 'zlib'] as const)
      await expectSame((await made({ mips: 2, format: 'zarr', compress })).volume, expected);
    const [one, other] = [await made({ mips: 2, format: 'zarr' }), await made({ mips: 2, format: 'zarr' })];
    for await (const { key } of one.store.list('CHN00/'))
      expect(await other.store.get(key), key).toEqual(await one.store.get(key));
  });

  it('writes pictures that lose nothing', async () => {
    const { volume: expected } = await made({});
    const { store, volume } = await made({ encoding: 'png' });
    expect(volume.mips.map(({ encoding }) => encoding)).toEqual(['png', 'png', 'png', 'png']);
    await expectSame(volume, expected);
    const chunk = await store.get(chunkKey('CHN00', volume.mips[0]!, [0, 0, 0]));
    expect(chunk?.encoding).toBeUndefined();
    expect([...chunk!.bytes.subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
  });
});
