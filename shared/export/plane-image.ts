/** An image that comes plane by plane: what every file format writes. */
import { type Box, boxSize, type Vec3 } from '../geometry/box.ts';
import { bytesPerVoxel, type DataType, type VoxelArray } from '../volume/data-type.ts';
import type { StoredMip } from '../volume/info.ts';
import type { Volume } from '../volume/open-volume.ts';

export interface PlaneImage {
  readonly dataType: DataType;
  readonly sizeVoxels: Vec3;
  readonly channels: number;
  readonly voxelSizeUm: Vec3;
  /** Centre of the first voxel, in positions whose origin is the corner of the volume's voxel 0. */
  readonly originUm: Vec3;
  /** The planes of one channel in the order of z, x fastest, then y. They are not written to again. */
  planes(channel: number): AsyncIterable<VoxelArray>;
}

/** Decoded voxels that are held at a time; a single plane may be more. */
const SLAB_BYTES = 2 ** 28;

/**
 * A box of a mip, counted with its offset. Chunks are read a layer at a time, and once a channel; where a layer is above
 * 256 MiB fewer planes are held, and its chunks are read again for the next ones.
 */
export function planesOfVolume(volume: Volume, mip: number, box: Box): PlaneImage {
  const stored = volume.mips[mip]!;
  const { dataType, channels, resolutionNm } = stored;
  const voxelSizeUm: Vec3 = [resolutionNm[0] / 1000, resolutionNm[1] / 1000, resolutionNm[2] / 1000];
  const sizeVoxels = boxSize(box);
  const area = sizeVoxels[0] * sizeVoxels[1];
  return {
    dataType,
    sizeVoxels,
    channels,
    voxelSizeUm,
    originUm: [
      (box.start[0] + 0.5) * voxelSizeUm[0],
      (box.start[1] + 0.5) * voxelSizeUm[1],
      (box.start[2] + 0.5) * voxelSizeUm[2],
    ],
    async *planes(channel) {
      for (const slab of slabsOf(box, stored)) {
        const { data } = await volume.read(mip, slab);
        const depth = boxSize(slab)[2];
        for (let z = channel * depth; z < (channel + 1) * depth; z++)
          yield data.subarray(z * area, (z + 1) * area);
      }
    },
  };
}

/** One channel of an image. */
export const channelOf = (image: PlaneImage, channel: number): PlaneImage => ({
  ...image,
  channels: 1,
  planes: () => image.planes(channel),
});

/** Runs of z that end where a layer of chunks does, or earlier. */
function* slabsOf(box: Box, { chunkSize, voxelOffset, dataType, channels }: StoredMip): Generator<Box> {
  const [x, y] = boxSize(box);
  const most = Math.max(1, Math.floor(SLAB_BYTES / (x * y * channels * bytesPerVoxel(dataType))));
  for (let z = box.start[2]; z < box.end[2]; ) {
    const inLayer = (z - voxelOffset[2]) % chunkSize[2];
    const end = Math.min(box.end[2], z + Math.min(most, chunkSize[2] - inLayer));
    yield { start: [box.start[0], box.start[1], z], end: [box.end[0], box.end[1], end] };
    z = end;
  }
}
