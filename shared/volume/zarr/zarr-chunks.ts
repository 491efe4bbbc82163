/** Reads the chunks of one array of zarr as a precomputed volume has them: cut to the volume, all channels. */
import type { ObjectStore, StoredObject } from '../../engine/ports.ts';
import { boxSize, perAxis, type Vec3 } from '../../geometry/box.ts';
import { chunkBox } from '../chunk-grid.ts';
import { decodeChunk } from '../codecs/decode.ts';
import { unpack } from '../codecs/unpack.ts';
import { copyVoxels, type VoxelArray, zeroVoxels } from '../data-type.ts';
import type { StoredMip } from '../info.ts';
import { chunkBytes } from '../scales.ts';
import { keyIn } from '../volume-key.ts';
import { withoutFilling } from './fill-up.ts';
import { type ZarrLayout, type ZarrShard, zarrKey } from './zarr-layout.ts';
import { zarrShardReader } from './zarr-shards.ts';

/** `channelCell` counts chunks along the channels. */
type FetchChunk = (cell: Vec3, channelCell: number) => Promise<StoredObject | undefined>;

export function zarrChunks(store: ObjectStore, folder: string, mip: StoredMip, layout: ZarrLayout) {
  const { shard } = layout;
  const keyOf = (cell: Vec3, channelCell: number): string => {
    const [at, channel] = shard
      ? [shardOf(cell, shard), Math.floor(channelCell / shard.channelCells)]
      : [cell, channelCell];
    return keyIn(folder, zarrKey(mip.key, layout, at, channel));
  };
  const fetchChunk = shard ? fromShards(store, shard, keyOf) : fromObjects(store, keyOf);
  return {
    key: (cell: Vec3): string => keyOf(cell, 0) + (shard ? `, chunk ${placeIn(cell, 0, shard)}` : ''),
    read: (cell: Vec3): Promise<VoxelArray | undefined> => readCell(mip, layout, cell, fetchChunk, keyOf),
  };
}

type KeyOf = (cell: Vec3, channelCell: number) => string;

const fromObjects =
  (store: ObjectStore, keyOf: KeyOf): FetchChunk =>
  (cell, channelCell) =>
    store.get(keyOf(cell, channelCell));

function fromShards(store: ObjectStore, shard: ZarrShard, keyOf: KeyOf): FetchChunk {
  const read = zarrShardReader(store, shard);
  return async (cell, channelCell) => {
    const bytes = await read(keyOf(cell, channelCell), placeIn(cell, channelCell, shard));
    return bytes && { bytes, encoding: undefined };
  };
}

const shardOf = (cell: Vec3, { cells }: ZarrShard): Vec3 =>
  perAxis((axis) => Math.floor(cell[axis] / cells[axis]));

/** In the shard's own grid, in C order: channel, z, y, x. */
function placeIn(cell: Vec3, channelCell: number, { cells, channelCells }: ZarrShard): number {
  const [x, y, z] = perAxis((axis) => cell[axis] % cells[axis]);
  return x + cells[0] * (y + cells[1] * (z + cells[2] * (channelCell % channelCells)));
}

/** Channels of chunks that are not there are zero; undefined where there is none at all. */
async function readCell(
  mip: StoredMip,
  layout: ZarrLayout,
  cell: Vec3,
  fetchChunk: FetchChunk,
  keyOf: KeyOf,
): Promise<VoxelArray | undefined> {
  const size = boxSize(chunkBox(mip, cell));
  const ofChannel = size[0] * size[1] * size[2];
  const { channelsOfChunk } = layout;
  let voxels: VoxelArray | undefined;
  for (let first = 0; first < mip.channels; first += channelsOfChunk) {
    const channelCell = first / channelsOfChunk;
    const object = await fetchChunk(cell, channelCell);
    if (object === undefined) continue;
    const chunk = await decoded(object, mip, layout, keyOf(cell, channelCell));
    const full = chunk.length / channelsOfChunk;
    for (let channel = first; channel < Math.min(first + channelsOfChunk, mip.channels); channel++) {
      const own = chunk.subarray((channel - first) * full, (channel - first + 1) * full);
      const cut = withoutFilling(own, size, mip.chunkSize, mip.dataType);
      if (mip.channels === 1) return cut;
      voxels ??= zeroVoxels(mip.dataType, ofChannel * mip.channels);
      copyVoxels(voxels, channel * ofChannel, cut);
    }
  }
  return voxels;
}

/** What undoes it; that of gzip takes zlib streams, too. */
const ENCODINGS = { gzip: 'gzip', zlib: 'gzip', zstd: 'zstd', none: undefined } as const;

/** Full chunks, x fastest, then y, z, channel. Throws `ChunkError`. */
async function decoded(
  { bytes, encoding }: StoredObject,
  mip: StoredMip,
  { channelsOfChunk: channels, packing }: ZarrLayout,
  key: string,
): Promise<VoxelArray> {
  const { chunkSize, dataType } = mip;
  const most = chunkBytes(mip) * channels;
  // A whole-object compression around the array's own is no part of zarr, but a store may have it.
  const outer = encoding === undefined ? bytes : await unpack(bytes, encoding, 2 * most + 2 ** 16, key);
  const object = { bytes: outer, encoding: ENCODINGS[packing] };
  return decodeChunk(object, { dataType, channels, encoding: 'raw' }, chunkSize, key);
}
