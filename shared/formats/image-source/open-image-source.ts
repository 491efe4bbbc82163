/** From a path to an image: a folder of planes, or a file of a kind that its first bytes tell. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ArrayFile, ArrayFileError, arrayFileAt } from '../array-file.ts';
import { type FileFormat, formatOf } from './format-of.ts';
import type { ImageSource } from './image-source.ts';
import { metaImageSource } from './meta-image-source.ts';
import { niftiSource } from './nifti-source.ts';
import { npySource } from './npy-source.ts';
import { nrrdSource } from './nrrd-source.ts';
import { pngSource } from './png-source.ts';
import { seriesSource } from './series-source.ts';
import { tiffSource } from './tiff-source.ts';

/**
 * A folder of TIFF or PNG planes, a TIFF (pages are planes), PNG, NRRD, NIfTI, MetaImage or .npy file. Numbers come as
 * they are stored, `scl_slope` of NIfTI applied.
 *
 *     const source = await openImageSource('brain.nii.gz');
 *     const plane = makeElements(source.dtype, source.sizeVoxels[0] * source.sizeVoxels[1] * source.channels);
 *     for (let z = 0; z < source.sizeVoxels[2]; z++) await source.readPlanes(z, z + 1, plane);
 *     await source.close();
 *
 * A precomputed volume is opened with `openVolume`. @throws ArrayFileError, TiffError, PngError
 */
export async function openImageSource(path: string): Promise<ImageSource> {
  const found = await stat(path).catch((cause) => {
    throw new ArrayFileError(path, 'cannot be opened: check the path', cause);
  });
  if (!found.isDirectory()) return fileSource(await arrayFileAt(path));
  const isVolume = await stat(join(path, 'info')).then(
    (info) => info.isFile(),
    () => false,
  );
  if (isVolume)
    throw new ArrayFileError(path, 'is a precomputed volume (it has an info), expected a folder of planes');
  return seriesSource(path);
}

const SOURCES: Readonly<Record<FileFormat, (file: ArrayFile) => Promise<ImageSource>>> = {
  TIFF: tiffSource,
  PNG: pngSource,
  NRRD: nrrdSource,
  NIfTI: niftiSource,
  npy: npySource,
  MetaImage: metaImageSource,
};

/** By the file's first bytes. @throws ArrayFileError, TiffError, PngError */
export async function fileSource(file: ArrayFile): Promise<ImageSource> {
  const format = await formatOf(file);
  if (format !== undefined) return SOURCES[format](file);
  throw new ArrayFileError(
    file.name,
    `its ${file.sizeBytes} bytes begin like no file that is known: expected ${Object.keys(SOURCES).join(', ')}`,
  );
}
