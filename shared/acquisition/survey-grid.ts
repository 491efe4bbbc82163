/** Which planes the survey reads and how it reduces tiles. A function of the acquisition and the stride alone. */
import type { Vec3 } from '../geometry/box.ts';
import type { Acquisition } from './acquisition.ts';

export interface SurveyGrid {
  /** Numbers of the planes that are read, the same in every tile: 0, stride, 2 stride, ... */
  readonly planes: readonly number[];
  /**
   * Voxels of a tile in one reduced voxel, x, y, z: reduced voxel (i, j, k) is the mean over columns i fx to (i + 1) fx,
   * rows j fy to (j + 1) fy and the planes read of k fz to (k + 1) fz. The last ones average what the tile still has.
   */
  readonly factor: Vec3;
  /** Reduced voxels of a tile. */
  readonly size: Vec3;
}

export type Stride = 'auto' | number;

/** Looks of 64 pixels show every flat field (ILLUMINATION section 2.1), and are small enough to keep. */
const LONGEST_SIDE = 64;
/** So do looks of 40: a small tile is reduced to them by up to 3, or its reduced twin would weigh as much as its chunks. */
const SHORTEST_LONG_SIDE = 40;
const SMALL_TILE_BLOCK = 3;

export function surveyGrid(
  { tileSize, voxelSizeUm }: Pick<Acquisition, 'tileSize' | 'voxelSizeUm'>,
  stride: Stride,
): SurveyGrid {
  const [width, height, depth] = tileSize;
  const step = stride === 'auto' ? strideFor(depth) : stride;
  const planes = Array.from({ length: Math.ceil(depth / step) }, (_, index) => index * step);
  const block = blockFor(Math.max(width, height));
  const [umX, umY, umZ] = voxelSizeUm;
  const factor: Vec3 = [
    block,
    block,
    step * planesPerSlice((block * Math.sqrt(umX * umY)) / (step * umZ), planes.length),
  ];
  const size: Vec3 = [
    Math.ceil(width / factor[0]),
    Math.ceil(height / factor[1]),
    Math.ceil(depth / factor[2]),
  ];
  return { planes, factor, size };
}

const blockFor = (side: number): number =>
  Math.max(Math.ceil(side / LONGEST_SIDE), Math.min(SMALL_TILE_BLOCK, Math.floor(side / SHORTEST_LONG_SIDE)));

/** At most a third of the bytes, except of stacks so shallow that every plane is needed. */
function strideFor(depth: number): number {
  if (depth < 64) return 1;
  return depth < 256 ? 3 : 4;
}

/** As many planes as make a cube, but two slices where there are two planes: the flat field compares halves of a stack. */
const planesPerSlice = (ofCube: number, planes: number): number =>
  Math.max(1, Math.min(Math.round(ofCube), Math.ceil(planes / 2)));
