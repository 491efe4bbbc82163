/** Reading NIfTI-1 and NIfTI-2: .nii, .nii.gz, and .hdr with its .img. */
import {
  type ArrayFile,
  ArrayFileError,
  elementCount,
  expectToFit,
  expectToHold,
  gatherBytes,
  inflated,
  isGzip,
} from '../array-file.ts';
import { type ElementArray, elementBytes, elementsFrom } from '../elements.ts';
import { firstInflated } from '../first-inflated.ts';
import { HEADER_BYTES, type NiftiHeader, parseNiftiHeader } from './header.ts';

export interface Nifti extends Pick<NiftiHeader, 'version' | 'type' | 'shape' | 'scaling' | 'frame'> {
  /** As stored: `scaling` is not applied. */
  readonly data: ElementArray;
}

/** Takes at most three times the memory of the array. @throws ArrayFileError */
export async function readNifti(file: ArrayFile): Promise<Nifti> {
  const { header, holder, isZipped, lengthBytes } = await openNifti(file);
  const { version, type, shape, scaling, frame, littleEndian, dataStart } = header;
  expectToFit(holder, lengthBytes);
  const pieces = isZipped ? inflated(holder, 0) : holder.stream(0);
  const bytes = await gatherBytes(holder.name, pieces, dataStart, lengthBytes);
  return { version, type, shape, scaling, frame, data: elementsFrom(bytes, type, littleEndian) };
}

export interface OpenNifti {
  readonly header: NiftiHeader;
  /** The file with the data: of a pair the .img. */
  readonly holder: ArrayFile;
  readonly isZipped: boolean;
  /** Of the array. */
  readonly lengthBytes: number;
}

/** Reads the header; refuses what the file cannot hold. @throws ArrayFileError */
export async function openNifti(file: ArrayFile): Promise<OpenNifti> {
  const compressed = isGzip(await file.read(0, 2));
  const start = compressed ? await firstInflated(file, HEADER_BYTES[2]) : await file.read(0, HEADER_BYTES[2]);
  const header = parseNiftiHeader(file.name, start);
  const holder = header.isPair ? await file.sibling(imageBeside(file.name)) : file;
  const isZipped = header.isPair ? isGzip(await holder.read(0, 2)) : compressed;
  const lengthBytes = elementCount(file.name, header.shape) * elementBytes(header.type);
  expectToHold(holder, header.dataStart + lengthBytes, 0, isZipped ? 'gzip' : undefined);
  return { header, holder, isZipped, lengthBytes };
}

function imageBeside(header: string): string {
  const image = header.replace(/\.hdr(\.gz)?$/i, '.img$1');
  if (image !== header) return image;
  throw new ArrayFileError(
    header,
    'is the header of a pair, but is not called .hdr: its .img cannot be found',
  );
}
