/** From a path or URL to an image: a folder of planes, or a file of a kind that its first bytes tell. */
import { type ArrayFile, ArrayFileError } from '../array-file.ts';
import { type FileFormat, formatOf } from './format-of.ts';
import { type CountBytes, imagePlace } from './image-place.ts';
import type { ImageSource } from './image-source.ts';
import { metaImageSource } from './meta-image-source.ts';
import { niftiSource } from './nifti-source.ts';
import { npySource } from './npy-source.ts';
import { nrrdSource } from './nrrd-source.ts';
import { pngSource } from './png-source.ts';
import { seriesSource } from './series-source.ts';
import { tiffSource } from './tiff-source.ts';

interface OpenOptions {
  /** Is told of all that is read. */
  readonly onRead?: CountBytes;
  /** That the planes of a folder fit each other was found before; each is still looked at when it is read. */
  readonly isChecked?: boolean;
}

/**
 * A folder of TIFF or PNG planes, a TIFF (pages are planes), PNG, NRRD, NIfTI, MetaImage or .npy file, on this machine or
 * at a URL. Numbers come as they are stored, `scl_slope` of NIfTI applied.
 *
 *     const source = await openImageSource('brain.nii.gz');
 *     const plane = makeElements(source.dtype, source.sizeVoxels[0] * source.sizeVoxels[1] * source.channels);
 *     for (let z = 0; z < source.sizeVoxels[2]; z++) await source.readPlanes(z, z + 1, plane);
 *     await source.close();
 *
 * A precomputed volume is opened with `openVolume`. @throws ArrayFileError, TiffError, PngError, StoreError
 */
export async function openImageSource(pathOrUrl: string, options: OpenOptions = {}): Promise<ImageSource> {
  const place = await imagePlace(pathOrUrl, options.onRead ?? (() => {}));
  if (place.kind === 'file') return fileSource(place.file);
  const { folder } = place;
  if (folder.names.includes('info'))
    throw new ArrayFileError(
      folder.name,
      'is a precomputed volume (it has an info), expected a folder of planes',
    );
  return seriesSource(folder, options.isChecked === true);
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
