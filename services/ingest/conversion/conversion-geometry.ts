/** The passes of a conversion, their tasks, and what one asks of the machine: functions of the plan alone. */
import type { Needs, Plan } from '../../../shared/engine/step.ts';
import { type Box, boxVolume } from '../../../shared/geometry/box.ts';
import { blockBox, blockCount } from '../../../shared/volume/blocks.ts';
import { bytesPerVoxel } from '../../../shared/volume/data-type.ts';
import { type BlockPass, blockMemoryBytes, blockPasses } from './conversion-blocks.ts';
import type { ConversionPlan } from './conversion-plan.ts';

/** Copies planes into bricks. */
export interface BricksTask {
  readonly kind: 'bricks';
  /** Planes of the input. */
  readonly start: number;
  readonly end: number;
}

/** Writes the mips that a block closes. */
export interface BlockTask extends BlockPass {
  readonly kind: 'block';
  /** Voxels of the source mip, from its corner. */
  readonly block: Box;
  /** Also writes the volume's `info`. */
  readonly isFirst: boolean;
}

/** Takes the bricks away: nothing reads them any more, and they are as large as the input. */
interface TidyTask {
  readonly kind: 'tidy';
}

export type ConversionTask = BricksTask | BlockTask | TidyTask;

const hasBricks = ({ route }: ConversionPlan): boolean => route === 'bricks';

/** The bricks, the blocks, and the end of the bricks. */
export const passCount = (plan: ConversionPlan | undefined): number =>
  plan === undefined ? 1 : blockPasses(plan).length + (hasBricks(plan) ? 2 : 0);

/** None without a plan: the job is no conversion. */
export function tasksOf(plan: ConversionPlan | undefined, pass: number): Plan<ConversionTask> {
  if (plan === undefined) return { count: 0, task: () => TIDY };
  const passes = blockPasses(plan);
  if (!hasBricks(plan)) return blockTasks(plan, passes[pass]!);
  if (pass === 0) return brickTasks(plan);
  const next = passes[pass - 1];
  return next === undefined ? { count: 1, task: () => TIDY } : blockTasks(plan, next);
}

const TIDY: TidyTask = { kind: 'tidy' };

function blockTasks(plan: ConversionPlan, { blocks, readsInput }: BlockPass): Plan<ConversionTask> {
  const { sizeVoxels } = plan.mips[blocks.sourceMip]!;
  return {
    count: blockCount(blocks),
    task: (index) => ({
      kind: 'block',
      blocks,
      readsInput,
      block: blockBox(blocks, sizeVoxels, index),
      isFirst: readsInput && index === 0,
    }),
  };
}

function brickTasks({
  sizeVoxels: [, , depth],
  brickSize,
  isForwardOnly,
}: ConversionPlan): Plan<ConversionTask> {
  const planes = isForwardOnly ? depth : brickSize[2];
  return {
    count: Math.ceil(depth / planes),
    task: (index) => ({
      kind: 'bricks',
      start: index * planes,
      end: Math.min((index + 1) * planes, depth),
    }),
  };
}

export function voxelsOf(task: ConversionTask, plan: ConversionPlan | undefined): number {
  if (task.kind === 'tidy') return 0;
  if (task.kind === 'block') return boxVolume(task.block);
  const [x, y] = plan?.sizeVoxels ?? [0, 0];
  return x * y * (task.end - task.start);
}

/** Of the largest pass. */
export function conversionNeeds({ plan }: { readonly plan: ConversionPlan | undefined }): Needs {
  const passes = plan === undefined ? [] : blockPasses(plan);
  const asks =
    plan === undefined ? [] : [...passes.map((pass) => blockMemoryBytes(plan, pass)), brickBytes(plan)];
  const voxels = passes.map(({ blocks: { blockSize } }) =>
    blockSize.reduce((product, extent) => product * extent),
  );
  return {
    memoryMiB: Math.ceil(Math.max(0, ...asks) / 2 ** 20) + RUNTIME_MIB,
    threads: 1,
    seconds: Math.ceil(Math.max(0, ...voxels) / VOXELS_A_SECOND),
  };
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
