/**
 * The geometry of work: how a mip is cut into blocks so that one task closes whole chunks of as many further mips as
 * fit its memory. A function of the volume alone, never of the machine: the same job gives the same bytes anywhere.
 */
import type { Box, Vec3 } from '../geometry/box.ts';
import type { Factor } from './cascade.ts';

/** What of a mip the geometry depends on. */
export interface MipShape {
  readonly sizeVoxels: Vec3;
  /** Downsampling against the mip before; [1, 1, 1] for mip 0. */
  readonly factorFromPrevious: Vec3;
  readonly chunkSize: Vec3;
}

export interface Blocks {
  readonly sourceMip: number;
  /** Every mip from `sourceMip` to this one is closed: its chunks lie whole in one block. */
  readonly lastMip: number;
  /** Voxels of the source mip; blocks at the far border are cut to the volume. */
  readonly blockSize: Vec3;
  readonly grid: Vec3;
}

/** Chunks thinner than this are taken several layers at a time: tasks of one plane would be all overhead. */
const MIN_DEPTH = 16;

/**
 * Blocks that close the most mips, and `leastMip` in any case, while one layer of their chunks has at most `maxVoxels`
 * voxels: no more of a block is held at a time. A block that covers the whole volume along an axis is closed there at
 * every mip.
 */
export function planBlocks(
  mips: readonly MipShape[],
  sourceMip: number,
  maxVoxels: number,
  leastMip = sourceMip,
): Blocks {
  const source = mips[sourceMip]!;
  let lastMip = leastMip;
  while (
    lastMip + 1 < mips.length &&
    layerOf(closingBlock(mips, sourceMip, lastMip + 1), source) <= maxVoxels
  )
    lastMip += 1;
  const blockSize = deepen(closingBlock(mips, sourceMip, lastMip), source);
  return { sourceMip, lastMip, blockSize, grid: gridOf(source.sizeVoxels, blockSize) };
}

/** Blocks that are several of these wide and high; they close the same mips. */
export function widenBlocks(
  blocks: Blocks,
  mips: readonly MipShape[],
  [timesX, timesY]: readonly [number, number],
): Blocks {
  const { sizeVoxels } = mips[blocks.sourceMip]!;
  const [x, y, z] = blocks.blockSize;
  const blockSize: Vec3 = [Math.min(x * timesX, sizeVoxels[0]), Math.min(y * timesY, sizeVoxels[1]), z];
  return { ...blocks, blockSize, grid: gridOf(sizeVoxels, blockSize) };
}

/** Box of a block in voxels of the source mip, cut to the volume. `index` runs x fastest. */
export function blockBox(blocks: Blocks, sizeVoxels: Vec3, index: number): Box {
  const [gx, gy] = blocks.grid;
  const cell: Vec3 = [index % gx, Math.floor(index / gx) % gy, Math.floor(index / (gx * gy))];
  const start = cell.map((c, axis) => c * blocks.blockSize[axis]!) as unknown as Vec3;
  const end = start.map((s, axis) =>
    Math.min(s + blocks.blockSize[axis]!, sizeVoxels[axis]!),
  ) as unknown as Vec3;
  return { start, end };
}

export const blockCount = (blocks: Blocks): number => volume(blocks.grid);

/** Downsampling from one mip to a coarser one, per axis. */
export function factorBetween(mips: readonly MipShape[], from: number, to: number): Vec3 {
  let factor: Vec3 = [1, 1, 1];
  for (let mip = from + 1; mip <= to; mip++) {
    const step = mips[mip]!.factorFromPrevious;
    factor = [factor[0] * step[0], factor[1] * step[1], factor[2] * step[2]];
  }
  return factor;
}

/** The smallest block of the source mip that holds whole chunks of every mip up to `last`, cut to the volume. */
function closingBlock(mips: readonly MipShape[], source: number, last: number): Vec3 {
  const { sizeVoxels } = mips[source]!;
  const block: [number, number, number] = [1, 1, 1];
  for (let mip = source; mip <= last; mip++) {
    const factor = factorBetween(mips, source, mip);
    const { chunkSize } = mips[mip]!;
    for (const axis of [0, 1, 2] as const) {
      block[axis] = leastCommonMultiple(block[axis], chunkSize[axis] * factor[axis]);
    }
  }
  return [0, 1, 2].map((axis) => Math.min(block[axis]!, sizeVoxels[axis]!)) as unknown as Vec3;
}

const layerOf = ([x, y, z]: Vec3, { chunkSize }: MipShape): number => x * y * Math.min(z, chunkSize[2]);

const deepen = ([x, y, z]: Vec3, { sizeVoxels }: MipShape): Vec3 => [
  x,
  y,
  Math.min(z * Math.ceil(MIN_DEPTH / z), sizeVoxels[2]),
];

const volume = (v: Vec3): number => v[0] * v[1] * v[2];

const gridOf = (size: Vec3, block: Vec3): Vec3 =>
  [0, 1, 2].map((axis) => Math.ceil(size[axis]! / block[axis]!)) as unknown as Vec3;

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}

/** The factors that a cascade takes from `sourceMip` down to `lastMip`. */
export function halvings(mips: readonly MipShape[], sourceMip: number, lastMip: number): Factor[] {
  return mips
    .slice(sourceMip + 1, lastMip + 1)
    .map(({ factorFromPrevious: [, , z] }) => (z === 2 ? [2, 2, 2] : [2, 2, 1]));
}
