/** Gathers chunks until a shard has all that lie in it: shards are written whole or not at all. */
import type { Vec3 } from '../../geometry/box.ts';
import { gridSize } from '../chunk-grid.ts';
import type { EncodedChunk } from '../codecs/encoded-chunk.ts';
import type { DataType } from '../data-type.ts';
import type { Mip } from '../scales.ts';
import type { ShardChunks } from './encode-shard.ts';
import { chunkId, placeOf } from './place.ts';
import { chunksOfShard } from './shard-box.ts';
import type { Sharding } from './sharding.ts';

interface WholeShard {
  /** Name of its file. */
  readonly file: string;
  readonly chunks: ShardChunks;
}

interface ShardCollector {
  /** The shard that this chunk makes whole. Of a mip whose hash is the identity. */
  add(mip: Mip<DataType>, sharding: Sharding, cell: Vec3, chunk: EncodedChunk): WholeShard | undefined;
  /** Files that lack chunks. */
  unfinished(): readonly string[];
}

export function shardCollector(): ShardCollector {
  const open = new Map<string, Map<bigint, Uint8Array>>();
  return {
    add(mip, sharding, cell, { bytes, encoding = 'raw' }) {
      if (encoding !== sharding.data_encoding)
        throw new RangeError(`a chunk as ${encoding} for a shard of ${sharding.data_encoding}`);
      const grid = gridSize(mip);
      const id = chunkId(cell, grid);
      const { file } = placeOf(id, sharding);
      const name = `${mip.key}/${file}`;
      const chunks = open.get(name) ?? new Map<bigint, Uint8Array>();
      open.set(name, chunks.set(id, bytes));
      if (chunks.size < chunksOfShard(sharding, grid, cell)) return undefined;
      open.delete(name);
      return { file, chunks };
    },
    unfinished: () => [...open.keys()],
  };
}
