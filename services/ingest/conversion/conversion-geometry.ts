/** The passes of a conversion, their tasks, and what one asks of the machine: functions of the plan alone. */
import type { Needs, Plan } from '../../../shared/engine/step.ts';
import { type Box, boxVolume, type Vec3 } from '../../../shared/geometry/box.ts';
import type { PixelType } from '../../../shared/kernels/kernels.ts';
import { type Blocks, blockBox, blockCount, planBlocks, widenBlocks } from '../../../shared/volume/blocks.ts';
import { bytesPerVoxel, type DataType } from '../../../shared/volume/data-type.ts';
import type { Mip } from '../../../shared/volume/scales.ts';
import type { ConversionPlan } from './conversion-plan.ts';

/** Copies planes into bricks. */
export interface BricksTask {
  readonly kind: 'bricks';
  /** Planes of the input. */
  readonly start: number;
  readonly end: number;
}

/** Writes the mips that a block closes. */
export interface BlockTask {
  readonly kind: 'block';
  readonly blocks: Blocks;
  /** Voxels of the source mip, from its corner. */
  readonly block: Box;
  /** Also writes the volume's `info`. */
  readonly isFirst: boolean;
}

export type ConversionTask = BricksTask | BlockTask;

/** What blocks are made from: bytes of one that lies in memory as a whole, and of planes that are cut into bricks at a time. */
export const BLOCK_BUDGET = 2 ** 26;
/** Of the budget, bytes of a layer of chunks: 512 x 512 x 64 in 16 bits, as in fusion. */
const STREAM_LAYER = 1 / 2;
/** One as wide and high as the volume: then planes are read once, and nothing is copied before. */
const PLANES_LAYER = 3;
const WHOLE_PLANES = 2;
/** Voxels of a block that is streamed: for memory it could be deeper, but then there were few tasks to go on with. */
const STREAMED = 1 / 4;
/** Voxels. */
const PYRAMID_LAYER = 1 / 2;
const MOST_BRICK_PLANES = 64;

/** Plain images go through plane by plane, by the kernels; all others block by block. */
export function isStreamed({
  type,
  channels,
  mips,
}: Pick<ConversionPlan, 'type' | 'channels' | 'mips'>): boolean {
  const { dataType, labelBlock, picture } = mips[0]!;
  const isPlain = labelBlock === undefined && picture === undefined && channels === 1;
  return type === 'image' && isPlain && isPixelType(dataType);
}

const isPixelType = (type: DataType): type is PixelType =>
  type === 'uint8' || type === 'uint16' || type === 'float32';

/** The mips of a plan that is streamed. */
export const pixelMips = ({ mips }: ConversionPlan): readonly Mip[] =>
  mips.map((mip) => ({ ...mip, dataType: mip.dataType as PixelType }));

type Shape = Pick<ConversionPlan, 'type' | 'channels' | 'mips' | 'route' | 'budget'>;

const voxelBytes = ({ mips, channels }: Shape): number => bytesPerVoxel(mips[0]!.dataType) * channels;

/** Whether blocks as wide and high as the planes fit memory. */
export function fitsPlanes(plan: ConversionPlan): boolean {
  const { blockSize } = wholePlanes(planBlocks(plan.mips, 0, 0), plan);
  if (!isStreamed(plan)) return volumeOf(blockSize) * voxelBytes(plan) <= WHOLE_PLANES * plan.budget;
  return layerBytes(plan, blockSize) <= PLANES_LAYER * plan.budget;
}

const wholePlanes = (blocks: Blocks, { mips }: Shape): Blocks =>
  widenBlocks(blocks, mips, [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);

const layerBytes = (plan: Shape, [x, y, z]: Vec3): number =>
  x * y * Math.min(z, plan.mips[0]!.chunkSize[2]) * voxelBytes(plan);

const volumeOf = ([x, y, z]: Vec3): number => x * y * z;

/** Of the input's axes; square where axes are turned, so that no direction is read in slivers. */
export function brickSizeFor(
  {
    sizeVoxels: [x, y, z],
    channels,
    mips,
    budget,
  }: Pick<ConversionPlan, 'sizeVoxels' | 'channels' | 'mips' | 'budget'>,
  isTurned: boolean,
): Vec3 {
  const planeBytes = x * y * channels * bytesPerVoxel(mips[0]!.dataType);
  const planes = Math.max(1, Math.min(MOST_BRICK_PLANES, Math.floor(budget / planeBytes), z));
  const side = isTurned ? 128 : 512;
  return [Math.min(x, side), Math.min(y, side), planes];
}

/** The blocks that read the input, then those that read the last mip that is stored. */
function blockPasses(plan: ConversionPlan): readonly Blocks[] {
  const passes = [firstBlocks(plan)];
  for (let { lastMip } = passes[0]!; lastMip + 1 < plan.mips.length; ) {
    const pass = isStreamed(plan)
      ? planBlocks(plan.mips, lastMip, PYRAMID_LAYER * plan.budget, lastMip + 1)
      : deepest(plan, lastMip, lastMip + 1, (blocks) => isSmallWhole(plan, blocks));
    passes.push(pass);
    lastMip = pass.lastMip;
  }
  return passes;
}

function firstBlocks(plan: ConversionPlan): Blocks {
  const isPlanes = plan.route === 'planes';
  const widened = (blocks: Blocks): Blocks => (isPlanes ? wholePlanes(blocks, plan) : blocks);
  const fits = (blocks: Blocks): boolean => {
    if (!isStreamed(plan)) return isSmallWhole(plan, widened(blocks));
    const { blockSize } = widened(blocks);
    const most = (isPlanes ? PLANES_LAYER : STREAM_LAYER) * plan.budget;
    return layerBytes(plan, blockSize) <= most && volumeOf(blockSize) <= STREAMED * plan.budget;
  };
  // Reading all that was stored again takes as long as encoding it: at least one more mip is closed.
  const least = isStreamed(plan) ? Math.min(1, plan.mips.length - 1) : 0;
  return widened(deepest(plan, 0, least, fits));
}

const isSmallWhole = (plan: Shape, { blockSize }: Blocks): boolean =>
  volumeOf(blockSize) * voxelBytes(plan) <= plan.budget;

/** Blocks that close the most mips while they fit, and `least` in any case. */
function deepest(
  { mips }: Shape,
  sourceMip: number,
  least: number,
  fits: (blocks: Blocks) => boolean,
): Blocks {
  let best = planBlocks(mips, sourceMip, 0, least);
  for (let last = least + 1; last < mips.length; last++) {
    const next = planBlocks(mips, sourceMip, 0, last);
    if (!fits(next)) break;
    best = next;
  }
  return best;
}

const hasBricks = ({ route }: ConversionPlan): boolean => route === 'bricks';

export const passCount = (plan: ConversionPlan | undefined): number =>
  plan === undefined ? 1 : blockPasses(plan).length + (hasBricks(plan) ? 1 : 0);

/** None without a plan: the job is no conversion. */
export function tasksOf(plan: ConversionPlan | undefined, pass: number): Plan<ConversionTask> {
  if (plan === undefined) return { count: 0, task: (index) => brickTask(0, index, 0) };
  if (hasBricks(plan) && pass === 0) return brickTasks(plan);
  const blocks = blockPasses(plan)[hasBricks(plan) ? pass - 1 : pass]!;
  const { sizeVoxels } = plan.mips[blocks.sourceMip]!;
  return {
    count: blockCount(blocks),
    task: (index) => ({
      kind: 'block',
      blocks,
      block: blockBox(blocks, sizeVoxels, index),
      isFirst: blocks.sourceMip === 0 && index === 0,
    }),
  };
}

function brickTasks({
  sizeVoxels: [, , depth],
  brickSize,
  isForwardOnly,
}: ConversionPlan): Plan<ConversionTask> {
  const planes = isForwardOnly ? depth : brickSize[2];
  return { count: Math.ceil(depth / planes), task: (index) => brickTask(planes, index, depth) };
}

const brickTask = (planes: number, index: number, depth: number): BricksTask => ({
  kind: 'bricks',
  start: index * planes,
  end: Math.min((index + 1) * planes, depth),
});

export const voxelsOf = (task: ConversionTask, plan: ConversionPlan | undefined): number => {
  if (task.kind === 'block') return boxVolume(task.block);
  const [x, y] = plan?.sizeVoxels ?? [0, 0];
  return x * y * (task.end - task.start);
};

/** Of the largest pass. */
export function conversionNeeds({ plan }: { readonly plan: ConversionPlan | undefined }): Needs {
  const asks =
    plan === undefined ? [] : [...blockPasses(plan).map((pass) => asked(plan, pass)), brickBytes(plan)];
  const voxels = plan === undefined ? [] : blockPasses(plan).map(({ blockSize }) => volumeOf(blockSize));
  return {
    memoryMiB: Math.ceil(Math.max(0, ...asks) / 2 ** 20) + RUNTIME_MIB,
    threads: 1,
    seconds: Math.ceil(Math.max(0, ...voxels) / VOXELS_A_SECOND),
  };
}

function asked(plan: ConversionPlan, { sourceMip, blockSize }: Blocks): number {
  const [x, y] = blockSize;
  const chunk = volumeOf(plan.mips[sourceMip]!.chunkSize) * plan.channels;
  // The voxels, a copy while they are turned or shrunk, and a chunk in blocks of labels with their tables.
  if (!isStreamed(plan)) return 2.4 * volumeOf(blockSize) * voxelBytes(plan) + chunk * 32;
  const layers = plan.route === 'planes' && sourceMip === 0 ? 1.4 : 2.4;
  return layers * layerBytes(plan, blockSize) + x * y * (4 * 4 + 4 * 8);
}

/** A slab as it is read and as it is kept, and a plane as its file holds it. */
function brickBytes(plan: ConversionPlan): number {
  if (!hasBricks(plan)) return 0;
  const [x, y] = plan.sizeVoxels;
  return x * y * plan.brickSize[2] * plan.channels * (2 * bytesPerVoxel(plan.mips[0]!.dataType) + 8);
}

const VOXELS_A_SECOND = 25e6;
/** A thread with its JavaScript heap, and chunks on their way. */
const RUNTIME_MIB = 96;
