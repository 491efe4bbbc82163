import { describe, expect, it } from 'vitest';
import { pyramid } from '../../../../services/downsampling/pyramid.ts';
import { channelFolder } from '../../../../services/output-volume.ts';
import type { JobParameters } from '../../../../services/parameters.ts';
import { fuse } from '../../../../services/stitching/fuse.ts';
import { writeCorrection } from '../../../../shared/acquisition/correction.ts';
import { memoryStore } from '../../../../shared/adapters/memory/store.ts';
import { writeFile } from '../../../../shared/engine/files.ts';
import type { ObjectStore } from '../../../../shared/engine/ports.ts';
import { boxAt, type Vec3 } from '../../../../shared/geometry/box.ts';
import { fieldBlock } from '../../../../shared/illumination/block.ts';
import { readClipped } from '../../../../shared/illumination/clipped.ts';
import { type IlluminationField, storedField } from '../../../../shared/illumination/field.ts';
import { illuminationDecisionFile, illuminationFieldFile } from '../../../../shared/illumination/files.ts';
import { seededRandom } from '../../../../shared/numerics/random.ts';
import { openVolume } from '../../../../shared/volume/open-volume.ts';
import { firstDifference } from '../../first-difference.ts';
import { runStep } from '../../run-step.ts';
import { cutAcquisition, noiseVolume, type Synthetic } from '../synthetic-acquisition.ts';

const tileSize: Vec3 = [53, 47, 9];
const size: Vec3 = [96, 82, 11];
const voxelSizeUm = [1, 1, 2.5] as const;
const tiles = [
  { row: 0, column: 0, at: [0, 0, 0] },
  { row: 0, column: 1, at: [43, 2, 1] },
  { row: 1, column: 0, at: [1, 33, 0] },
  { row: 1, column: 1, at: [43, 35, 2] },
] as const;

const random = seededRandom(4);
const field: IlluminationField = {
  lattice: {
    data: Float64Array.from({ length: 5 * 5 * 5 }, () => Math.fround(random() - 0.5)),
    shape: [5, 5, 5],
  },
  firstUm: [4, 4, 4],
  lastUm: [92, 80, 24],
};

async function decide(store: ObjectStore, decision: 'apply' | 'none'): Promise<void> {
  await writeFile(store, illuminationFieldFile(0), { ...storedField(field), volumeSizeUm: [96, 82, 27.5] });
  await writeFile(store, illuminationDecisionFile(0), {
    format: 'cloudreg-illumination-decision/1',
    requested: 'n4',
    decision,
    reason: 'asked for',
    rule: 'applied always',
    isProblem: false,
    figures: null,
    rounds: null,
    picture: null,
    statement: 'Channel 0',
  });
}

async function fused(
  { acquisition, placement, source }: Synthetic,
  prepare: (store: ObjectStore) => Promise<void>,
  parameters: Partial<JobParameters> = {},
): Promise<ObjectStore> {
  const store = memoryStore();
  await writeCorrection(store, 0, { background: 0, flatField: undefined });
  await prepare(store);
  const options = { store, source, parameters, files: [], inputs: { acquisition, placement } };
  await runStep(fuse, options);
  await runStep(pyramid, options);
  return store;
}

async function voxelsOf(store: ObjectStore): Promise<Uint16Array> {
  const volume = await openVolume(store, channelFolder(0));
  return (await volume.read(0, boxAt([0, 0, 0], volume.mips[0]!.sizeVoxels))).data as Uint16Array;
}

async function bytesOf(store: ObjectStore): Promise<[string, string][]> {
  const all: [string, string][] = [];
  for await (const { key } of store.list('CHN00/'))
    all.push([key, Buffer.from((await store.get(key))!.bytes).toString('base64')]);
  return all;
}

const nothing = async () => {};
const acquisition = (seed: number) => cutAcquisition(noiseVolume(size, seed), tileSize, tiles);

describe('fusion and the illumination field', () => {
  it('leaves every byte as it is where none is to be applied', async () => {
    const synthetic = await acquisition(1);
    const [without, left] = [
      await fused(synthetic, nothing),
      await fused(synthetic, (store) => decide(store, 'none')),
    ];
    expect(await bytesOf(left)).toEqual(await bytesOf(without));
  });

  it('multiplies the blended voxel by the factor at its centre and rounds once', async () => {
    const synthetic = await acquisition(2);
    const plain = await voxelsOf(await fused(synthetic, nothing));
    const even = await voxelsOf(await fused(synthetic, (store) => decide(store, 'apply')));
    const factors = fieldBlock(field, { voxelSizeUm, origin: [0, 0, 0], size });
    // Tiles agree where they overlap, so the blended voxel is a whole number.
    const expected = plain.map((value, i) => Math.min(65_535, halfToEven(Math.fround(value * factors[i]!))));
    expect(firstDifference(even, expected)).toBe(-1);
    expect(firstDifference(even, plain)).not.toBe(-1);
  });

  it('counts the voxels that come out brighter than their type can hold', async () => {
    const synthetic = await acquisition(2);
    const plainStore = await fused(synthetic, nothing);
    const evenStore = await fused(synthetic, (store) => decide(store, 'apply'));
    const factors = fieldBlock(field, { voxelSizeUm, origin: [0, 0, 0], size });
    const plain = await voxelsOf(plainStore);
    const clipped = plain.filter((value, i) => Math.fround(value * factors[i]!) >= 65_535.5).length;
    expect(clipped).toBeGreaterThan(100);
    expect([await readClipped(plainStore, 0), await readClipped(evenStore, 0)]).toEqual([0, clipped]);
  });

  it('gives the same voxels however the volume is cut', async () => {
    const synthetic = await acquisition(3);
    const apply = (store: ObjectStore) => decide(store, 'apply');
    const whole = await voxelsOf(await fused(synthetic, apply));
    for (const chunkSize of [
      [16, 16, 4],
      [32, 8, 1],
    ] as const)
      expect(
        firstDifference(await voxelsOf(await fused(synthetic, apply, { chunkSize: [...chunkSize] })), whole),
      ).toBe(-1);
  });

  it('refuses to go on without a field that is to be applied and is gone', async () => {
    const synthetic = await acquisition(4);
    const gone = async (store: ObjectStore) => {
      await decide(store, 'apply');
      await store.delete([illuminationFieldFile(0).key]);
    };
    await expect(fused(synthetic, gone)).rejects.toThrow(/CHN00\/field.json: not there/);
  });
});

function halfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}
