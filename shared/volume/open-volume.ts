/** Reading a volume by bounds: precomputed, or an OME-Zarr image. */
import { constants } from 'node:buffer';
import ndarray, { type NdArray } from 'ndarray';
import type { ObjectStore } from '../engine/ports.ts';
import { type Box, boxSize, intersect, type Vec3 } from '../geometry/box.ts';
import { inParallel } from '../in-parallel.ts';
import { cellsIn, chunkBox, volumeBox } from './chunk-grid.ts';
import { type ChunkReader, chunkReader } from './chunk-reader.ts';
import { decompressText } from './codecs/decode.ts';
import { bytesPerVoxel, copyVoxels, type VoxelArray, zeroVoxels } from './data-type.ts';
import { VolumeError } from './errors.ts';
import { mipsOf, parseInfo, type StoredMip, type VolumeInfo } from './info.ts';
import { unlessDenied } from './volume-files.ts';
import { keyIn } from './volume-key.ts';
import { readZarrImage } from './zarr/read-image.ts';
import { zarrVolume } from './zarr/zarr-volume.ts';

/** Chunks that are fetched and decoded at a time. */
const PARALLEL_CHUNKS = 4;
/**
 * How many chunks' bytes reading may take beside the voxels it gives, noise taken for data: those on their way, as stored
 * and as unpacked, and what the thread keeps of one for zstd.
 */
export const CHUNKS_IN_READING = 2 * PARALLEL_CHUNKS + 2;

/** Shape [x, y, z, channel]; `data` holds exactly these voxels, x fastest, then y, z, channel. */
type Voxels = NdArray<VoxelArray>;

/** Coordinates are voxels of the mip, counted with its offset. Absent chunks are zero. */
export interface Volume {
  readonly info: VolumeInfo;
  /** Finest first. */
  readonly mips: readonly StoredMip[];
  /** A box beyond the mip, or of more than 4 GiB, is refused with a `VolumeError`, a damaged chunk with a `ChunkError`. */
  read(mip: number, box: Box): Promise<Voxels>;
  /** The chunk at this cell of the grid, cut to the volume. */
  readChunk(mip: number, cell: Vec3): Promise<Voxels>;
}

/** `folder` is where `info` lies in the store, or what describes an OME-Zarr image. */
export async function openVolume(store: ObjectStore, folder = ''): Promise<Volume> {
  const { info, mips, where } = await readDescription(store, folder);
  const readers = mips.map((mip) => ({ mip, chunks: chunkReader(store, folder, mip) }));
  const at = (mip: number) => {
    const reader = readers[mip];
    if (reader === undefined)
      throw new VolumeError(`${where} has no mip ${mip}, only 0 to ${mips.length - 1}`);
    return reader;
  };
  return {
    info,
    mips,
    read: async (mip, box) => readBox(at(mip), box, where),
    readChunk: async (index, cell) => {
      const { mip, chunks } = at(index);
      const size = boxSize(chunkBox(mip, cell));
      checkFits(mip, size, where);
      return view((await chunks.read(cell)) ?? zeros(mip, size), size, mip.channels);
    },
  };
}

interface Description {
  readonly info: VolumeInfo;
  readonly mips: readonly StoredMip[];
  /** The file that says so, for messages. */
  readonly where: string;
}

async function readDescription(store: ObjectStore, folder: string): Promise<Description> {
  const where = `${store.url}/${keyIn(folder, 'info')}`;
  const object = await unlessDenied(store, keyIn(folder, 'info'));
  if (object !== undefined) {
    const info = parseInfo(await decompressText(object, where), where);
    return { info, mips: mipsOf(info, where), where };
  }
  const image = await readZarrImage(store, folder);
  // Says so where access to it is denied.
  if (image === undefined) await store.get(keyIn(folder, 'info'));
  if (image === undefined)
    throw new VolumeError(`${where} is not there: no precomputed volume, and no OME-Zarr image`);
  return zarrVolume(image, folder === '' ? store.url : `${store.url}/${folder}`);
}

interface MipReader {
  readonly mip: StoredMip;
  readonly chunks: ChunkReader;
}

async function readBox({ mip, chunks }: MipReader, box: Box, where: string): Promise<Voxels> {
  checkInside(mip, box, where);
  const size = boxSize(box);
  checkFits(mip, size, where);
  const voxels = zeros(mip, size);
  await inParallel(cellsIn(mip, box), PARALLEL_CHUNKS, async (cell) => {
    const chunk = await chunks.read(cell);
    if (chunk !== undefined) copyOverlap(voxels, box, chunk, chunkBox(mip, cell), mip.channels);
  });
  return view(voxels, size, mip.channels);
}

const zeros = ({ dataType, channels }: StoredMip, [x, y, z]: Vec3): VoxelArray =>
  zeroVoxels(dataType, x * y * z * channels);

/** An `info` may speak of chunks that no memory holds, and a caller ask for a whole volume. */
function checkFits({ key, dataType, channels }: StoredMip, [x, y, z]: Vec3, where: string): void {
  const bytes = x * y * z * channels * bytesPerVoxel(dataType);
  if (bytes <= constants.MAX_LENGTH) return;
  throw new VolumeError(
    `${where}, mip ${key}: ${x} x ${y} x ${z} voxels are ${bytes} bytes; at most ${constants.MAX_LENGTH} are read at once. Read smaller parts.`,
  );
}

function checkInside(mip: StoredMip, { start, end }: Box, where: string): void {
  const whole = volumeBox(mip);
  const inside = start.every((first, axis) => first >= whole.start[axis]! && end[axis]! <= whole.end[axis]!);
  const ordered = start.every((first, axis) => Number.isInteger(first) && first <= end[axis]!);
  if (inside && ordered && end.every(Number.isInteger)) return;
  throw new VolumeError(
    `${where}, mip ${mip.key}: asked for voxels (${start}) to (${end}), it has (${whole.start}) to (${whole.end})`,
  );
}

/** Copies row by row what two boxes share; both arrays are x fastest. */
function copyOverlap(to: VoxelArray, toBox: Box, from: VoxelArray, fromBox: Box, channels: number): void {
  const shared = intersect(toBox, fromBox);
  const [width, height, depth] = boxSize(shared);
  const rowIn = (box: Box, y: number, z: number, channel: number): number => {
    const [sx, sy, sz] = boxSize(box);
    const [x0, y0, z0] = box.start;
    return (
      shared.start[0] - x0 + sx * (shared.start[1] - y0 + y + sy * (shared.start[2] - z0 + z + sz * channel))
    );
  };
  for (let channel = 0; channel < channels; channel++) {
    for (let z = 0; z < depth; z++) {
      for (let y = 0; y < height; y++) {
        const row = rowIn(fromBox, y, z, channel);
        copyVoxels(to, rowIn(toBox, y, z, channel), from.subarray(row, row + width));
      }
    }
  }
}

function view(voxels: VoxelArray, [x, y, z]: Vec3, channels: number): Voxels {
  return ndarray(voxels, [x, y, z, channels], [1, x, x * y, x * y * z]);
}
