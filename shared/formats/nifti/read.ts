/** Reading NIfTI-1 and NIfTI-2: .nii, .nii.gz, and .hdr with its .img. */
import {
  type ArrayFile,
  ArrayFileError,
  elementCount,
  expectToHold,
  gatherBytes,
  inflated,
  isGzip,
} from '../array-file.ts';
import { type ElementArray, elementBytes, elementsFrom } from '../elements.ts';
import { HEADER_BYTES, type NiftiHeader, parseNiftiHeader } from './header.ts';

export interface Nifti extends Pick<NiftiHeader, 'version' | 'type' | 'shape' | 'scaling' | 'frame'> {
  /** As stored: `scaling` is not applied. */
  readonly data: ElementArray;
}

/** Takes at most three times the memory of the array. @throws ArrayFileError */
export async function readNifti(file: ArrayFile): Promise<Nifti> {
  const compressed = isGzip(await file.read(0, 2));
  const start = compressed ? await firstInflated(file) : await file.read(0, HEADER_BYTES[2]);
  const header = parseNiftiHeader(file.name, start);
  const { version, type, shape, scaling, frame, littleEndian, isPair, dataStart } = header;
  const holder = isPair ? await file.sibling(imageBeside(file.name)) : file;
  const isZipped = isPair ? isGzip(await holder.read(0, 2)) : compressed;
  const length = elementCount(file.name, shape) * elementBytes(type);
  expectToHold(holder, dataStart + length, 0, isZipped);
  const pieces = isZipped ? inflated(holder, 0) : holder.stream(0);
  const bytes = await gatherBytes(holder.name, pieces, dataStart, length);
  return { version, type, shape, scaling, frame, data: elementsFrom(bytes, type, littleEndian) };
}

function imageBeside(header: string): string {
  const image = header.replace(/\.hdr(\.gz)?$/i, '.img$1');
  if (image !== header) return image;
  throw new ArrayFileError(
    header,
    'is the header of a pair, but is not called .hdr: its .img cannot be found',
  );
}

async function firstInflated(file: ArrayFile): Promise<Uint8Array> {
  let start: Uint8Array = new Uint8Array();
  for await (const piece of inflated(file, 0)) {
    start = Buffer.concat([start, piece]);
    if (start.length >= HEADER_BYTES[2]) break;
  }
  return start;
}
