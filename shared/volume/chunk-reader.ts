/** Reads the chunks of one mip from its store. */
import { StoreError } from '../adapters/store-errors.ts';
import type { ObjectStore } from '../engine/ports.ts';
import { boxSize, type Vec3 } from '../geometry/box.ts';
import { chunkBox, chunkCount, chunkName, gridSize, isChunkName } from './chunk-grid.ts';
import { decodeChunk, mostEncoded } from './codecs/decode.ts';
import type { DataType, VoxelArray } from './data-type.ts';
import { UnsupportedVolumeError } from './errors.ts';
import type { StoredMip } from './info.ts';
import type { Mip } from './scales.ts';
import { chunkId } from './sharding/place.ts';
import { type ShardReader, shardReader } from './sharding/shard-reader.ts';
import { keyIn } from './volume-key.ts';
import { zarrChunks } from './zarr/zarr-chunks.ts';
import { zarrKey } from './zarr/zarr-layout.ts';

export interface ChunkReader {
  /** In the store, without a suffix; of a sharded mip the shard's key and the chunk's number in it. */
  key(cell: Vec3): string;
  /** x fastest, then y, z, channel; undefined where there is no such chunk. Throws `ChunkError`. */
  read(cell: Vec3): Promise<VoxelArray | undefined>;
}

/** `channel`: zarr has a chunk for each. */
export const chunkKey = (folder: string, mip: Mip<DataType>, cell: Vec3, channel = 0): string =>
  keyIn(
    folder,
    mip.zarr ? zarrKey(mip.key, mip.zarr, cell, channel) : `${mip.key}/${chunkName(chunkBox(mip, cell))}`,
  );

/** Keeps what it learns about shards: make one for many reads. */
export function chunkReader(store: ObjectStore, folder: string, mip: StoredMip): ChunkReader {
  if (mip.zarr) return zarrChunks(store, folder, mip, mip.zarr);
  if (mip.sharding === undefined) return singleChunks(store, folder, mip);
  return shardedChunks(shardReader(store, keyIn(folder, mip.key), mip.sharding, chunkCount(mip)), mip);
}

function shardedChunks(shards: ShardReader, mip: StoredMip): ChunkReader {
  const grid = gridSize(mip);
  return {
    key: (cell) => shards.where(chunkId(cell, grid)),
    async read(cell) {
      const id = chunkId(cell, grid);
      const size = sizeAt(mip, cell);
      const bytes = await shards.read(id, mostEncoded(mip, size));
      return bytes && decodeChunk({ bytes, encoding: undefined }, mip, size, shards.where(id));
    },
  };
}

function singleChunks(store: ObjectStore, folder: string, mip: StoredMip): ChunkReader {
  let layout: Promise<void> | undefined;
  const key = (cell: Vec3) => chunkKey(folder, mip, cell);
  return {
    key,
    async read(cell) {
      const object = await store.get(key(cell));
      if (object !== undefined) return decodeChunk(object, mip, sizeAt(mip, cell), key(cell));
      layout ??= checkLayout(store, keyIn(folder, mip.key)).catch(unlessUnlisted);
      await layout;
      return undefined;
    },
  };
}

/** Cut to the volume. */
const sizeAt = (mip: StoredMip, cell: Vec3): Vec3 => boxSize(chunkBox(mip, cell));

/** A web server holds no list to look into. */
function unlessUnlisted(error: unknown): void {
  if (!(error instanceof StoreError && error.kind === 'unsupported')) throw error;
}

/**
 * An absent chunk may also be one that is stored in another way, and then its voxels are not zero. The first chunk in
 * the folder tells: cloud-volume's further suffixes (`.xz`, ...) and nested folders are refused by name.
 */
async function checkLayout(store: ObjectStore, mipFolder: string): Promise<void> {
  for await (const { key } of store.list(`${mipFolder}/`)) {
    const name = key.slice(mipFolder.length + 1);
    if (isChunkName(name)) return;
    if (isChunkName(name.replaceAll('/', '_')))
      throw new UnsupportedVolumeError(`${store.url}/${key}`, 'a layout with chunks in nested folders');
    const suffix = /\.\w+$/.exec(name)?.[0];
    if (suffix !== undefined && isChunkName(name.slice(0, -suffix.length)))
      throw new UnsupportedVolumeError(`${store.url}/${key}`, `compression ${suffix}`);
  }
}
