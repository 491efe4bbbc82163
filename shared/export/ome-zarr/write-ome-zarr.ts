/** A precomputed volume as OME-Zarr: every mip, chunk by chunk; NGFF 0.4 on zarr 2, 0.5 on zarr 3. */
import type { ObjectStore } from '../../engine/ports.ts';
import type { JsonObject } from '../../engine/records.ts';
import { arrayMetadata2, arrayMetadata3 } from '../../formats/zarr/array-metadata.ts';
import { encodeShard } from '../../formats/zarr/shard.ts';
import type { Vec3 } from '../../geometry/box.ts';
import { inParallel } from '../../in-parallel.ts';
import { cellsIn, chunkCount, gridSize, volumeBox } from '../../volume/chunk-grid.ts';
import { encodeWithZlib } from '../../volume/codecs/zlib.ts';
import { copyVoxels, type VoxelArray, zeroVoxels } from '../../volume/data-type.ts';
import type { StoredMip } from '../../volume/info.ts';
import type { Volume } from '../../volume/open-volume.ts';
import { writeBehind } from '../../write-behind.ts';
import { arrayFolder, multiscaleOf, type NgffVersion } from './multiscale.ts';
import { shardCells, zarrArrayOf } from './zarr-grid.ts';

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
  const { mips } = volume;
  const total = mips.reduce((sum, mip) => sum + chunkCount(mip), 0);
  let done = 0;
  const count = (): void => {
    done += 1;
    wishes.onChunk(done, total);
  };
  for (const [index, mip] of mips.entries()) {
    const shard = wishes.sharded ? shardCells(mip) : undefined;
    const array = zarrArrayOf(mip, shard);
    const folder = arrayFolder(index);
    if (wishes.ngff === '0.4') await putJson(store, `${folder}/.zarray`, arrayMetadata2(array));
    else await putJson(store, `${folder}/zarr.json`, arrayMetadata3(array));
    const chunks: ChunkSource = { volume, mip, index, count };
    const keys = wishes.ngff === '0.4' ? folder : `${folder}/c`;
    await (shard ? writeShards(store, keys, chunks, shard) : writeChunks(store, keys, chunks));
  }
  await writeGroup(store, wishes, volume);
}

interface ChunkSource {
  readonly volume: Volume;
  readonly mip: StoredMip;
  readonly index: number;
  readonly count: () => void;
}

/** Ends when no write is under way any more, also where one fails: whoever removes what was written then removes all. */
async function writeChunks(store: ObjectStore, keys: string, source: ChunkSource): Promise<void> {
  const { mip } = source;
  const stores = writeBehind(PARALLEL_CHUNKS);
  try {
    for (const cell of cellsIn(mip, volumeBox(mip)))
      await stores.begin(async () => {
        for (const [channel, bytes] of (await encodedChannels(source, cell)).entries())
          await putBytes(store, keyOf(keys, channel, cell), bytes);
      });
  } finally {
    await stores.finish();
  }
}

const keyOf = (keys: string, channel: number, [x, y, z]: Vec3): string => `${keys}/${channel}/${z}/${y}/${x}`;

/** One after the other: a shard is held until it is written. */
async function writeShards(
  store: ObjectStore,
  keys: string,
  source: ChunkSource,
  [width, height, depth]: Vec3,
): Promise<void> {
  const grid = gridSize(source.mip);
  const shards = { sizeVoxels: grid, chunkSize: [width, height, depth] } as const;
  for (const shard of cellsIn(shards, volumeBox(shards))) {
    const cells = cellsOfShard(shard, [width, height, depth]);
    const chunks = await inParallel(cells, PARALLEL_CHUNKS, async (cell) =>
      cell.every((c, axis) => c < grid[axis]!) ? encodedChannels(source, cell) : undefined,
    );
    for (let channel = 0; channel < source.mip.channels; channel++)
      await putBytes(
        store,
        keyOf(keys, channel, shard),
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

/** The chunk of each channel, at the border filled up with zeros to its full size: zarr's chunks all have one. */
async function encodedChannels(
  { volume, mip, index, count }: ChunkSource,
  cell: Vec3,
): Promise<Uint8Array[]> {
  const { data, shape } = await volume.readChunk(index, cell);
  const [width = 0, height = 0, depth = 0] = shape;
  const voxels = width * height * depth;
  const channels: Uint8Array[] = [];
  for (let channel = 0; channel < mip.channels; channel++) {
    const own = data.subarray(channel * voxels, (channel + 1) * voxels);
    channels.push((await encodeWithZlib(filledUp(own, [width, height, depth], mip))).bytes);
  }
  count();
  return channels;
}

function filledUp(
  voxels: VoxelArray,
  [width, height, depth]: Vec3,
  { chunkSize, dataType }: StoredMip,
): VoxelArray {
  const [x, y, z] = chunkSize;
  if (width === x && height === y && depth === z) return voxels;
  const full = zeroVoxels(dataType, x * y * z);
  for (let plane = 0; plane < depth; plane++)
    for (let row = 0; row < height; row++) {
      const from = width * (row + height * plane);
      copyVoxels(full, x * (row + y * plane), voxels.subarray(from, from + width));
    }
  return full;
}

async function writeGroup(
  store: ObjectStore,
  { name, ngff }: OmeZarrWishes,
  { info, mips }: Volume,
): Promise<void> {
  const multiscale = multiscaleOf(name, mips);
  const label: JsonObject = info.type === 'segmentation' ? { 'image-label': { version: ngff } } : {};
  if (ngff === '0.5') {
    const attributes = { ome: { version: ngff, multiscales: [multiscale], ...label } };
    await putJson(store, 'zarr.json', { zarr_format: 3, node_type: 'group', attributes });
    return;
  }
  await putJson(store, '.zattrs', { multiscales: [{ version: ngff, ...multiscale }], ...label });
  await putJson(store, '.zgroup', { zarr_format: 2 });
}

async function putJson(store: ObjectStore, key: string, value: JsonObject): Promise<void> {
  const body = new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`);
  await store.put(key, body, { contentType: 'application/json', cacheControl: 'no-cache' });
}

async function putBytes(store: ObjectStore, key: string, bytes: Uint8Array): Promise<void> {
  await store.put(key, bytes, { contentType: 'application/octet-stream' });
}
