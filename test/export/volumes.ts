/** Small volumes of random voxels, with what they hold. */
import { memoryStore } from '../../shared/adapters/memory/store.ts';
import type { ObjectStore } from '../../shared/engine/ports.ts';
import { boxSize, type Vec3 } from '../../shared/geometry/box.ts';
import { seededRandom } from '../../shared/numerics/random.ts';
import { cellsIn, chunkBox, volumeBox } from '../../shared/volume/chunk-grid.ts';
import { bytesPerVoxel, type DataType, type VoxelArray, voxelsOf } from '../../shared/volume/data-type.ts';
import { openVolume, type Volume } from '../../shared/volume/open-volume.ts';
import type { Mip } from '../../shared/volume/scales.ts';
import { writeChunk, writeVolumeInfo } from '../../shared/volume/write-volume.ts';

export interface VolumeShape {
  readonly dataType: DataType;
  readonly sizeVoxels: Vec3;
  readonly chunkSize?: Vec3;
  readonly voxelOffset?: Vec3;
  readonly resolutionNm?: Vec3;
  readonly channels?: number;
  readonly mips?: number;
  readonly type?: 'image' | 'segmentation';
  readonly seed?: number;
}

export interface TestVolume {
  readonly store: ObjectStore;
  readonly volume: Volume;
  /** Of each mip: x fastest, then y, z, channel. */
  readonly voxels: readonly VoxelArray[];
}

/** Mips hold voxels of their own, so that none can stand for another. */
export async function testVolume(shape: VolumeShape, store = memoryStore()): Promise<TestVolume> {
  const { channels = 1, type = 'image', dataType } = shape;
  const mips = Array.from({ length: shape.mips ?? 1 }, (_, index) => mipOf(shape, index));
  const random = seededRandom(shape.seed ?? 1);
  const voxels: VoxelArray[] = [];
  await writeVolumeInfo(store, '', mips, { channels, type });
  for (const mip of mips) {
    const whole = randomVoxels(
      random,
      dataType,
      mip.sizeVoxels.reduce((all, size) => all * size, channels),
    );
    voxels.push(whole);
    for (const cell of cellsIn(mip, volumeBox(mip)))
      await writeChunk(store, '', mip, cell, chunkOf(whole, mip, cell, channels), channels);
  }
  return { store, volume: await openVolume(store), voxels };
}

function mipOf(shape: VolumeShape, index: number): Mip<DataType> {
  const { dataType, chunkSize = [8, 6, 4], voxelOffset = [0, 0, 0], resolutionNm = [585, 600, 5000] } = shape;
  const by = 2 ** index;
  return {
    key: `mip${index}`,
    dataType,
    chunkSize,
    sizeVoxels: shape.sizeVoxels.map((size) => Math.ceil(size / by)) as unknown as Vec3,
    voxelOffset: voxelOffset.map((at) => at / by) as unknown as Vec3,
    resolutionNm: resolutionNm.map((nm) => nm * by) as unknown as Vec3,
    factorFromPrevious: index === 0 ? [1, 1, 1] : [2, 2, 2],
  };
}

/** Any bit pattern, of float32 any number. */
function randomVoxels(random: () => number, type: DataType, count: number): VoxelArray {
  if (type === 'float32') return Float32Array.from({ length: count }, () => 1000 * random() - 500);
  const bytes = Uint8Array.from({ length: count * bytesPerVoxel(type) }, () => 256 * random());
  return voxelsOf(type, bytes);
}

function chunkOf(whole: VoxelArray, mip: Mip<DataType>, cell: Vec3, channels: number): VoxelArray {
  const box = chunkBox({ ...mip, voxelOffset: [0, 0, 0] }, cell);
  const [width, height, depth] = boxSize(box);
  const [sx, sy, sz] = mip.sizeVoxels;
  const chunk = whole.slice(0, width * height * depth * channels);
  let at = 0;
  for (let c = 0; c < channels; c++)
    for (let z = box.start[2]; z < box.end[2]; z++)
      for (let y = box.start[1]; y < box.end[1]; y++)
        for (let x = box.start[0]; x < box.end[0]; x++)
          chunk[at++] = whole[x + sx * (y + sy * (z + sz * c))] as never;
  return chunk;
}
