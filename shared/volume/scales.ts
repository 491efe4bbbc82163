/** Which resolutions a volume has: the pyramid of mips, planned from its size and voxels alone. */
import type { Vec3 } from '../geometry/box.ts';
import type { PixelType } from '../kernels/kernels.ts';
import { bytesPerVoxel, type DataType } from './data-type.ts';
import type { Sharding } from './sharding/sharding.ts';
import type { ZarrLayout } from './zarr/zarr-layout.ts';

export { bytesPerVoxel };

/** One resolution of a volume; the images this program writes have one of the kernels' pixel types. */
export interface Mip<Type extends DataType = PixelType> {
  /** Folder of the chunks. */
  readonly key: string;
  readonly sizeVoxels: Vec3;
  /** Nanometres per voxel, perhaps fractional. */
  readonly resolutionNm: Vec3;
  /** [1, 1, 1] for the finest. */
  readonly factorFromPrevious: Vec3;
  readonly chunkSize: Vec3;
  readonly dataType: Type;
  /** Where its first voxel lies, and with it the grid of chunks; zeros where absent. */
  readonly voxelOffset?: Vec3;
  /** Labels stored as `compressed_segmentation`, in blocks of so many voxels; raw voxels where absent. */
  readonly labelBlock?: Vec3 | undefined;
  /** Chunks stored as pictures; raw voxels where absent. */
  readonly picture?: 'jpeg' | 'png' | undefined;
  /** An array of zarr, whose folder is the key; a scale of a precomputed volume where absent. */
  readonly zarr?: ZarrLayout | undefined;
  /** Where absent, each chunk is an object of its own. */
  readonly sharding?: Sharding | undefined;
}

/** Of the voxels of a whole chunk of one channel. */
export const chunkBytes = ({
  chunkSize: [x, y, z],
  dataType,
}: Pick<Mip<DataType>, 'chunkSize' | 'dataType'>): number => x * y * z * bytesPerVoxel(dataType);

export interface ScaleWishes<Type extends DataType> {
  readonly sizeVoxels: Vec3;
  readonly voxelSizeUm: Vec3;
  readonly chunkSize: Vec3;
  /** `auto`: see `factorTowardsCubes`. */
  readonly factor: 'auto' | readonly [2, 2, 1 | 2];
  /** How many, or `auto`: until x and y of the coarsest fit one chunk. */
  readonly mips: 'auto' | number;
  readonly dataType: Type;
}

/** Finest first. Sizes are rounded up; keys are the resolution in whole nanometres, `585_585_5000`. */
export function planScales<Type extends DataType>(wishes: ScaleWishes<Type>): readonly Mip<Type>[] {
  checkSizes(wishes);
  const { sizeVoxels, chunkSize, dataType, factor } = wishes;
  const resolutionNm = scaled(wishes.voxelSizeUm, nanometres);
  const finest = { key: keyOf(resolutionNm), sizeVoxels, resolutionNm, chunkSize, dataType };
  const mips: [Mip<Type>, ...Mip<Type>[]] = [{ ...finest, factorFromPrevious: [1, 1, 1] }];
  for (let last = mips[0]; wantsCoarser(last, mips.length, wishes.mips); ) {
    last = coarser(last, factor === 'auto' ? factorTowardsCubes(last.resolutionNm) : factor, mips);
    mips.push(last);
  }
  return mips;
}

function wantsCoarser(
  { sizeVoxels, chunkSize }: Mip<DataType>,
  count: number,
  mips: 'auto' | number,
): boolean {
  if (mips !== 'auto') return count < mips;
  return sizeVoxels[0] > chunkSize[0] || sizeVoxels[1] > chunkSize[1];
}

/**
 * Of (2, 2, 1) and (2, 2, 2) the one whose voxels come nearer to cubes, in ratio: with r = z / sqrt(x y) the first gives
 * r / 2, the second keeps r, and r / 2 is nearer to 1 where r is above the square root of 2.
 */
function factorTowardsCubes([x, y, z]: Vec3): Vec3 {
  return z * z > 2 * x * y ? [2, 2, 1] : [2, 2, 2];
}

function coarser<Type extends DataType>(
  mip: Mip<Type>,
  factor: Vec3,
  finer: readonly Mip<Type>[],
): Mip<Type> {
  const resolutionNm = scaled(mip.resolutionNm, (nm, axis) => nm * factor[axis]);
  const key = keyOf(resolutionNm);
  return {
    ...mip,
    // Voxels below a nanometre can round to the same key twice.
    key: finer.some((other) => other.key === key) ? `${key}_mip${finer.length}` : key,
    sizeVoxels: scaled(mip.sizeVoxels, (size, axis) => Math.ceil(size / factor[axis])),
    resolutionNm,
    factorFromPrevious: factor,
  };
}

const keyOf = (resolutionNm: Vec3): string => resolutionNm.map(Math.round).join('_');

/** To a millionth of a nanometre: 2.3 um are 2300 nm, not 2299.9999999999995. */
const nanometres = (um: number): number => Math.round(um * 1e9) / 1e6;

const scaled = (v: Vec3, by: (value: number, axis: 0 | 1 | 2) => number): Vec3 => [
  by(v[0], 0),
  by(v[1], 1),
  by(v[2], 2),
];

function checkSizes({ sizeVoxels, voxelSizeUm, chunkSize }: ScaleWishes<DataType>): void {
  const whole = (size: number) => Number.isSafeInteger(size) && size > 0;
  if (!sizeVoxels.every(whole))
    throw new RangeError(`A volume of ${sizeVoxels.join(' x ')} voxels: expected whole numbers above 0`);
  if (!chunkSize.every(whole))
    throw new RangeError(`Chunks of ${chunkSize.join(' x ')} voxels: expected whole numbers above 0`);
  if (!voxelSizeUm.every((um) => um > 0 && Number.isFinite(um)))
    throw new RangeError(`Voxels of ${voxelSizeUm.join(' x ')} um: expected numbers above 0`);
}
