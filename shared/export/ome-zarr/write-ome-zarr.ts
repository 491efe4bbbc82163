/** A precomputed volume as OME-Zarr: every mip, chunk by chunk; NGFF 0.4 on zarr 2, 0.5 on zarr 3. */
import type { ObjectStore } from '../../engine/ports.ts';
import { encodeShard } from '../../formats/zarr/shard.ts';
import type { Vec3 } from '../../geometry/box.ts';
import { inParallel } from '../../in-parallel.ts';
import { cellsIn, chunkCount, gridSize, volumeBox } from '../../volume/chunk-grid.ts';
import { encodeWithZlib } from '../../volume/codecs/zlib.ts';
import type { StoredMip } from '../../volume/info.ts';
import type { Volume } from '../../volume/open-volume.ts';
import { filledUp } from '../../volume/zarr/fill-up.ts';
import { writeArrayMetadata, writeGroup, type ZarrMip } from '../../volume/zarr/write-image.ts';
import { arrayFolder, type NgffVersion, writtenLayout, zarrKey } from '../../volume/zarr/zarr-layout.ts';
import { writeBehind } from '../../write-behind.ts';
import { shardCells } from './shard-cells.ts';

export interface OmeZarrWishes {
  /** Of the image, for people. */
  readonly name: string;
  readonly ngff: NgffVersion;
  /** 0.5 only: many chunks an object. */
  readonly sharded: boolean;
  /** Called after each chunk. */
  readonly onChunk: (done: number, total: number) => void;
}

/** Chunks that are read, encoded and written at a time. */
const PARALLEL_CHUNKS = 4;

/** To the root of the store. What says that there is an image is written last. */
export async function writeOmeZarr(volume: Volume, store: ObjectStore, wishes: OmeZarrWishes): Promise<void> {
  const { info, mips } = volume;
  const { name, ngff, sharded } = wishes;
  const total = mips.reduce((sum, mip) => sum + chunkCount(mip), 0);
  let done = 0;
  const count = (): void => {
    done += 1;
    wishes.onChunk(done, total);
  };
  const written = mips.map((mip, index) => writtenMip(mip, index, ngff, sharded));
  for (const [index, mip] of written.entries()) {
    await writeArrayMetadata(store, '', mip, info.num_channels);
    await (mip.zarr.shard ? writeShards : writeChunks)(store, { volume, mip, index, count });
  }
  await writeGroup(store, '', written, { name, isSegmentation: info.type === 'segmentation' });
}

/** The same voxels in the same chunks, whatever they lie in now. */
function writtenMip(mip: StoredMip, index: number, ngff: NgffVersion, sharded: boolean): ZarrMip {
  const layout = writtenLayout(ngff, 'gzip');
  const shard = { channelCells: 1, isIndexFirst: false, hasChecksum: true };
  return {
    ...mip,
    key: arrayFolder(index),
    zarr: sharded ? { ...layout, shard: { ...shard, cells: shardCells(mip) } } : layout,
  };
}

interface ChunkSource {
  readonly volume: Volume;
  /** As it is written. */
  readonly mip: ZarrMip;
  readonly index: number;
  readonly count: () => void;
}

/** Ends when no write is under way any more, also where one fails: whoever removes what was written then removes all. */
async function writeChunks(store: ObjectStore, source: ChunkSource): Promise<void> {
  const { mip } = source;
  const stores = writeBehind(PARALLEL_CHUNKS);
  try {
    for (const cell of cellsIn(mip, volumeBox(mip)))
      await stores.begin(async () => {
        for (const [channel, bytes] of (await encodedChannels(source, cell)).entries())
          await putBytes(store, zarrKey(mip.key, mip.zarr, cell, channel), bytes);
      });
  } finally {
    await stores.finish();
  }
}

/** One after the other: a shard is held until it is written. */
async function writeShards(store: ObjectStore, source: ChunkSource): Promise<void> {
  const { mip, volume } = source;
  const [width, height, depth] = mip.zarr.shard!.cells;
  const grid = gridSize(mip);
  const shards = { sizeVoxels: grid, chunkSize: [width, height, depth] } as const;
  for (const shard of cellsIn(shards, volumeBox(shards))) {
    const cells = cellsOfShard(shard, [width, height, depth]);
    const chunks = await inParallel(cells, PARALLEL_CHUNKS, async (cell) =>
      cell.every((c, axis) => c < grid[axis]!) ? encodedChannels(source, cell) : undefined,
    );
    for (let channel = 0; channel < volume.info.num_channels; channel++)
      await putBytes(
        store,
        zarrKey(mip.key, mip.zarr, shard, channel),
        encodeShard(chunks.map((found) => found?.[channel])),
      );
  }
}

/** x fastest; those at the far border may lie beyond the grid. */
function* cellsOfShard([sx, sy, sz]: Vec3, [width, height, depth]: Vec3): Generator<Vec3> {
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) yield [sx * width + x, sy * height + y, sz * depth + z];
}

/** The chunk of each channel, at the border filled up to its full size. */
async function encodedChannels(
  { volume, mip, index, count }: ChunkSource,
  cell: Vec3,
): Promise<Uint8Array[]> {
  const { data, shape } = await volume.readChunk(index, cell);
  const [width = 0, height = 0, depth = 0, channelCount = 0] = shape;
  const voxels = width * height * depth;
  const channels: Uint8Array[] = [];
  for (let channel = 0; channel < channelCount; channel++) {
    const own = data.subarray(channel * voxels, (channel + 1) * voxels);
    const full = filledUp(own, [width, height, depth], mip.chunkSize, mip.dataType);
    channels.push((await encodeWithZlib(full)).bytes);
  }
  count();
  return channels;
}

async function putBytes(store: ObjectStore, key: string, bytes: Uint8Array): Promise<void> {
  await store.put(key, bytes, { contentType: 'application/octet-stream' });
}
