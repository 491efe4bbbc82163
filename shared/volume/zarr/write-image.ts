/** What makes folders of chunks an OME-Zarr image: the JSON of its arrays and of their group (FORMATS section 13). */
import type { ObjectStore } from '../../engine/ports.ts';
import type { JsonObject } from '../../engine/records.ts';
import { arrayMetadata2, arrayMetadata3, type ZarrArray } from '../../formats/zarr/array-metadata.ts';
import { perAxis, type Vec3 } from '../../geometry/box.ts';
import { zlibLevel } from '../codecs/zlib.ts';
import type { DataType } from '../data-type.ts';
import type { Mip } from '../scales.ts';
import { keyIn } from '../volume-key.ts';
import type { ZarrLayout } from './zarr-layout.ts';

const AXES = ['c', 'z', 'y', 'x'];

/** A mip with a `writtenLayout`. */
export interface ZarrMip extends Mip<DataType> {
  readonly zarr: ZarrLayout;
}

/** The group last. `type` is `image` where absent, `channels` 1, and `name`, for people, that of the folder. */
export async function writeZarrImage(
  store: ObjectStore,
  folder: string,
  mips: readonly ZarrMip[],
  {
    type,
    channels = 1,
    name,
  }: { readonly type?: string; readonly channels?: number; readonly name?: string } = {},
): Promise<void> {
  for (const mip of mips) await writeArrayMetadata(store, folder, mip, channels);
  const image = { name: name ?? folder.split('/').at(-1)!, isSegmentation: type === 'segmentation' };
  await writeGroup(store, folder, mips, image);
}

export async function writeArrayMetadata(
  store: ObjectStore,
  folder: string,
  mip: ZarrMip,
  channels: number,
): Promise<void> {
  const array = arrayOf(mip, channels);
  const is2 = mip.zarr.version === 2;
  const key = keyIn(folder, `${mip.key}/${is2 ? '.zarray' : 'zarr.json'}`);
  await putJson(store, key, is2 ? arrayMetadata2(array) : arrayMetadata3(array));
}

function arrayOf({ sizeVoxels, chunkSize, dataType, zarr }: ZarrMip, channels: number): ZarrArray {
  const { packing, shard } = zarr;
  const shardSize = shard && perAxis((axis) => chunkSize[axis] * shard.cells[axis]);
  return {
    shape: [channels, ...slowestFirst(sizeVoxels)],
    chunkShape: [1, ...slowestFirst(chunkSize)],
    shardShape: shardSize && [1, ...slowestFirst(shardSize)],
    axes: AXES,
    dataType,
    gzipLevel: packing === 'none' ? undefined : zlibLevel(dataType),
  };
}

const slowestFirst = ([x, y, z]: Vec3): number[] => [z, y, x];

/** `mips`: finest first. The file that says that there is an image. */
export async function writeGroup(
  store: ObjectStore,
  folder: string,
  mips: readonly ZarrMip[],
  { name, isSegmentation }: { readonly name: string; readonly isSegmentation: boolean },
): Promise<void> {
  const multiscale = multiscaleOf(name, mips);
  const labelled = (version: string): JsonObject => (isSegmentation ? { 'image-label': { version } } : {});
  if (mips[0]!.zarr.version === 3) {
    const ome = { version: '0.5', multiscales: [multiscale], ...labelled('0.5') };
    await putJson(store, keyIn(folder, 'zarr.json'), {
      zarr_format: 3,
      node_type: 'group',
      attributes: { ome },
    });
    return;
  }
  const attributes = { multiscales: [{ version: '0.4', ...multiscale }], ...labelled('0.4') };
  await putJson(store, keyIn(folder, '.zattrs'), attributes);
  await putJson(store, keyIn(folder, '.zgroup'), { zarr_format: 2 });
}

/** One entry of `multiscales`, without its version. */
const multiscaleOf = (name: string, mips: readonly ZarrMip[]): JsonObject => ({
  name,
  axes: AXES.map((axis) =>
    axis === 'c' ? { name: axis, type: 'channel' } : { name: axis, type: 'space', unit: 'micrometer' },
  ),
  datasets: mips.map((mip) => ({ path: mip.key, coordinateTransformations: transformsOf(mip) })),
});

const ORIGIN: Vec3 = [0, 0, 0];

/**
 * NGFF speaks of the centres of voxels: that of the first lies half a voxel from the corner, which is the same at each
 * mip. So the mips lie on each other, and the image where the volume lies.
 */
function transformsOf({ resolutionNm, voxelOffset = ORIGIN }: ZarrMip): JsonObject[] {
  const um = resolutionNm.map((nm) => nm / 1000);
  const centre = um.map((size, axis) => (voxelOffset[axis]! + 0.5) * size);
  return [
    { type: 'scale', scale: [1, ...um.reverse()] },
    { type: 'translation', translation: [0, ...centre.reverse()] },
  ];
}

/** It changes while an image is made, so no cache may keep it. */
async function putJson(store: ObjectStore, key: string, value: JsonObject): Promise<void> {
  const body = new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`);
  await store.put(key, body, { contentType: 'application/json', cacheControl: 'no-cache' });
}
