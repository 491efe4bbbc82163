/** The grid of chunks of one mip, and the names of its chunks (FORMATS section 2). */
import { type Box, boxSize, perAxis, type Vec3 } from '../geometry/box.ts';

export interface ChunkGrid {
  readonly sizeVoxels: Vec3;
  readonly chunkSize: Vec3;
  /** Where the volume's first voxel lies, and with it the grid; zeros where absent. */
  readonly voxelOffset?: Vec3;
}

const ORIGIN: Vec3 = [0, 0, 0];

/** Chunks along x, y, z. */
export const gridSize = ({ sizeVoxels, chunkSize }: ChunkGrid): Vec3 =>
  perAxis((axis) => Math.ceil(sizeVoxels[axis] / chunkSize[axis]));

export const chunkCount = (grid: ChunkGrid): number => gridSize(grid).reduce((count, cells) => count * cells);

/** Every voxel of the mip, counted with the offset. */
export function volumeBox({ sizeVoxels, voxelOffset = ORIGIN }: ChunkGrid): Box {
  return { start: voxelOffset, end: perAxis((axis) => voxelOffset[axis] + sizeVoxels[axis]) };
}

/** The voxels of a cell, counted with the offset; cut to the volume at its far border. */
export function chunkBox(grid: ChunkGrid, cell: Vec3): Box {
  const cells = gridSize(grid);
  if (cell.some((c, axis) => !Number.isInteger(c) || c < 0 || c >= (cells[axis] ?? 0)))
    throw new RangeError(`There is no chunk (${cell}) in a grid of ${cells.join(' x ')} chunks`);
  const { start: first, end: last } = volumeBox(grid);
  const start = perAxis((axis) => first[axis] + cell[axis] * grid.chunkSize[axis]);
  return { start, end: perAxis((axis) => Math.min(start[axis] + grid.chunkSize[axis], last[axis])) };
}

/** `x0-x1_y0-y1_z0-z1`; a negative number carries its sign: `-13-3_100-116_7-23`. */
export const chunkName = ({ start, end }: Box): string =>
  [0, 1, 2].map((axis) => `${start[axis]}-${end[axis]}`).join('_');

export const isChunkName = (name: string): boolean => /^(-?\d+--?\d+)(_-?\d+--?\d+){2}$/.test(name);

/** The cells that hold voxels of this box, x fastest. */
export function* cellsIn(grid: ChunkGrid, box: Box): Generator<Vec3> {
  if (boxSize(box).some((extent) => extent <= 0)) return;
  const { start: origin } = volumeBox(grid);
  const first = perAxis((axis) => Math.floor((box.start[axis] - origin[axis]) / grid.chunkSize[axis]));
  const end = perAxis((axis) => Math.ceil((box.end[axis] - origin[axis]) / grid.chunkSize[axis]));
  for (let z = first[2]; z < end[2]; z++)
    for (let y = first[1]; y < end[1]; y++) for (let x = first[0]; x < end[0]; x++) yield [x, y, z];
}
