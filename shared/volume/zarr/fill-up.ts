/** Zarr's chunks all have one size, and the voxels of those at the far border lie in their corner. */
import type { Vec3 } from '../../geometry/box.ts';
import { copyVoxels, type DataType, type VoxelArray, zeroVoxels } from '../data-type.ts';

/** `voxels`: x fastest, then y, z. The same array where it is full. */
export function filledUp(voxels: VoxelArray, size: Vec3, chunkSize: Vec3, type: DataType): VoxelArray {
  if (isSame(size, chunkSize)) return voxels;
  const full = zeroVoxels(type, chunkSize[0] * chunkSize[1] * chunkSize[2]);
  copyCorner(full, chunkSize, voxels, size, size);
  return full;
}

/** What `filledUp` was given. */
export function withoutFilling(full: VoxelArray, size: Vec3, chunkSize: Vec3, type: DataType): VoxelArray {
  if (isSame(size, chunkSize)) return full;
  const voxels = zeroVoxels(type, size[0] * size[1] * size[2]);
  copyCorner(voxels, size, full, chunkSize, size);
  return voxels;
}

const isSame = (a: Vec3, b: Vec3): boolean => a.every((size, axis) => size === b[axis]);

function copyCorner(
  to: VoxelArray,
  toSize: Vec3,
  from: VoxelArray,
  fromSize: Vec3,
  [width, height, depth]: Vec3,
): void {
  for (let plane = 0; plane < depth; plane++)
    for (let row = 0; row < height; row++) {
      const start = fromSize[0] * (row + fromSize[1] * plane);
      copyVoxels(to, toSize[0] * (row + toSize[1] * plane), from.subarray(start, start + width));
    }
}
