/** How fusion is cut into tasks, and what one task needs. A function of acquisition, placement and parameters alone. */
import type { Acquisition } from '../../../shared/acquisition/acquisition.ts';
import { type Placement, placedTiles } from '../../../shared/acquisition/placement.ts';
import type { Needs } from '../../../shared/engine/step.ts';
import type { Box } from '../../../shared/geometry/box.ts';
import { lightBytes } from '../../../shared/illumination/planes.ts';
import {
  type Blocks,
  blockBox,
  blockCount,
  factorBetween,
  widenBlocks,
} from '../../../shared/volume/blocks.ts';
import { encoderBytes } from '../../../shared/volume/codecs/image-encoder.ts';
import { bytesPerVoxel, chunkBytes, type Mip } from '../../../shared/volume/scales.ts';
import { channelsOf, fusionBlocks, outputMips } from '../../output-volume.ts';
import type { JobParameters } from '../../parameters.ts';
import { PLANES_HELD } from './read-planes.ts';

/** Planes that decode as a whole are decoded once per block that they reach into: on average at most this often. */
const MAX_DECODES = 1.9;
/**
 * Of stacks below this many planes the survey reads every one, and alignment most: there fusion reads as few as it can
 * twice, with a task of this size at most. The program around it makes it 1.5 GiB.
 */
const SHALLOW_PLANES = 64;
const SHALLOW_TASK_MIB = 1200;

export interface FusionInputs {
  readonly acquisition: Acquisition;
  readonly placement: Placement;
  readonly parameters: JobParameters;
}

export interface FusionGeometry {
  readonly mips: readonly Mip[];
  readonly blocks: Blocks;
  readonly channels: readonly number[];
}

export interface FuseTask {
  readonly channel: number;
  /** Voxels of mip 0. */
  readonly block: Box;
  /** The channel's first task also writes its `info`. */
  readonly isFirst: boolean;
}

export function fusionGeometry({ acquisition, placement, parameters }: FusionInputs): FusionGeometry {
  const mips = outputMips(acquisition, placement, parameters);
  const narrow = fusionBlocks(mips);
  const compressed = acquisition.tiles.some(({ stacks }) => stacks.some((stack) => stack.compressed));
  const blocks = compressed ? widenForWholePlanes(narrow, mips, placement) : narrow;
  return { mips, blocks, channels: channelsOf(acquisition, parameters) };
}

export function fuseTask({ mips, blocks, channels }: FusionGeometry, index: number): FuseTask {
  const perChannel = blockCount(blocks);
  const inChannel = index % perChannel;
  return {
    channel: channels[Math.floor(index / perChannel)]!,
    block: blockBox(blocks, mips[0]!.sizeVoxels, inChannel),
    isFirst: inChannel === 0,
  };
}

export function fusionNeeds(inputs: FusionInputs): Needs {
  const { mips, blocks } = fusionGeometry(inputs);
  const [x, y, z] = blocks.blockSize;
  return {
    memoryMiB: memoryOf(blocks, mips, inputs.placement),
    threads: 1,
    // 25 million voxels a second and thread, gzip included.
    seconds: Math.ceil((x * y * z) / 25e6),
  };
}

/**
 * MiB. Layers of chunks of every mip; a plane in float and those of its mips; the raw planes that are read ahead, half as
 * much again for overlaps; three float planes of a tile, where overlaps are blended, and its flat field; the tables of an
 * illumination field; chunks on their way to the store.
 */
function memoryOf(blocks: Blocks, mips: readonly Mip[], { tileSize }: Placement): number {
  const [x, y, z] = blocks.blockSize;
  const bytes = bytesPerVoxel(mips[0]!.dataType);
  let layers = 0;
  for (let mip = 0; mip <= blocks.lastMip; mip++) {
    const [fx, fy] = factorBetween(mips, 0, mip);
    layers += (x / fx) * (y / fy) * Math.min(z, mips[mip]!.chunkSize[2]) * bytes;
  }
  const raw = x * y * 1.5 * PLANES_HELD * bytes;
  const float = 4 * (x * y * (1 + MIP_PLANES) + tileSize[0] * tileSize[1] * 4);
  const planes = raw + float + lightBytes(x, y) + encoderBytes(chunkBytes(mips[0]!));
  return Math.ceil((layers + planes) / 2 ** 20) + RUNTIME_MIB;
}

/** Of 1/4, 1/16, ... of a plane, each twice where z is halved as well. */
const MIP_PLANES = 2 / 3;
/** A thread with its JavaScript heap. */
const RUNTIME_MIB = 96;

/** The smallest block with few enough decodes; of shallow stacks the one with the fewest, where such a one is affordable. */
function widenForWholePlanes(rows: Blocks, mips: readonly Mip[], placement: Placement): Blocks {
  const decodes = (blocks: Blocks): number => decodesPerPlane(blocks, placement);
  const candidates = [...widerBlocks(rows, mips)];
  const affordable =
    placement.tileSize[2] < SHALLOW_PLANES
      ? candidates.filter((blocks) => memoryOf(blocks, mips, placement) <= SHALLOW_TASK_MIB)
      : [];
  const most = Math.min(MAX_DECODES, ...affordable.map(decodes));
  return candidates.find((blocks) => decodes(blocks) <= most)!;
}

/** From rows of blocks to the whole volume: wider and higher in turn, so that they stay near squares, which touch the fewest tiles. */
function* widerBlocks(rows: Blocks, mips: readonly Mip[]): Generator<Blocks> {
  const [most, times] = [rows.grid, [1, 1] as [number, number]];
  for (let blocks = rows; ; blocks = widenBlocks(rows, mips, times)) {
    yield blocks;
    const [width, height] = blocks.blockSize;
    const canWiden = times[0] < most[0];
    const canHeighten = times[1] < most[1];
    if (!canWiden && !canHeighten) return;
    times[canWiden && (width <= height || !canHeighten) ? 0 : 1] += 1;
  }
}

/** In how many blocks' columns and rows a tile lies, averaged over the tiles. */
function decodesPerPlane({ blockSize: [width, height] }: Blocks, placement: Placement): number {
  const tiles = placedTiles(placement);
  const touched = (start: number, end: number, step: number): number =>
    Math.ceil(end / step) - Math.floor(start / step);
  const decodes = tiles.map(
    ({ box: { start, end } }) => touched(start[0], end[0], width) * touched(start[1], end[1], height),
  );
  return decodes.reduce((sum, count) => sum + count, 0) / tiles.length;
}
