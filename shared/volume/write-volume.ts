/** Writing a precomputed volume: `info`, `provenance`, and chunks. */
import type { ObjectStore } from '../engine/ports.ts';
import type { Json, JsonObject } from '../engine/records.ts';
import { boxSize, type Vec3 } from '../geometry/box.ts';
import { chunkBox } from './chunk-grid.ts';
import { chunkKey } from './chunk-reader.ts';
import type { EncodedChunk } from './codecs/encoded-chunk.ts';
import { encodeSegmentation } from './codecs/segmentation/encode-segmentation.ts';
import { isSegmentationType } from './codecs/segmentation/layout.ts';
import { encodeWithZlib } from './codecs/zlib.ts';
import { bytesPerVoxel, type DataType, type VoxelArray } from './data-type.ts';
import { VolumeError } from './errors.ts';
import { encodingOf, type VolumeInfo } from './info.ts';
import type { Mip } from './scales.ts';
import { keyIn } from './volume-key.ts';
import { filledUp } from './zarr/fill-up.ts';
import { writeZarrImage, type ZarrMip } from './zarr/write-image.ts';
import { asStored } from './zarr/zarr-layout.ts';

export interface VolumeKind {
  /** `image` where absent. */
  readonly type?: VolumeInfo['type'];
  /** 1 where absent. */
  readonly channels?: number;
}

/** `mips`: finest first, all of one data type. */
export function buildInfo(mips: readonly Mip<DataType>[], kind: VolumeKind = {}): VolumeInfo {
  const [finest, ...coarser] = mips;
  if (finest === undefined) throw new VolumeError('A volume has at least one mip, found none');
  return {
    '@type': 'neuroglancer_multiscale_volume',
    type: kind.type ?? 'image',
    data_type: finest.dataType,
    num_channels: kind.channels ?? 1,
    scales: [scaleOf(finest), ...coarser.map(scaleOf)],
  };
}

const ORIGIN: Vec3 = [0, 0, 0];

const scaleOf = (mip: Mip<DataType>): VolumeInfo['scales'][number] => ({
  key: mip.key,
  size: [...mip.sizeVoxels],
  voxel_offset: [...(mip.voxelOffset ?? ORIGIN)],
  resolution: [...mip.resolutionNm],
  chunk_sizes: [[...mip.chunkSize]],
  ...encodingOf(mip),
  ...(mip.sharding ? { sharding: mip.sharding } : {}),
});

/** Of zarr, its arrays and their group. */
export async function writeVolumeInfo(
  store: ObjectStore,
  folder: string,
  mips: readonly Mip<DataType>[],
  kind?: VolumeKind,
): Promise<void> {
  const zarr = mips.filter(isZarr);
  if (zarr.length === mips.length && zarr.length > 0) return writeZarrImage(store, folder, zarr, kind);
  await writeJson(store, keyIn(folder, 'info'), buildInfo(mips, kind) as Json);
}

const isZarr = (mip: Mip<DataType>): mip is ZarrMip => mip.zarr !== undefined;

/** What cloud-volume's `provenance` file holds: how the volume came to be, for its readers. */
export interface Provenance {
  readonly description: string;
  readonly owners: readonly string[];
  readonly processing: readonly {
    readonly method: JsonObject;
    readonly by: string;
    readonly date?: string;
  }[];
  /** URLs of what it was made from. */
  readonly sources: readonly string[];
}

export async function writeProvenance(
  store: ObjectStore,
  folder: string,
  { description, owners, processing, sources }: Provenance,
): Promise<void> {
  const steps: Json = processing.map((step) => ({ ...step }));
  await writeJson(store, keyIn(folder, 'provenance'), { description, owners, processing: steps, sources });
}

/** Both change while a volume is made, so no cache may keep them. */
async function writeJson(store: ObjectStore, key: string, value: Json): Promise<void> {
  const body = new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`);
  await store.put(key, body, { contentType: 'application/json', cacheControl: 'no-cache' });
}

/** `voxels`: x fastest, then y, z, channel, of the chunk as its cell is cut to the volume. Stored as gzip. */
export async function writeChunk(
  store: ObjectStore,
  folder: string,
  mip: Mip<DataType>,
  cell: Vec3,
  voxels: VoxelArray,
  channels = 1,
): Promise<void> {
  const key = chunkKey(folder, mip, cell);
  const [x, y, z] = boxSize(chunkBox(mip, cell));
  const expected = x * y * z * channels * bytesPerVoxel(mip.dataType);
  if (voxels.byteLength !== expected)
    throw new RangeError(`${key}: ${voxels.byteLength} bytes of voxels to write, expected ${expected}`);
  if (!mip.zarr)
    return putChunk(store, key, await encodeWithZlib(storedVoxels(voxels, mip, [x, y, z], channels)));
  for (let channel = 0; channel < channels; channel++) {
    const own = voxels.subarray(x * y * z * channel, x * y * z * (channel + 1));
    const packed = await encodeWithZlib(filledUp(own, [x, y, z], mip.chunkSize, mip.dataType));
    await putChunk(store, chunkKey(folder, mip, cell, channel), asStored(packed, mip.zarr));
  }
}

/** As raw voxels, or in blocks where the mip says so. */
function storedVoxels(
  voxels: VoxelArray,
  { labelBlock, dataType }: Mip<DataType>,
  size: Vec3,
  channels: number,
): VoxelArray {
  if (labelBlock === undefined || !isSegmentationType(dataType)) return voxels;
  const words = new Uint32Array(voxels.buffer as ArrayBuffer, voxels.byteOffset, voxels.byteLength / 4);
  return encodeSegmentation(words, { size, block: labelBlock, channels, type: dataType });
}

export async function putChunk(
  store: ObjectStore,
  key: string,
  { bytes, encoding }: EncodedChunk,
): Promise<void> {
  const contentType = 'application/octet-stream';
  await store.put(key, bytes, encoding === undefined ? { contentType } : { encoding, contentType });
}
