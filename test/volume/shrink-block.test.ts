import { describe, expect, it } from 'vitest';
import { pyramidPasses } from '../../services/output-volume.ts';
import { memoryStore } from '../../shared/adapters/memory/store.ts';
import type { ObjectStore } from '../../shared/engine/ports.ts';
import { boxAt, type Vec3 } from '../../shared/geometry/box.ts';
import { loadKernels } from '../../shared/kernels/kernels.ts';
import { withBlockWriter, writerBuffers } from '../../shared/volume/block-writer.ts';
import { blockBox, blockCount, planBlocks } from '../../shared/volume/blocks.ts';
import { openVolume } from '../../shared/volume/open-volume.ts';
import { type Mip, planScales } from '../../shared/volume/scales.ts';
import { shrinkBlock } from '../../shared/volume/shrink-block.ts';
import { writeVolumeInfo } from '../../shared/volume/write-volume.ts';
import { meanOracle, roundedToUint16 } from '../services/mean-oracle.ts';
import { noiseVolume, type Source } from '../services/stitching/synthetic-acquisition.ts';

/** A volume of which only mip 0 is stored. */
async function storeFinest(volume: Source, mips: readonly Mip[]): Promise<ObjectStore> {
  const store = memoryStore();
  await writeVolumeInfo(store, 'CHN00', mips);
  const box = boxAt([0, 0, 0], volume.size);
  const target = {
    store,
    folder: 'CHN00',
    compression: 'gzip',
    mips,
    sourceMip: 0,
    firstMip: 0,
    lastMip: 0,
    box,
  } as const;
  const area = volume.size[0] * volume.size[1];
  const kernels = loadKernels();
  const buffers = kernels.layout({ plane: { type: 'float32', length: area }, ...writerBuffers(target) });
  await withBlockWriter(target, kernels, buffers, async (writer) => {
    for (let z = 0; z < volume.size[2]; z++) {
      buffers.plane.set(volume.voxels.subarray(z * area, (z + 1) * area));
      writer.plane(0, z, buffers.plane);
      await writer.flow();
    }
  });
  return store;
}

async function shrinkPass(store: ObjectStore, mips: readonly Mip[], sourceMip: number, maxVoxels: number) {
  const blocks = planBlocks(mips, sourceMip, maxVoxels, sourceMip + 1);
  const { lastMip } = blocks;
  for (let index = 0; index < blockCount(blocks); index++) {
    const block = blockBox(blocks, mips[sourceMip]!.sizeVoxels, index);
    await shrinkBlock({
      kernels: loadKernels(),
      volume: await openVolume(store, 'CHN00'),
      target: {
        store,
        folder: 'CHN00',
        compression: 'gzip',
        mips,
        sourceMip,
        firstMip: sourceMip + 1,
        lastMip,
        box: block,
      },
    });
  }
  return lastMip;
}

describe('downsampling a stored mip', () => {
  it('gives the means of its voxels, whatever the blocks, pass after pass', async () => {
    const size: Vec3 = [75, 43, 13];
    const volume = noiseVolume(size, 7);
    const mips = planScales({
      sizeVoxels: size,
      voxelSizeUm: [1, 1, 2.5],
      chunkSize: [8, 8, 4],
      factor: 'auto',
      mips: 'auto',
      dataType: 'uint16',
    });
    expect(mips.length).toBeGreaterThan(4);
    for (const maxVoxels of [1, 8000, 2 ** 25]) {
      const store = await storeFinest(volume, mips);
      let stored: { size: Vec3; voxels: ArrayLike<number> } = volume;
      for (let mip = 0; mip + 1 < mips.length; ) {
        const last = await shrinkPass(store, mips, mip, maxVoxels);
        const opened = await openVolume(store, 'CHN00');
        for (let below = mip + 1; below <= last; below++) {
          const oracle = meanOracle(
            stored,
            mips.slice(mip + 1, below + 1).map((m) => m.factorFromPrevious),
          );
          const found = await opened.read(below, { start: [0, 0, 0], end: mips[below]!.sizeVoxels });
          expect(found.data, `mip ${below} in blocks of ${maxVoxels} voxels`).toEqual(
            roundedToUint16(oracle),
          );
        }
        const top = await opened.read(last, { start: [0, 0, 0], end: mips[last]!.sizeVoxels });
        stored = { size: mips[last]!.sizeVoxels, voxels: top.data as Uint16Array };
        mip = last;
      }
    }
  });

  it('reaches the coarsest mip of a whole brain in a few passes', () => {
    const mips = planScales({
      sizeVoxels: [20000, 14000, 1200],
      voxelSizeUm: [0.585, 0.585, 5],
      chunkSize: [128, 128, 64],
      factor: 'auto',
      mips: 'auto',
      dataType: 'uint16',
    });
    const passes = pyramidPasses(mips);
    expect(passes.at(-1)!.lastMip).toBe(mips.length - 1);
    expect(passes.length).toBeLessThanOrEqual(3);
  });
});
