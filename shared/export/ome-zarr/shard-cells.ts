/** How many chunks go into one object of a sharded array. */
import type { Vec3 } from '../../geometry/box.ts';
import { gridSize } from '../../volume/chunk-grid.ts';
import { bytesPerVoxel } from '../../volume/data-type.ts';
import type { StoredMip } from '../../volume/info.ts';

/** Voxels of a shard, all channels, decoded; as much is held at a time. */
const SHARD_BYTES = 2 ** 26;

/** Chunks along x, y, z of a shard: doubled in turn while the grid has more and the shard is not too large. */
export function shardCells(mip: StoredMip): Vec3 {
  const grid = gridSize(mip);
  const cells: [number, number, number] = [1, 1, 1];
  const [x, y, z] = mip.chunkSize;
  let bytes = x * y * z * mip.channels * bytesPerVoxel(mip.dataType);
  for (let grew = true; grew; ) {
    grew = false;
    for (const axis of [0, 1, 2] as const) {
      if (cells[axis] >= grid[axis] || 2 * bytes > SHARD_BYTES) continue;
      cells[axis] *= 2;
      bytes *= 2;
      grew = true;
    }
  }
  return cells;
}
