/** NIfTI files by planes: axes beyond the third (time, vectors) are channels; `scl_slope` is applied. */
import type { ArrayFile } from '../array-file.ts';
import { umPer } from '../array-file-space.ts';
import { niftiAffine } from '../nifti/affine.ts';
import type { NiftiFrame } from '../nifti/header.ts';
import { openNifti } from '../nifti/read.ts';
import { plainBytes, unpackedBytes } from './array-bytes.ts';
import { arraySource } from './array-source.ts';
import { voxelSizeOf } from './axes.ts';
import type { ImageFrame, ImageSource } from './image-source.ts';

/** @throws ArrayFileError */
export async function niftiSource(file: ArrayFile): Promise<ImageSource> {
  const { header, holder, isZipped, lengthBytes } = await openNifti(file);
  const [x = 1, y = 1, z = 1, ...more] = header.shape;
  return arraySource({
    name: file.name,
    type: header.type,
    littleEndian: header.littleEndian,
    sizeVoxels: [x, y, z],
    channels: more.reduce((all, size) => all * size, 1),
    interleaved: false,
    scaling: header.scaling,
    ...spaceOf(header.frame),
    open: () =>
      isZipped
        ? unpackedBytes(holder, { start: 0, skip: header.dataStart, lengthBytes })
        : plainBytes(holder, header.dataStart),
  });
}

function spaceOf(frame: NiftiFrame): Pick<ImageSource, 'voxelSizeUm' | 'frame'> {
  const sizes = frame.pixdim.slice(1, 4);
  const um = umPer(frame.units & 7, sizes);
  const isStated = frame.sformCode > 0 || frame.qformCode > 0;
  return {
    voxelSizeUm: voxelSizeOf(sizes.map((size) => size * um)),
    frame: isStated ? frameOf(niftiAffine(frame), um) : undefined,
  };
}

const frameOf = (affine: readonly (readonly number[])[], um: number): ImageFrame => ({
  affineUm: affine.map((row) => row.map((value) => value * um)),
});
