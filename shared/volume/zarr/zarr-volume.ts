/** An OME-Zarr image as the rest of the program knows volumes: mips of one type, and the `info` it would have. */
import { perAxis, type Vec3 } from '../../geometry/box.ts';
import { bytesPerVoxel } from '../data-type.ts';
import { UnsupportedVolumeError } from '../errors.ts';
import { factorBetween, type StoredMip, type VolumeInfo } from '../info.ts';
import { buildInfo } from '../write-volume.ts';
import type { StoredArray } from './read-array.ts';
import type { ZarrImage } from './read-image.ts';
import type { ZarrLayout, ZarrShard } from './zarr-layout.ts';

/** `where` names the image in errors. Throws `UnsupportedVolumeError`. */
export function zarrVolume(image: ZarrImage, where: string) {
  const mips = image.arrays.map((_, index) => mipOf(image, index, where));
  const [finest] = mips;
  const other = mips.find(
    ({ dataType, channels }) => dataType !== finest!.dataType || channels !== finest!.channels,
  );
  if (other) throw new UnsupportedVolumeError(where, `an image whose array ${other.key} is of another kind`);
  const type = image.isSegmentation ? 'segmentation' : 'image';
  const info: VolumeInfo = buildInfo(mips, { type, channels: finest!.channels });
  return { info, mips, where };
}

/** Each has chunks of its own: a header that says millions would be looked for in vain all day. */
const MOST_CHANNELS = 1024;

function mipOf({ axes, arrays }: ZarrImage, index: number, where: string): StoredMip {
  const { path, array, resolutionNm, voxelOffset } = arrays[index]!;
  const leading = axes.slice(0, -3);
  checkLeading(leading, array, where);
  checkChunk(array, `${where}, array ${path}`);
  const channelAxis = leading.findIndex(({ isChannel }) => isChannel);
  const along = (list: readonly number[]): number => (channelAxis < 0 ? 1 : list[channelAxis]!);
  if (along(array.shape) > MOST_CHANNELS)
    throw new UnsupportedVolumeError(where, `an image of ${along(array.shape)} channels`);
  const finer = arrays[index - 1]?.resolutionNm ?? resolutionNm;
  return {
    key: path,
    sizeVoxels: spatial(array.shape),
    voxelOffset,
    resolutionNm,
    factorFromPrevious: factorBetween({ resolution: [...finer] }, { resolution: [...resolutionNm] }),
    chunkSize: spatial(array.chunkShape),
    dataType: array.dataType,
    channels: along(array.shape),
    encoding: 'raw',
    zarr: {
      version: array.version,
      leading,
      keys: array.keys,
      packing: array.packing,
      channelsOfChunk: along(array.chunkShape),
      shard: array.shard && shardOf(array.shard, array.chunkShape, along),
    },
  };
}

/** The only point along such an axis may still lie in a chunk or shard that has room for more. */
function checkLeading(
  leading: ZarrLayout['leading'],
  { shape, chunkShape, shard }: StoredArray,
  where: string,
): void {
  const refuse = (feature: string): never => {
    throw new UnsupportedVolumeError(where, feature);
  };
  for (const [at, { name, isChannel }] of leading.entries()) {
    if (isChannel) continue;
    if (shape[at] !== 1) refuse(`an image of several points along ${name}`);
    if (chunkShape[at] !== 1) refuse(`an image whose chunks are longer than 1 along ${name}`);
    if (shard && shard.shape[at] !== 1) refuse(`an image whose shards are longer than 1 along ${name}`);
  }
}

/** Zarr's chunks may be larger than their array, and are held whole. */
const MOST_CHUNK_BYTES = 2 ** 30;

function checkChunk({ chunkShape, dataType }: StoredArray, where: string): void {
  const bytes = chunkShape.reduce((voxels, extent) => voxels * extent, bytesPerVoxel(dataType));
  if (bytes > MOST_CHUNK_BYTES)
    throw new UnsupportedVolumeError(where, `a chunk of ${chunkShape.join(' x ')} voxels, ${bytes} bytes,`);
}

const spatial = (list: readonly number[]): Vec3 => {
  const [z, y, x] = list.slice(-3) as [number, number, number];
  return [x, y, z];
};

function shardOf(
  { shape, isIndexFirst, hasChecksum }: NonNullable<StoredArray['shard']>,
  chunkShape: readonly number[],
  along: (list: readonly number[]) => number,
): ZarrShard {
  const [shard, chunk] = [spatial(shape), spatial(chunkShape)];
  return {
    cells: perAxis((axis) => shard[axis] / chunk[axis]),
    channelCells: along(shape) / along(chunkShape),
    isIndexFirst,
    hasChecksum,
  };
}
