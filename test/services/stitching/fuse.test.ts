import { describe, expect, it } from 'vitest';
import { pyramid } from '../../../services/downsampling/pyramid.ts';
import { channelFolder } from '../../../services/output-volume.ts';
import type { JobParameters } from '../../../services/parameters.ts';
import { fuse } from '../../../services/stitching/fuse.ts';
import { blendModes } from '../../../services/stitching/fusion/blend-mode.ts';
import { planeKey } from '../../../shared/acquisition/acquisition.ts';
import { type Correction, flatFieldKey, writeCorrection } from '../../../shared/acquisition/correction.ts';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { encodeTiff } from '../../../shared/formats/tiff/write.ts';
import type { Vec3 } from '../../../shared/geometry/box.ts';
import { openVolume } from '../../../shared/volume/open-volume.ts';
import { verifyVolume } from '../../../shared/volume/verify-volume.ts';
import { meanOracle, roundedToUint16 } from '../mean-oracle.ts';
import { runStep } from '../run-step.ts';
import { cutAcquisition, noiseVolume, type Source, type Synthetic } from './synthetic-acquisition.ts';

async function fuseAndShrink(
  synthetic: Synthetic,
  parameters: Partial<JobParameters> = {},
  correction: Correction = { background: 0, flatField: undefined },
  prepare: (store: ObjectStore) => Promise<void> = async () => {},
) {
  const store = memoryStore();
  await writeCorrection(store, 0, correction);
  await prepare(store);
  const { acquisition, placement, source } = synthetic;
  const options = { store, source, parameters, files: [], inputs: { acquisition, placement } };
  const tasks = { fuse: await runStep(fuse, options), pyramid: await runStep(pyramid, options) };
  return { store, tasks, volume: await openVolume(store, channelFolder(0)) };
}

type Opened = Awaited<ReturnType<typeof openVolume>>;

async function readMip(volume: Opened, mip: number): Promise<Uint16Array> {
  const { sizeVoxels } = volume.mips[mip]!;
  const array = await volume.read(mip, { start: [0, 0, 0], end: sizeVoxels });
  return array.data as Uint16Array;
}

const grid = [
  { row: 0, column: 0, at: [0, 0, 0] },
  { row: 0, column: 1, at: [41, 2, 1] },
  { row: 1, column: 0, at: [1, 33, 0] },
  { row: 1, column: 1, at: [43, 35, 2] },
] as const;

/** What the four tiles of `grid` cover of a volume, zero elsewhere. */
function covered(volume: Source, tileSize: Vec3): Source {
  const voxels = new Uint16Array(volume.voxels.length);
  const [nx, ny] = volume.size;
  for (const { at } of grid)
    for (let z = at[2]; z < at[2] + tileSize[2]; z++)
      for (let y = at[1]; y < at[1] + tileSize[1]; y++)
        for (let x = at[0]; x < at[0] + tileSize[0]; x++)
          voxels[x + nx * (y + ny * z)] = volume.voxels[x + nx * (y + ny * z)]!;
  return { size: volume.size, voxels };
}

const tileSize: Vec3 = [53, 47, 9];
const size: Vec3 = [43 + 53, 35 + 47, 2 + 9];

describe('stitching.fuse and downsampling.pyramid', () => {
  it('give back the volume that the tiles were cut from, voxel for voxel, with any blocks', async () => {
    const volume = noiseVolume(size, 1);
    const synthetic = await cutAcquisition(volume, tileSize, grid);
    for (const chunkSize of [
      [128, 128, 64],
      [16, 16, 4],
      [32, 8, 1],
    ] as const) {
      const { volume: fused } = await fuseAndShrink(synthetic, { chunkSize: [...chunkSize] });
      expect(await readMip(fused, 0), `chunks ${chunkSize}`).toEqual(covered(volume, tileSize).voxels);
    }
  });

  it.each(Object.keys(blendModes) as JobParameters['blend'][])(
    'give it back in every mode of blending: %s',
    async (blend) => {
      const volume = noiseVolume(size, 7);
      const synthetic = await cutAcquisition(volume, tileSize, grid);
      const { volume: fused } = await fuseAndShrink(synthetic, { blend, chunkSize: [32, 32, 8] });
      expect(await readMip(fused, 0)).toEqual(covered(volume, tileSize).voxels);
    },
  );

  /** Two tiles of one plane, 16 x 4, the left one all 100, the right one all 200, that share columns 8 to 15. */
  const twoTiles = async (missing: readonly number[] = []) => {
    const right = { row: 0, column: 1, at: [8, 0, 0], missing } as const;
    const made = await cutAcquisition(
      { size: [24, 4, 1], voxels: new Uint16Array(24 * 4).fill(100) },
      [16, 4, 1],
      [{ row: 0, column: 0, at: [0, 0, 0] }, right],
    );
    const key = planeKey(made.acquisition.tiles[1]!.stacks[0]!, 0);
    await made.source.put(key, encodeTiff(16, 4, new Uint16Array(16 * 4).fill(200)));
    return made;
  };

  it.each([
    ['linear', [106, 119, 131, 144, 156, 169, 181, 194]],
    ['nearest', [100, 100, 100, 100, 200, 200, 200, 200]],
    ['mean', [150, 150, 150, 150, 150, 150, 150, 150]],
    ['max', [200, 200, 200, 200, 200, 200, 200, 200]],
    ['min', [100, 100, 100, 100, 100, 100, 100, 100]],
  ] as const)('join tiles that differ as --blend %s says', async (blend, overlap) => {
    const { volume } = await fuseAndShrink(await twoTiles(), { blend });
    const row = (await readMip(volume, 0)).subarray(0, 24);
    expect([...row]).toEqual([...new Array(8).fill(100), ...overlap, ...new Array(8).fill(200)]);
  });

  it.each(Object.keys(blendModes) as JobParameters['blend'][])(
    'count only tiles that have data there: %s',
    async (blend) => {
      const { volume } = await fuseAndShrink(await twoTiles([0]), { blend });
      const row = (await readMip(volume, 0)).subarray(0, 24);
      expect([...row]).toEqual([...new Array(16).fill(100), ...new Array(8).fill(0)]);
    },
  );

  it('average the original voxels into every mip that fusion closes, rounding once', async () => {
    const volume = noiseVolume(size, 2);
    const synthetic = await cutAcquisition(volume, tileSize, grid);
    const { volume: fused, tasks } = await fuseAndShrink(synthetic, {
      chunkSize: [16, 16, 8],
      factor: [2, 2, 2],
    });
    expect(tasks.pyramid).toBe(0);
    const factors: Vec3[] = [];
    for (let mip = 1; mip < fused.mips.length; mip++) {
      factors.push([2, 2, 2]);
      const oracle = meanOracle(covered(volume, tileSize), factors);
      expect(fused.mips[mip]!.sizeVoxels).toEqual(oracle.size);
      expect(await readMip(fused, mip), `mip ${mip}`).toEqual(roundedToUint16(oracle));
    }
  });

  /** One tile of one plane, 16 x 16, that starts with these values. */
  const tileOf = (first: readonly number[]) => {
    const voxels = new Uint16Array(16 * 16);
    voxels.set(first);
    const at = { row: 0, column: 0, at: [0, 0, 0] } as const;
    return cutAcquisition({ size: [16, 16, 1], voxels }, [16, 16, 1], [at]);
  };
  const flatFieldOf = (first: readonly number[]) => {
    const factor = new Float32Array(16 * 16).fill(1);
    factor.set(first);
    return { width: 16, height: 16, factor };
  };

  it('apply background and flat field, rounded half to even, clipped and not wrapped', async () => {
    const synthetic = await tileOf([100, 50, 40_000, 65_535, 65_535, 63, 65, 61]);
    const flatField = flatFieldOf([0.5, 2, 2, 1, 1.5, 1, 1, 1]);
    const { volume } = await fuseAndShrink(synthetic, {}, { background: 60.5, flatField });
    const fused = await readMip(volume, 0);
    // (100 - 60.5) / 2 = 19.75; below the background; 79879; 65474.5; 98211.75; 2.5; 4.5; 0.5.
    expect([...fused.subarray(0, 8)]).toEqual([20, 0, 65_535, 65_474, 65_535, 2, 4, 0]);
  });

  it('clip at 65535 what a factor alone lifts beyond it', async () => {
    const synthetic = await tileOf([65_535, 65_535, 32_768]);
    const flatField = flatFieldOf([1, 1.00001, 2]);
    const { volume } = await fuseAndShrink(synthetic, {}, { background: 0, flatField });
    expect([...(await readMip(volume, 0)).subarray(0, 3)]).toEqual([65_535, 65_535, 65_535]);
  });

  it('follow what the flat-field step decided, not what files lie about', async () => {
    const synthetic = await tileOf([100, 200]);
    const stale = async (store: ObjectStore) =>
      void (await store.put(flatFieldKey(0), encodeTiff(16, 16, new Float32Array(256).fill(7))));
    const { volume } = await fuseAndShrink(synthetic, {}, { background: 10, flatField: undefined }, stale);
    expect([...(await readMip(volume, 0)).subarray(0, 2)]).toEqual([90, 190]);
  });

  it('refuse a flat field of another size, or one that is gone', async () => {
    const synthetic = await tileOf([100]);
    const wrong = { width: 16, height: 8, factor: new Float32Array(128).fill(1) };
    await expect(fuseAndShrink(synthetic, {}, { background: 0, flatField: wrong })).rejects.toThrow(
      /flat-field.tiff: 16 x 8 pixels; expected those of a tile, 16 x 16/,
    );
    const right = { background: 0, flatField: flatFieldOf([]) };
    const gone = (store: ObjectStore) => store.delete([flatFieldKey(0)]);
    await expect(fuseAndShrink(synthetic, {}, right, gone)).rejects.toThrow(/flat-field.tiff: not there/);
  });

  it('leave holes where planes are missing and fade towards no tile that has none', async () => {
    const volume = noiseVolume(size, 3);
    const tiles = grid.map((tile, index) => (index === 1 ? { ...tile, missing: [0, 1, 2] } : tile));
    const synthetic = await cutAcquisition(volume, tileSize, tiles);
    const { volume: fused } = await fuseAndShrink(synthetic);
    const found = await readMip(fused, 0);
    const whole = covered(volume, tileSize).voxels;
    const at = (x: number, y: number, z: number) => x + size[0] * (y + size[1] * z);
    expect(found[at(80, 10, 2)]).toBe(0);
    expect(found[at(80, 10, 4)]).toBe(whole[at(80, 10, 4)]);
    expect(found[at(50, 10, 2)]).toBe(whole[at(50, 10, 2)]);
  });

  it('note damaged planes and go on, or stop where --strict says so', async () => {
    const volume = noiseVolume(size, 4);
    const synthetic = await cutAcquisition(volume, tileSize, grid);
    await synthetic.source.put('VW0/LOC1/VW0_LOC1D_CM0_CHN00_PLN0003.tif', new Uint8Array([1, 2, 3]));
    const { store, volume: fused } = await fuseAndShrink(synthetic);
    expect((await verifyVolume(store, channelFolder(0))).problems).toEqual([]);
    expect((await readMip(fused, 0))[80 + size[0] * (10 + size[1] * 4)]).toBe(0);
    const listed: string[] = [];
    for await (const { key } of store.list('.cloudreg/stitching/damaged/')) listed.push(key);
    expect(listed).toHaveLength(1);
    await expect(fuseAndShrink(synthetic, { strict: true })).rejects.toThrow(/LOC1D_CM0_CHN00_PLN0003/);
  });

  it('handle one tile of one plane, one voxel wide', async () => {
    const volume = noiseVolume([1, 7, 1], 5);
    const synthetic = await cutAcquisition(volume, [1, 7, 1], [{ row: 0, column: 0, at: [0, 0, 0] }]);
    const { volume: fused } = await fuseAndShrink(synthetic, { chunkSize: [4, 4, 4] });
    expect(await readMip(fused, 0)).toEqual(volume.voxels);
    expect(fused.mips.at(-1)!.sizeVoxels).toEqual([1, 4, 1]);
  });

  it('write the same bytes however often and in whatever order tasks run', async () => {
    const synthetic = await cutAcquisition(noiseVolume(size, 6), tileSize, grid);
    const bytesOf = async (store: ObjectStore) => {
      const all: [string, string][] = [];
      for await (const { key } of store.list('CHN00/'))
        all.push([key, Buffer.from((await store.get(key))!.bytes).toString('base64')]);
      return all;
    };
    const first = await fuseAndShrink(synthetic, { chunkSize: [16, 16, 4] });
    const again = await fuseAndShrink(synthetic, { chunkSize: [16, 16, 4] });
    expect(await bytesOf(again.store)).toEqual(await bytesOf(first.store));
  });
});
