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
  return inType(stored, image, type);
}

/** Rows of one plane, of an image that can be read by rows. */
export async function readRows(
  image: ImageSource,
  z: number,
  { y0, y1 }: { readonly y0: number; readonly y1: number },
  type: DataType,
  into: ElementArray,
): Promise<Planes> {
  if (image.readRows === undefined) throw new TypeError(`${image.name} cannot be read by rows`);
  await image.readRows(z, y0, y1, into);
  return inType(into, image, type);
}

function inType(stored: ElementArray, { dtype }: ImageSource, type: DataType): Planes {
  if (dtype === type) return { voxels: stored as VoxelArray, cut: 0 };
  const voxels = zeroVoxels(type, stored.length);
  return { voxels, cut: convertVoxels(stored, voxels) };
}
