/** Single images for commands that work on one file: NRRD, NIfTI and TIFF by their extension. */
import { rename, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { arrayFileAt } from '../shared/formats/array-file.ts';
import {
  type ElementArray,
  type ElementType,
  makeElements,
  roundedElements,
} from '../shared/formats/elements.ts';
import { tiffSource } from '../shared/formats/image-source/tiff-source.ts';
import { readNifti } from '../shared/formats/nifti/read.ts';
import { encodeNifti } from '../shared/formats/nifti/write.ts';
import { readNrrd } from '../shared/formats/nrrd/read.ts';
import { encodeDetachedNrrd, encodeNrrd } from '../shared/formats/nrrd/write.ts';
import type { TiffPixels } from '../shared/formats/tiff/pixels.ts';
import { encodeTiff } from '../shared/formats/tiff/write.ts';
import { RefusedError } from './errors.ts';

type FileKind = 'NRRD' | 'NIfTI' | 'TIFF';

export interface ImageFile {
  readonly kind: FileKind;
  /** Voxels per axis, x first. */
  readonly shape: readonly number[];
  /** x fastest; what the stored numbers mean. */
  readonly values: Float32Array;
  /** What `values` are rounded to when they are written. */
  readonly type: ElementType;
  /** The file with other values of the same shape, everything else as it was. */
  readonly encode: (values: ElementArray, path: string) => readonly WrittenFile[];
}

interface WrittenFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

const KINDS: readonly (readonly [FileKind, RegExp])[] = [
  ['NRRD', /\.(nrrd|nhdr)$/i],
  ['NIfTI', /\.(nii|nii\.gz|hdr)$/i],
  ['TIFF', /\.tiff?$/i],
];

/** By the name alone; refuses names of no kind that is known. */
export function imageKindOf(path: string): FileKind {
  const found = KINDS.find(([, pattern]) => pattern.test(path));
  if (found) return found[0];
  throw new RefusedError(`${path}: its name tells no format; expected .nrrd, .nhdr, .nii, .nii.gz or .tif`);
}

export function readImageFile(path: string): Promise<ImageFile> {
  return { NRRD: readNrrdImage, NIfTI: readNiftiImage, TIFF: readTiffImage }[imageKindOf(path)](path);
}

/** Rounds to the image's own type and writes it, whole or not at all. */
export async function writeImageFile(image: ImageFile, values: Float32Array, path: string): Promise<void> {
  for (const file of image.encode(roundedElements(values, image.type), path)) {
    await writeFile(`${file.path}.part`, file.bytes);
    await rename(`${file.path}.part`, file.path);
  }
}

async function readNrrdImage(path: string): Promise<ImageFile> {
  const { type, shape, data, meta } = await readNrrd(await arrayFileAt(path));
  const encode: ImageFile['encode'] = (values, output) => {
    if (!/\.nhdr$/i.test(output)) return [{ path: output, bytes: encodeNrrd({ shape, data: values, meta }) }];
    const dataPath = output.replace(/\.nhdr$/i, '.raw.gz');
    const parts = encodeDetachedNrrd({ shape, data: values, meta }, basename(dataPath));
    return [
      { path: dataPath, bytes: parts.data },
      { path: output, bytes: parts.header },
    ];
  };
  return { kind: 'NRRD', shape, values: asFloats(data), type: writable(type), encode };
}

async function readNiftiImage(path: string): Promise<ImageFile> {
  const { type, shape, data, frame, scaling } = await readNifti(await arrayFileAt(path));
  const { slope, intercept } = scaling ?? { slope: 1, intercept: 0 };
  const stored = asFloats(data);
  return {
    kind: 'NIfTI',
    shape,
    values: scaling ? stored.map((value) => value * slope + intercept) : stored,
    type: scaling ? 'float32' : writable(type),
    encode: (values, output) => {
      if (/\.hdr$/i.test(output))
        throw new RefusedError(`${output}: pairs are not written: name it .nii or .nii.gz`);
      return [{ path: output, bytes: encodeNifti({ shape, data: values, frame }, /\.gz$/i.test(output)) }];
    },
  };
}

/** Pages are the planes of a volume. */
async function readTiffImage(path: string): Promise<ImageFile> {
  const { sizeVoxels, dtype, warnings, readPlanes, close } = await tiffSource(await arrayFileAt(path));
  if (!isWritten(dtype)) throw new RefusedError(`${path} holds ${dtype}; expected ${WRITTEN.join(', ')}`);
  const [warning] = warnings;
  if (warning !== undefined) throw new RefusedError(`${warning} Convert it first: N4 needs black as zero.`);
  const [width, height, planes] = sizeVoxels;
  const pixels = makeElements(dtype, width * height * planes);
  await readPlanes(0, planes, pixels);
  await close();
  return {
    kind: 'TIFF',
    shape: planes === 1 ? [width, height] : sizeVoxels,
    values: asFloats(pixels),
    type: dtype,
    encode: (values, output) => [
      { path: output, bytes: encodeTiff(width, height, values as TiffPixels, planes) },
    ],
  };
}

const WRITTEN: readonly ElementType[] = ['uint8', 'uint16', 'float32'];

const isWritten = (type: ElementType): boolean => WRITTEN.includes(type);

/** 64-bit whole numbers do not go through float32. */
const writable = (type: ElementType): ElementType => (type.endsWith('int64') ? 'float32' : type);

const asFloats = (data: ElementArray): Float32Array =>
  Float32Array.from(data as ArrayLike<number | bigint>, Number);
