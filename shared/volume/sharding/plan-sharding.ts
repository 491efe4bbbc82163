/** How many chunks of each resolution share a shard, so that whoever writes whole shards needs little memory. */
import { perAxis, type Vec3 } from '../../geometry/box.ts';
import type { MipShape } from '../blocks.ts';
import { gridSize } from '../chunk-grid.ts';
import { idBits, mortonBox } from './shard-box.ts';
import type { Sharding } from './sharding.ts';

interface ShardWishes {
  /** Of a voxel with all its channels, as it is before encoding. */
  readonly voxelBytes: number;
  /** Of the voxels that a shard is made of, at the resolution that they are read from. */
  readonly mostBytes: number;
  readonly packing: Pick<Sharding, 'minishard_index_encoding' | 'data_encoding'>;
}

/** Then the index of a minishard has at most 12 KiB, and is read once for all of its chunks. */
const MOST_PRESHIFT_BITS = 9;
/** With as many minishards a shard's index has 8 KiB. */
const MOST_BITS = 18;

/**
 * Finest first. A mip has shards that cover no more than one of the mip before, so that both are written from the same
 * voxels; where less than two chunks lie in that, it begins anew with as many as `mostBytes` of the mip before hold.
 */
export function planSharding(mips: readonly MipShape[], wishes: ShardWishes): readonly Sharding[] {
  const all: Sharding[] = [];
  let last: Shards | undefined;
  for (const mip of mips) {
    last = shardsOf(mip, last, wishes);
    all.push(last.sharding);
  }
  return all;
}

interface Shards {
  readonly sharding: Sharding;
  readonly grid: Vec3;
  readonly box: Vec3;
}

function shardsOf(mip: MipShape, last: Shards | undefined, wishes: ShardWishes): Shards {
  const grid = gridSize(mip);
  const factor = mip.factorFromPrevious;
  const chunkBytes = volumeOf(mip.chunkSize) * volumeOf(factor) * wishes.voxelBytes;
  const inside = last === undefined ? 0 : mostBits(grid, (box) => covers(last, box, factor));
  const bits = inside > 0 ? inside : mostBits(grid, (box) => volumeOf(box) * chunkBytes <= wishes.mostBytes);
  const preshift = Math.min(bits, MOST_PRESHIFT_BITS);
  const sharding = {
    '@type': 'neuroglancer_uint64_sharded_v1',
    preshift_bits: preshift,
    hash: 'identity',
    minishard_bits: bits - preshift,
    shard_bits: idBits(grid) - bits,
    ...wishes.packing,
  } as const;
  return { sharding, grid, box: mortonBox(bits, grid) };
}

function mostBits(grid: Vec3, fits: (box: Vec3) => boolean): number {
  const most = Math.min(MOST_BITS, idBits(grid));
  let bits = 0;
  while (bits < most && fits(mortonBox(bits + 1, grid))) bits += 1;
  return bits;
}

/** Chunks have as many voxels at every mip. */
const covers = ({ box, grid }: Shards, coarser: Vec3, factor: Vec3): boolean =>
  perAxis((axis) => Number(box[axis] >= grid[axis] || coarser[axis] * factor[axis] <= box[axis])).every(
    Boolean,
  );

const volumeOf = ([x, y, z]: Vec3): number => x * y * z;
