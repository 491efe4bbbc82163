/** Which chunks share a shard where the hash is the identity: those whose numbers differ in their low bits alone, a box. */
import { perAxis, type Vec3 } from '../../geometry/box.ts';
import type { Sharding } from './sharding.ts';

/** `grid`: chunks along x, y, z, here and below. How many bits the numbers of its chunks have. */
export const idBits = (grid: Vec3): number => grid.reduce((bits, cells) => bits + axisBits(cells), 0);

const axisBits = (cells: number): number => Math.ceil(Math.log2(cells));

/**
 * Chunks along x, y, z of the box whose numbers differ in the lowest `bits` bits: each axis in turn is doubled, until its
 * grid is covered (FORMATS section 5.2). It begins at multiples of its size, and may reach beyond the grid.
 */
export function mortonBox(bits: number, grid: Vec3): Vec3 {
  const size: [number, number, number] = [1, 1, 1];
  let left = bits;
  for (let side = 1; left > 0 && grid.some((cells) => side < cells); side *= 2)
    for (const axis of [0, 1, 2] as const)
      if (left > 0 && side < grid[axis]) {
        size[axis] *= 2;
        left -= 1;
      }
  return size;
}

/** Of one shard; only where the hash is the identity. */
export const shardBox = (
  { preshift_bits, minishard_bits }: Pick<Sharding, 'preshift_bits' | 'minishard_bits'>,
  grid: Vec3,
): Vec3 => mortonBox(preshift_bits + minishard_bits, grid);

/** How many chunks of the grid the shard has that holds this cell, where `shard_bits` are all the bits that are left. */
export function chunksOfShard(sharding: Sharding, grid: Vec3, cell: Vec3): number {
  const box = shardBox(sharding, grid);
  const [x, y, z] = perAxis((axis) => {
    const start = cell[axis] - (cell[axis] % box[axis]);
    return Math.min(box[axis], grid[axis] - start);
  });
  return x * y * z;
}
