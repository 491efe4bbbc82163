/** Regular grids of points in space. Positions are centred: 0 is the middle of the full-resolution volume (um). */
import type { Vec3 } from '../geometry/box.ts';

export interface Grid {
  /** Points along x, y, z; x fastest in memory. */
  readonly size: Vec3;
  readonly spacingUm: Vec3;
  /** Of the point (0, 0, 0). */
  readonly originUm: Vec3;
}

export const pointsOf = ({ size }: { readonly size: Vec3 }): number => size[0] * size[1] * size[2];

/** Voxels of a whole volume, about its own centre. */
export function centredGrid(size: Vec3, spacingUm: Vec3): Grid {
  const origin = (axis: 0 | 1 | 2): number => (-(size[axis] - 1) / 2) * spacingUm[axis];
  return { size, spacingUm, originUm: [origin(0), origin(1), origin(2)] };
}

export const voxelVolume = ({ spacingUm: [x, y, z] }: Grid): number => x * y * z;
