/** The shards of a volume that is to have them. */
import { gridSize } from '../../../shared/volume/chunk-grid.ts';
import type { Compression } from '../../../shared/volume/codecs/compression.ts';
import { bytesPerVoxel, type DataType } from '../../../shared/volume/data-type.ts';
import type { Mip } from '../../../shared/volume/scales.ts';
import { planSharding } from '../../../shared/volume/sharding/plan-sharding.ts';
import { idBits } from '../../../shared/volume/sharding/shard-box.ts';
import { SHARDED } from './conversion-blocks.ts';
import { ConversionError } from './conversion-error.ts';

interface ShardingOf {
  readonly channels: number;
  readonly compress: Compression;
  readonly budget: number;
}

/** Chunks and indices are packed as chunks without shards would be: pictures as they are. @throws ConversionError */
export function shardedMips<Own extends Mip<DataType>>(
  mips: readonly Own[],
  { channels, compress, budget }: ShardingOf,
): readonly Own[] {
  const [finest] = mips;
  const packed = compress === 'none' ? 'raw' : 'gzip';
  const voxelBytes = bytesPerVoxel(finest!.dataType) * channels;
  const mostBytes = SHARDED * budget;
  const shardings = planSharding(mips, {
    voxelBytes,
    mostBytes,
    packing: {
      minishard_index_encoding: packed,
      data_encoding: finest!.picture === undefined ? packed : 'raw',
    },
  });
  const { shard_bits: bits } = shardings[0]!;
  const chunkBytes = finest!.chunkSize.reduce((product, extent) => product * extent, voxelBytes);
  if (bits > 0 && bits === idBits(gridSize(finest!)))
    throw new ConversionError(
      `--sharded puts chunks of up to ${mostBytes / 2 ** 20} MiB together, and one of ${finest!.chunkSize.join(' x ')} voxels takes ${chunkBytes / 2 ** 20} MiB`,
      'Give a smaller --chunk-size, or leave --sharded out.',
    );
  return mips.map((mip, number) => ({ ...mip, sharding: shardings[number]! }));
}
