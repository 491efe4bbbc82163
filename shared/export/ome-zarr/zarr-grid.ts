/** A mip as an array of zarr: its chunks are the mip's own, one a channel; shards are blocks of them. */

import type { ZarrArray } from '../../formats/zarr/array-metadata.ts';
import type { Vec3 } from '../../geometry/box.ts';
import { gridSize } from '../../volume/chunk-grid.ts';
import { zlibLevel } from '../../volume/codecs/zlib.ts';
import { bytesPerVoxel } from '../../volume/data-type.ts';
import type { StoredMip } from '../../volume/info.ts';
import { AXES } from './multiscale.ts';

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

/** `shard`: chunks along x, y, z; undefined for an object a chunk. */
export function zarrArrayOf(mip: StoredMip, shard: Vec3 | undefined): ZarrArray {
  const { sizeVoxels, chunkSize, channels, dataType } = mip;
  const shardSize = shard && chunkSize.map((size, axis) => size * shard[axis]!);
  return {
    shape: [channels, ...[...sizeVoxels].reverse()],
    chunkShape: [1, ...[...chunkSize].reverse()],
    shardShape: shardSize && [1, ...shardSize.reverse()],
    axes: AXES,
    dataType,
    gzipLevel: zlibLevel(dataType),
  };
}
