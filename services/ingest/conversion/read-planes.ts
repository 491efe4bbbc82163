/** Planes of an image in the type of the output. */
import { type ElementArray, makeElements } from '../../../shared/formats/elements.ts';
import type { ImageSource } from '../../../shared/formats/image-source/image-source.ts';
import { convertVoxels } from '../../../shared/volume/convert-voxels.ts';
import { type DataType, type VoxelArray, zeroVoxels } from '../../../shared/volume/data-type.ts';

interface Planes {
  /** x fastest, then y, z, channel. */
  readonly voxels: VoxelArray;
  /** How many were outside the range of the type. */
  readonly cut: number;
}

/** `into`, where it is given, is an array of the input's own type that may be used again. */
export async function readPlanes(
  image: ImageSource,
  start: number,
  end: number,
  type: DataType,
  into?: ElementArray,
): Promise<Planes> {
  const [width, height] = image.sizeVoxels;
  const stored = into ?? makeElements(image.dtype, width * height * (end - start) * image.channels);
  await image.readPlanes(start, end, stored);
  if (image.dtype === type) return { voxels: stored as VoxelArray, cut: 0 };
  const voxels = zeroVoxels(type, stored.length);
  return { voxels, cut: convertVoxels(stored, voxels) };
}
