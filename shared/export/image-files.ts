/** What stands around an image's planes in a file of each format; the planes are the same in all. */

import { niftiHeaderBytes } from '../formats/nifti/header.ts';
import { type NpyWriteType, npyHeader } from '../formats/npy-write.ts';
import { nrrdHeaderText } from '../formats/nrrd/header.ts';
import { tiffAround } from '../formats/tiff/stack.ts';
import type { DataType } from '../volume/data-type.ts';
import { ExportError } from './export-error.ts';
import type { PlaneImage } from './plane-image.ts';

/** The file is `head`, every channel's planes in turn, `tail`. */
export interface FileAround {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  /** What of it is compressed. */
  readonly gzip: 'nothing' | 'planes' | 'all';
}

export const fileFormats = ['nrrd', 'nii.gz', 'nii', 'tif', 'npy'] as const;
export type FileFormat = (typeof fileFormats)[number];

/** @throws ExportError where the format cannot hold the image */
export function aroundPlanes(image: PlaneImage, format: FileFormat): FileAround {
  switch (format) {
    case 'nrrd':
      return { head: nrrdHead(image), tail: NOTHING, gzip: 'planes' };
    case 'nii.gz':
      return { head: niftiHead(image), tail: NOTHING, gzip: 'all' };
    case 'nii':
      return { head: niftiHead(image), tail: NOTHING, gzip: 'nothing' };
    case 'tif':
      return { ...tiffParts(image, image.sizeVoxels[2]), gzip: 'nothing' };
    case 'npy':
      return { head: npyHead(image), tail: NOTHING, gzip: 'nothing' };
  }
}

const NOTHING = new Uint8Array(0);

/** Positions in um, without the name of a space: a volume does not say where right and left are. */
function nrrdHead({
  dataType,
  sizeVoxels,
  channels,
  voxelSizeUm: [x, y, z],
  originUm,
}: PlaneImage): Uint8Array {
  const isList = channels > 1;
  const text = nrrdHeaderText(dataType, isList ? [...sizeVoxels, channels] : sizeVoxels, 'gzip', {
    spaceDimension: 3,
    spaceDirections: [[x, 0, 0], [0, y, 0], [0, 0, z], ...(isList ? [undefined] : [])],
    spaceOrigin: originUm,
    spaceUnits: ['um', 'um', 'um'],
    kinds: ['domain', 'domain', 'domain', ...(isList ? ['list'] : [])],
  });
  return Buffer.from(text, 'latin1');
}

/** Version 1 counts to 32767 along an axis. */
const MOST_OF_VERSION_1 = 32_767;
const MILLIMETRES = 2;
const SCANNER = 1;

/** In mm; qform and sform say the same, as some readers look at one and some at the other. Channels are the fifth axis. */
function niftiHead({ dataType, sizeVoxels, channels, voxelSizeUm, originUm }: PlaneImage): Uint8Array {
  const [x, y, z] = voxelSizeUm.map((um) => um / 1000) as [number, number, number];
  const [ox, oy, oz] = originUm.map((um) => um / 1000) as [number, number, number];
  const shape = channels > 1 ? [...sizeVoxels, 1, channels] : sizeVoxels;
  return niftiHeaderBytes(Math.max(...shape) > MOST_OF_VERSION_1 ? 2 : 1, dataType, shape, {
    pixdim: [1, x, y, z, 1, 1, 1, 1],
    qformCode: SCANNER,
    sformCode: SCANNER,
    quaternion: [0, 0, 0, ox, oy, oz],
    sform: [x, 0, 0, ox, 0, y, 0, oy, 0, 0, z, oz],
    units: MILLIMETRES,
  });
}

/** `planes` of the image's first channel in one file. */
export function tiffParts(
  { dataType, sizeVoxels: [width, height], channels, voxelSizeUm }: PlaneImage,
  planes: number,
): Pick<FileAround, 'head' | 'tail'> {
  if (channels > 1)
    throw new ExportError(
      `The volume has ${channels} channels, and a TIFF is written with one: choose it with --channel, or write .nrrd, .nii.gz, .npy or .ome.zarr.`,
    );
  return tiffAround({ width, height, planes, type: dataType, voxelSizeUm });
}

function npyHead({ dataType, sizeVoxels: [x, y, z], channels }: PlaneImage): Uint8Array {
  return npyHeader(NPY_TYPES[dataType], channels > 1 ? [channels, z, y, x] : [z, y, x]);
}

const NPY_TYPES: Readonly<Record<DataType, NpyWriteType>> = {
  uint8: 'u1',
  int8: 'i1',
  uint16: 'u2',
  int16: 'i2',
  uint32: 'u4',
  int32: 'i4',
  uint64: 'u8',
  float32: 'f4',
};
