/** Encoded chunks into a volume: each an object of its own, or many together in a shard. */
import type { ObjectStore } from '../engine/ports.ts';
import type { Vec3 } from '../geometry/box.ts';
import { writeBehind } from '../write-behind.ts';
import { chunkKey } from './chunk-reader.ts';
import type { EncodedChunk } from './codecs/encoded-chunk.ts';
import type { DataType } from './data-type.ts';
import type { Mip } from './scales.ts';
import { encodeShard, type ShardChunks } from './sharding/encode-shard.ts';
import { shardCollector } from './sharding/shard-collector.ts';
import type { Sharding } from './sharding/sharding.ts';
import { keyIn } from './volume-key.ts';
import { putChunk } from './write-volume.ts';
import { asStored } from './zarr/zarr-layout.ts';

/** Encoded chunks on their way to the store at a time; one shard at a time. */
const CHUNKS_UNDER_WAY = 8;

export interface ChunkWriter {
  /** Resolves when the next may come; `chunk` is released once it is stored or could not be. Throws what an earlier write failed with. */
  put(mip: Mip<DataType>, cell: Vec3, chunk: EncodedChunk): Promise<void>;
}

/**
 * Resolves with what `work` does, when every chunk it put is stored; of a sharded mip every chunk of a shard must be among
 * them. `folder` is the volume's.
 */
export async function withChunkWriter<Result>(
  store: ObjectStore,
  folder: string,
  work: (chunks: ChunkWriter) => Promise<Result>,
): Promise<Result> {
  const chunks = writeBehind(CHUNKS_UNDER_WAY);
  const shards = writeBehind(1);
  const collector = shardCollector();
  const put: ChunkWriter['put'] = async (mip, cell, chunk) => {
    const { sharding } = mip;
    if (sharding === undefined)
      return chunks.begin(async () => {
        try {
          await putChunk(store, chunkKey(folder, mip, cell), asStored(chunk, mip.zarr));
        } finally {
          chunk.release?.();
        }
      });
    const whole = collector.add(mip, sharding, cell, { ...chunk, bytes: chunk.bytes.slice() });
    chunk.release?.();
    if (whole === undefined) return;
    const key = keyIn(folder, `${mip.key}/${whole.file}`);
    return shards.begin(() => putShard(store, key, whole.chunks, sharding));
  };
  try {
    const result = await work({ put });
    await chunks.finish();
    await shards.finish();
    const [file] = collector.unfinished();
    if (file !== undefined)
      throw new Error(`the shard ${file} lacks chunks: its block is not made of whole shards`);
    return result;
  } finally {
    // Where it failed as well: chunks are stored out of memory that the next task takes over.
    await Promise.all([chunks.settle(), shards.settle()]);
  }
}

/** Without an encoding of the whole: readers ask for ranges of it. */
async function putShard(
  store: ObjectStore,
  key: string,
  chunks: ShardChunks,
  sharding: Sharding,
): Promise<void> {
  const pieces = await encodeShard(chunks, sharding);
  const contentType = 'application/octet-stream';
  await store.put(key, inTurn(pieces), { contentType });
}

async function* inTurn(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}
