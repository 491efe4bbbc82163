/** Writing NIfTI single files, little endian, always the same bytes for the same array. */
import { gzipSync } from 'node:zlib';
import { type ElementArray, elementTypeOf, littleEndianBytes } from '../elements.ts';
import { type NiftiFrame, niftiHeaderBytes } from './header.ts';

/** Version 1 counts to 32767 along an axis; longer arrays are written as version 2. */
const MOST_OF_VERSION_1 = 32_767;

/** .nii, or .nii.gz where `compress` is set. `shape`: fastest axis first, at most seven. */
export function encodeNifti(
  { shape, data, frame }: { shape: readonly number[]; data: ElementArray; frame: NiftiFrame },
  compress: boolean,
): Uint8Array {
  const count = shape.reduce((all, size) => all * size, 1);
  if (count !== data.length || shape.length > 7)
    throw new RangeError(`${data.length} elements, but sizes ${shape.join(' x ')} are ${count}`);
  const version = Math.max(...shape) > MOST_OF_VERSION_1 ? 2 : 1;
  const header = niftiHeaderBytes(version, elementTypeOf(data), shape, frame);
  const file = Buffer.concat([header, littleEndianBytes(data)]);
  return compress ? gzipSync(file) : file;
}

/** A frame of voxel sizes alone, in micrometres: the centre of the first voxel lies at half a voxel. */
export function niftiFrameOf(voxelSizeUm: readonly number[]): NiftiFrame {
  const [x = 1, y = 1, z = 1] = voxelSizeUm;
  return {
    pixdim: [1, x, y, z, 1, 1, 1, 1],
    qformCode: 0,
    sformCode: 1,
    quaternion: [0, 0, 0, 0, 0, 0],
    sform: [x, 0, 0, x / 2, 0, y, 0, y / 2, 0, 0, z, z / 2],
    units: 3,
  };
}
