/** NRRD and NIfTI files as volumes: three axes, voxel size in micrometres, whole in memory. */
import { fileURLToPath } from 'node:url';
import { type ArrayFile, arrayFileAt, arrayFileInMemory } from '../../formats/array-file.ts';
import {
  nrrdVoxelSize,
  orientationOfDirections,
  statedByNrrd,
  umPer,
} from '../../formats/array-file-space.ts';
import type { ElementArray } from '../../formats/elements.ts';
import { niftiAffine } from '../../formats/nifti/affine.ts';
import { readNifti } from '../../formats/nifti/read.ts';
import { readNrrd } from '../../formats/nrrd/read.ts';
import { type Box, boxSize, type Vec3 } from '../../geometry/box.ts';
import type { Orientation } from '../../geometry/orientation.ts';
import { type DataType, dataTypes, type VoxelArray } from '../../volume/data-type.ts';
import { RegistrationInputError } from '../errors.ts';
import { objectAt } from './object-at.ts';
import type { SourceVolume, SourceWishes } from './source-volume.ts';

interface ReadArray {
  readonly shape: readonly number[];
  readonly voxels: VoxelArray;
  /** Undefined where the file does not say. */
  readonly voxelSizeUm: readonly number[] | undefined;
  readonly orientation: Orientation | undefined;
}

export async function readArrayFile(url: string, wishes: SourceWishes): Promise<SourceVolume> {
  const file = url.startsWith('file://') ? await arrayFileAt(fileURLToPath(url)) : await remoteFile(url);
  const { shape, voxels, voxelSizeUm, orientation } = await (/\.(nrrd|nhdr)$/i.test(url)
    ? nrrdArray(file)
    : niftiArray(file));
  const size = threeAxes(url, shape);
  const spacing = wishes.voxelSizeUm ?? threeSizes(url, voxelSizeUm);
  return {
    url,
    scales: [{ sizeVoxels: size, voxelSizeUm: spacing, chunkSize: size }],
    offsetUm: [0, 0, 0],
    dataType: typeOf(voxels),
    isSegmentation: false,
    statedOrientation: orientation,
    read: async (_, box) => cut(voxels, size, box),
  };
}

async function remoteFile(url: string): Promise<ArrayFile> {
  const { name, bytes } = await objectAt(url);
  return arrayFileInMemory(name, bytes);
}

async function nrrdArray(file: ArrayFile): Promise<ReadArray> {
  const { shape, data, meta } = await readNrrd(file);
  return {
    shape,
    voxels: asVoxels(file.name, data),
    voxelSizeUm: nrrdVoxelSize(meta),
    orientation: statedByNrrd(meta),
  };
}

async function niftiArray(file: ArrayFile): Promise<ReadArray> {
  const { shape, data, scaling, frame } = await readNifti(file);
  const voxels = scaling
    ? Float32Array.from(
        data as ArrayLike<number | bigint>,
        (v) => Number(v) * scaling.slope + scaling.intercept,
      )
    : asVoxels(file.name, data);
  const sizes = frame.pixdim.slice(1, 4);
  const said = frame.sformCode > 0 || frame.qformCode > 0;
  const columns = said ? [0, 1, 2].map((axis) => niftiAffine(frame).map((row) => row[axis]!)) : undefined;
  return {
    shape,
    voxels,
    voxelSizeUm: sizes.every((size) => size > 0)
      ? sizes.map((size) => size * umPer(frame.units & 7, sizes))
      : undefined,
    orientation: columns && orientationOfDirections(columns),
  };
}

/** 64-bit floats become float32 where that loses no label; signed 64-bit whole numbers are taken where none is negative. */
function asVoxels(file: string, data: ElementArray): VoxelArray {
  if (data instanceof Float64Array) return ofFloats(data);
  if (!(data instanceof BigInt64Array)) return data as VoxelArray;
  const negative = data.find((value) => value < 0n);
  if (negative === undefined)
    return new BigUint64Array(data.buffer as ArrayBuffer, data.byteOffset, data.length);
  throw new RegistrationInputError(
    `${file} holds ${negative} among 64-bit whole numbers; expected none below 0. Store it as int32 or float32.`,
  );
}

/** The largest whole numbers up to which every one is exact, as float32 and as float64. */
const EXACT_FLOAT32 = 2 ** 24;
const EXACT_FLOAT64 = 2 ** 53;

/** Many programs store labels so. */
function ofFloats(data: Float64Array): VoxelArray {
  let most = 0;
  for (const value of data) {
    if (!(value >= 0 && value <= EXACT_FLOAT64 && Number.isInteger(value))) return Float32Array.from(data);
    if (value > most) most = value;
  }
  if (most <= EXACT_FLOAT32) return Float32Array.from(data);
  return most < 2 ** 32 ? Uint32Array.from(data) : BigUint64Array.from(data, BigInt);
}

function typeOf(voxels: VoxelArray): DataType {
  const name = voxels.constructor.name
    .replace(/Array$/, '')
    .replace('BigUint', 'Uint')
    .toLowerCase();
  return dataTypes.find((type) => type === name) ?? 'float32';
}

function threeAxes(url: string, shape: readonly number[]): Vec3 {
  const [x, y, z, ...more] = shape;
  if (x !== undefined && y !== undefined && z !== undefined && z > 1 && more.length === 0) return [x, y, z];
  throw new RegistrationInputError(
    `${url} has ${shape.join(' x ')} voxels: registration takes volumes of three axes, each longer than one voxel.`,
  );
}

function threeSizes(url: string, sizes: readonly number[] | undefined): Vec3 {
  const [x = 0, y = 0, z = 0] = sizes ?? [];
  if (x > 0 && y > 0 && z > 0 && [x, y, z].every(Number.isFinite)) return [x, y, z];
  throw new RegistrationInputError(
    `${url} does not say how large its voxels are: give --voxel-size x,y,z in micrometres, or write spacings into the file.`,
  );
}

/** Row by row. */
function cut(voxels: VoxelArray, [nx, ny]: Vec3, box: Box): VoxelArray {
  const [width, height, depth] = boxSize(box);
  const out = voxels.slice(0, width * height * depth);
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < height; y++) {
      const from = box.start[0] + nx * (box.start[1] + y + ny * (box.start[2] + z));
      (out as Uint8Array).set(voxels.subarray(from, from + width) as Uint8Array, width * (y + height * z));
    }
  return out;
}
