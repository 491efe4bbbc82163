/** A precomputed volume made of an array, all its scales in one go. */
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { boxAt, type Vec3 } from '../../../shared/geometry/box.ts';
import { loadKernels, type PixelType } from '../../../shared/kernels/kernels.ts';
import { pyramidBuffers, withBlockPyramid } from '../../../shared/volume/block-pyramid.ts';
import { openVolume } from '../../../shared/volume/open-volume.ts';
import { type Mip, planScales } from '../../../shared/volume/scales.ts';
import { writeVolumeInfo } from '../../../shared/volume/write-volume.ts';

export interface StoredArray {
  readonly data: Float32Array;
  readonly size: Vec3;
  readonly voxelSizeUm: Vec3;
}

export interface Storage {
  readonly dataType: PixelType;
  readonly mips: 'auto' | number;
  readonly chunkSize: Vec3;
  readonly voxelOffset: Vec3;
}

const usual: Storage = { dataType: 'uint16', mips: 'auto', chunkSize: [32, 32, 16], voxelOffset: [0, 0, 0] };

export async function storeVolume(
  array: StoredArray,
  storage: Partial<Storage> = {},
  store: ObjectStore = memoryStore('memory://volume'),
): Promise<ObjectStore> {
  const { dataType, mips: count, chunkSize, voxelOffset } = { ...usual, ...storage };
  const planned = planScales({
    sizeVoxels: array.size,
    voxelSizeUm: array.voxelSizeUm,
    chunkSize,
    factor: 'auto',
    mips: count,
    dataType,
  });
  const mips: Mip[] = planned.map((mip, level) => ({
    ...mip,
    voxelOffset: voxelOffset.map((at) => Math.floor(at / 2 ** level)) as unknown as Vec3,
  }));
  await writeVolumeInfo(store, '', mips);
  await writeVoxels(array, mips, store);
  return store;
}

async function writeVoxels({ data, size }: StoredArray, mips: readonly Mip[], store: ObjectStore) {
  const [width, height, depth] = size;
  const lastMip = mips.length - 1;
  const kernels = loadKernels();
  const plane = { type: 'float32', length: width * height } as const;
  const target = {
    store,
    folder: '',
    compression: 'gzip',
    mips,
    sourceMip: 0,
    firstMip: 0,
    lastMip,
    box: boxAt([0, 0, 0], size),
  } as const;
  const buffers = kernels.layout({ plane, ...pyramidBuffers(target) });
  await withBlockPyramid(target, kernels, buffers, async (push) => {
    for (let z = 0; z < depth; z++) {
      buffers.plane.set(data.subarray(z * width * height, (z + 1) * width * height));
      await push(buffers.plane);
    }
  });
}

/** A mip of the volume at the store's root, as numbers. */
export async function readMip(store: ObjectStore, mip: number): Promise<Float32Array> {
  const volume = await openVolume(store);
  const { sizeVoxels, voxelOffset } = volume.mips[mip]!;
  const { data } = await volume.read(mip, boxAt(voxelOffset, sizeVoxels));
  return Float32Array.from(data as ArrayLike<number>);
}
