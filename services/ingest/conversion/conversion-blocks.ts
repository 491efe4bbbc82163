/** How the input and the mips are cut into blocks, and how much memory one takes: functions of the plan alone. */
import { perAxis, type Vec3 } from '../../../shared/geometry/box.ts';
import type { PixelType } from '../../../shared/kernels/kernels.ts';
import {
  type Blocks,
  factorBetween,
  type MipShape,
  planBlocks,
  widenBlocks,
} from '../../../shared/volume/blocks.ts';
import { gridSize } from '../../../shared/volume/chunk-grid.ts';
import { encoderBytes } from '../../../shared/volume/codecs/image-encoder.ts';
import { bytesPerVoxel, type DataType } from '../../../shared/volume/data-type.ts';
import { CHUNKS_IN_READING } from '../../../shared/volume/open-volume.ts';
import { chunkBytes, type Mip } from '../../../shared/volume/scales.ts';
import { shardBox } from '../../../shared/volume/sharding/shard-box.ts';
import type { ConversionPlan } from './conversion-plan.ts';

/** What blocks are made from: bytes of one that lies in memory as a whole, and of planes that are cut into bricks at a time. */
export const BLOCK_BUDGET = 2 ** 26;
/** Of the budget, bytes of a layer of chunks: 512 x 512 x 64 in 16 bits, as in fusion. */
const STREAM_LAYER = 1 / 2;
/** One as wide as the volume, perhaps as high: then planes, or rows of them, are read once, and nothing is copied before. */
const PLANES_LAYER = 3;
const WHOLE_PLANES = 2;
/** Voxels of a block that is streamed: for memory it could be deeper, but then there were few tasks to go on with. */
const STREAMED = 1 / 4;
/** Where planes are large, so is the volume. */
const STREAMED_ROWS = 1;
/** Voxels. */
const PYRAMID_LAYER = 1 / 2;
/** Bytes of a block of whole shards, all of which are held as encoded chunks until they are whole. */
export const SHARDED = 2;
const SHARDED_PLANES = 4;
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

const isSharded = ({ mips }: Shape): boolean => mips[0]!.sharding !== undefined;

/** Each mip, its smallest part that is written at once in place of a chunk; `readMip`, where one is read, has chunks. */
const writtenShapes = ({ mips }: Shape, readMip?: number): readonly MipShape[] =>
  mips.map((mip, number) => (number === readMip ? mip : { ...mip, chunkSize: writtenAtOnce(mip) }));

function writtenAtOnce(mip: ConversionPlan['mips'][number]): Vec3 {
  if (mip.sharding === undefined) return mip.chunkSize;
  const chunks = shardBox(mip.sharding, gridSize(mip));
  return perAxis((axis) => chunks[axis] * mip.chunkSize[axis]);
}

const voxelBytes = ({ mips, channels }: Shape): number => bytesPerVoxel(mips[0]!.dataType) * channels;
const bytesOf = (plan: Shape, size: Vec3): number => volumeOf(size) * voxelBytes(plan);
const volumeOf = ([x, y, z]: Vec3): number => x * y * z;

const layerBytes = (plan: Shape, [x, y, z]: Vec3): number =>
  bytesOf(plan, [x, y, Math.min(z, plan.mips[0]!.chunkSize[2])]);

/** Whether blocks as wide and high as the planes fit memory. */
export function fitsPlanes(plan: Shape): boolean {
  const { blockSize } = wholePlanes(planBlocks(writtenShapes(plan), 0, 0), plan);
  if (isSharded(plan)) return bytesOf(plan, blockSize) <= SHARDED_PLANES * plan.budget;
  if (!isStreamed(plan)) return bytesOf(plan, blockSize) <= WHOLE_PLANES * plan.budget;
  return layerBytes(plan, blockSize) <= PLANES_LAYER * plan.budget;
}

/** Whether blocks as wide as the planes do, of images that go through plane by plane. */
export function fitsRows(plan: Shape): boolean {
  if (isSharded(plan) || !isStreamed(plan)) return false;
  const { blockSize } = wholeRows(planBlocks(writtenShapes(plan), 0, 0, leastMip(plan)), plan);
  return layerBytes(plan, blockSize) <= PLANES_LAYER * plan.budget;
}

const wholePlanes = (blocks: Blocks, { mips }: Shape): Blocks =>
  widenBlocks(blocks, mips, [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);

const wholeRows = (blocks: Blocks, { mips }: Shape): Blocks =>
  widenBlocks(blocks, mips, [Number.POSITIVE_INFINITY, 1]);

/** Reading all that was stored again takes as long as encoding it: at least one more mip is closed. */
const leastMip = (plan: Shape): number => (isStreamed(plan) ? Math.min(1, plan.mips.length - 1) : 0);

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

export interface BlockPass {
  readonly blocks: Blocks;
  /** Of the first pass, which writes its source mip, too; the others read what was stored. */
  readonly readsInput: boolean;
}

/** The blocks that read the input, then those that read the last mip that is stored. */
export function blockPasses(plan: Shape): readonly BlockPass[] {
  const passes = [{ blocks: firstBlocks(plan), readsInput: true }];
  for (let { lastMip } = passes[0]!.blocks; lastMip + 1 < plan.mips.length; ) {
    const shapes = writtenShapes(plan, lastMip);
    const blocks = isStreamed(plan)
      ? planBlocks(shapes, lastMip, PYRAMID_LAYER * plan.budget, lastMip + 1)
      : deepest(shapes, lastMip, lastMip + 1, (candidate) => isSmallWhole(plan, candidate));
    passes.push({ blocks, readsInput: false });
    ({ lastMip } = blocks);
  }
  return passes;
}

function firstBlocks(plan: Shape): Blocks {
  const { route, budget } = plan;
  const isPlanes = route === 'planes';
  const widened = (blocks: Blocks): Blocks => {
    if (isPlanes) return wholePlanes(blocks, plan);
    return route === 'rows' ? wholeRows(blocks, plan) : blocks;
  };
  const fits = (blocks: Blocks): boolean => {
    if (!isStreamed(plan)) return isSmallWhole(plan, widened(blocks));
    const { blockSize } = widened(blocks);
    if (isSharded(plan)) return bytesOf(plan, blockSize) <= (isPlanes ? SHARDED_PLANES : SHARDED) * budget;
    const most = (readsImage(plan) ? PLANES_LAYER : STREAM_LAYER) * budget;
    const voxels = (route === 'rows' ? STREAMED_ROWS : STREAMED) * budget;
    return layerBytes(plan, blockSize) <= most && volumeOf(blockSize) <= voxels;
  };
  return widened(deepest(writtenShapes(plan), 0, leastMip(plan), fits));
}

const readsImage = ({ route }: Shape): boolean => route === 'planes' || route === 'rows';

const isSmallWhole = (plan: Shape, { blockSize }: Blocks): boolean =>
  bytesOf(plan, blockSize) <= (isSharded(plan) ? SHARDED : 1) * plan.budget;

/** Blocks that close the most mips while they fit, and `least` in any case. */
function deepest(
  mips: readonly MipShape[],
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

/** Of a task, without what every thread takes. */
export function blockMemoryBytes(
  plan: Shape & Pick<ConversionPlan, 'inputChunkBytes'>,
  pass: BlockPass,
): number {
  const { blocks, readsInput } = pass;
  const { sourceMip, blockSize } = blocks;
  const [x, y] = blockSize;
  const chunk = volumeOf(plan.mips[sourceMip]!.chunkSize) * plan.channels;
  const read = readsInput ? CHUNKS_IN_READING * plan.inputChunkBytes : 0;
  const encoded = encoderBytes(chunkBytes(plan.mips[sourceMip]!) * plan.channels);
  const beside = read + encoded + (isSharded(plan) ? shardBytes(plan, pass) : 0);
  // The voxels, a copy while they are turned or shrunk, and a chunk in blocks of labels with their tables.
  if (!isStreamed(plan)) return 2.4 * bytesOf(plan, blockSize) + chunk * 32 + beside;
  const layers = readsImage(plan) && readsInput ? 1.4 : 2.4;
  return layers * layerBytes(plan, blockSize) + x * y * (4 * 4 + 4 * 8) + beside;
}

/**
 * Encoded chunks are held until their shards are whole (noise hardly shrinks), and of the shard that is on its way S3 is
 * sent copies, part by part.
 */
function shardBytes(
  plan: Shape,
  { blocks: { sourceMip, lastMip, blockSize }, readsInput }: BlockPass,
): number {
  let [held, largest] = [0, 0];
  for (let mip = readsInput ? sourceMip : sourceMip + 1; mip <= lastMip; mip++) {
    const factor = factorBetween(plan.mips, sourceMip, mip);
    const shard = writtenAtOnce(plan.mips[mip]!);
    const written = perAxis((axis) => blockSize[axis] / factor[axis]);
    held += bytesOf(plan, written);
    largest = Math.max(
      largest,
      bytesOf(
        plan,
        perAxis((axis) => Math.min(written[axis], shard[axis])),
      ),
    );
  }
  return held + largest;
}
