/** Blocks of planes in every format: zarr has full chunks at every border, and the voxels of the precomputed volume. */
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { memoryStore } from '../../shared/adapters/memory/store.ts';
import type { ObjectStore } from '../../shared/engine/ports.ts';
import { type Box, boxAt, boxSize, type Vec3 } from '../../shared/geometry/box.ts';
import { type Kernels, loadKernels } from '../../shared/kernels/kernels.ts';
import { seededRandom } from '../../shared/numerics/random.ts';
import { withBlockWriter, writerBuffers } from '../../shared/volume/block-writer.ts';
import { blockBox, blockCount, factorBetween, planBlocks } from '../../shared/volume/blocks.ts';
import { bytesOf, voxelsOf } from '../../shared/volume/data-type.ts';
import type { StoredMip } from '../../shared/volume/info.ts';
import { openVolume } from '../../shared/volume/open-volume.ts';
import { bytesPerVoxel, type Mip, planScales } from '../../shared/volume/scales.ts';
import { writeVolumeInfo } from '../../shared/volume/write-volume.ts';
import { zarrMip } from '../../shared/volume/zarr/zarr-layout.ts';

interface Kind {
  readonly seed: number;
  readonly type: 'uint8' | 'uint16' | 'float32';
  readonly compression: 'gzip' | 'zlib' | 'none';
}

const KINDS: readonly Kind[] = Array.from({ length: 12 }, (_, n) => ({
  seed: 1 + n,
  type: (['uint8', 'uint16', 'float32'] as const)[n % 3]!,
  compression: (['gzip', 'zlib', 'none'] as const)[Math.floor(n / 3) % 3]!,
}));

/** Voxels that no means made: each mip has its own, and none is zero. */
const voxelAt = (mip: number, index: number): number => 1 + ((index * 7919 + mip * 31) % 251);

/** `voxel`: of the mip, by its index in it. */
function fillPlane(
  plane: Float32Array,
  box: Box,
  z: number,
  [width, height]: Vec3,
  voxel: (index: number) => number,
): Float32Array {
  const [columns, rows] = boxSize(box);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++)
      plane[x + columns * y] = voxel(
        box.start[0] + x + width * (box.start[1] + y + height * (box.start[2] + z)),
      );
  return plane.subarray(0, columns * rows);
}

async function writeBlocks(
  store: ObjectStore,
  kernels: Kernels,
  mips: readonly Mip[],
  { compression }: Kind,
  maxVoxels: number,
  voxel = voxelAt,
): Promise<void> {
  await writeVolumeInfo(store, 'CHN00', mips);
  const blocks = planBlocks(mips, 0, maxVoxels, mips.length - 1);
  for (let index = 0; index < blockCount(blocks); index++) {
    const box = blockBox(blocks, mips[0]!.sizeVoxels, index);
    const mipRange = { sourceMip: 0, firstMip: 0, lastMip: mips.length - 1 };
    const target = { store, folder: 'CHN00', compression, mips, box, ...mipRange };
    const area = boxSize(box)[0] * boxSize(box)[1];
    const layout = { plane: { type: 'float32', length: area }, ...writerBuffers(target) } as const;
    const { plane, ...buffers } = kernels.layout(layout);
    await withBlockWriter(target, kernels, buffers, async (writer) => {
      for (const [level, mip] of mips.entries()) {
        const factor = factorBetween(mips, 0, level);
        const shrunk = (v: Vec3) => v.map((at, axis) => Math.ceil(at / factor[axis]!)) as unknown as Vec3;
        const own = { start: shrunk(box.start), end: shrunk(box.end) };
        for (let z = 0; z < boxSize(own)[2]; z++) {
          writer.plane(
            level,
            z,
            fillPlane(plane, own, z, mip.sizeVoxels, (n) => voxel(level, n)),
          );
          await writer.flow();
        }
      }
    });
  }
}

it.each(KINDS)(
  'holds the voxels of $type as $compression, and zeros around them (seed $seed)',
  async (kind) => {
    const random = seededRandom(kind.seed);
    const triple = (most: number): Vec3 => [1, 2, 3].map(() => 1 + Math.floor(random() * most)) as never;
    const planned = planScales({
      sizeVoxels: triple(40),
      voxelSizeUm: [0.585, 0.585, 2.5],
      chunkSize: triple(9),
      factor: 'auto',
      mips: 3,
      dataType: kind.type,
    });
    const packing = kind.compression === 'none' ? 'none' : 'gzip';
    const zarr = planned.map((mip, index) => zarrMip(mip, index, packing));
    // One instance for all blocks and both volumes: what the last left in its memory must not be stored.
    const kernels = loadKernels();
    const [plain, store] = [memoryStore(), memoryStore()];
    await writeBlocks(plain, kernels, planned, kind, 4000);
    await writeBlocks(store, kernels, zarr, kind, 4000);

    const [expected, volume] = [await openVolume(plain, 'CHN00'), await openVolume(store, 'CHN00')];
    expect(volume.mips).toMatchObject(
      expected.mips.map(({ key: _, chunkSize: __, ...mip }) => ({ ...mip, zarr: { version: 3 } })),
    );
    for (const [index, mip] of volume.mips.entries()) {
      const whole = boxAt([0, 0, 0], mip.sizeVoxels);
      const { data } = await volume.read(index, whole);
      expect(bytesOf(data)).toEqual(bytesOf((await expected.read(index, whole)).data));
      await expectFilledUp(store, mip, kind);
    }
  },
);

async function expectFilledUp(store: ObjectStore, mip: StoredMip, { type }: Kind): Promise<void> {
  const [width, height, depth] = mip.chunkSize;
  let recorded = 0;
  for await (const { key } of store.list(`CHN00/${mip.key}/c/`)) {
    const { bytes, encoding } = (await store.get(key))!;
    expect(encoding).toBeUndefined();
    const plain = mip.zarr!.packing === 'none' ? bytes : gunzipSync(bytes);
    expect(plain.length).toBe(width * height * depth * bytesPerVoxel(type));
    for (const voxel of voxelsOf(type, new Uint8Array(plain))) recorded += voxel === 0 ? 0 : 1;
  }
  const [x, y, z] = mip.sizeVoxels;
  expect(recorded).toBe(x * y * z);
}

it.each([
  ['png', 'uint8', 0],
  ['png', 'uint16', 0],
  ['jpeg', 'uint8', 3],
] as const)('holds pictures as %s of %s, at most %i counts from the voxels', async (picture, type, most) => {
  const planned = planScales({
    sizeVoxels: [21, 13, 11],
    voxelSizeUm: [1, 1, 1],
    chunkSize: [8, 8, 4],
    factor: [2, 2, 2],
    mips: 2,
    dataType: type,
  });
  const kind: Kind = { seed: 0, type, compression: 'gzip' };
  const [plain, store] = [memoryStore(), memoryStore()];
  const smooth = (_: number, index: number): number => 100 + (index % 5);
  await writeBlocks(plain, loadKernels(), planned, kind, 4000, smooth);
  const pictures = planned.map((mip) => ({ ...mip, picture }));
  await writeBlocks(store, loadKernels(), pictures, kind, 4000, smooth);
  const [expected, volume] = [await openVolume(plain, 'CHN00'), await openVolume(store, 'CHN00')];
  for (const [index, mip] of volume.mips.entries()) {
    expect(mip.encoding).toBe(picture);
    const whole = boxAt([0, 0, 0], mip.sizeVoxels);
    const [found, wanted] = await Promise.all([volume.read(index, whole), expected.read(index, whole)]);
    const off = Array.from(found.data as ArrayLike<number | bigint>, (value, i) =>
      Math.abs(Number(value) - Number(wanted.data[i])),
    );
    expect(Math.max(...off)).toBeLessThanOrEqual(most);
  }
});
