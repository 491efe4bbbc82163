/** The voxels of a block as the output has them, a few planes at a time, wherever they come from. */
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { type ElementArray, makeElements } from '../../../shared/formats/elements.ts';
import type { ImageSource } from '../../../shared/formats/image-source/image-source.ts';
import { type Box, boxAt, boxSize, boxVolume, type Vec3 } from '../../../shared/geometry/box.ts';
import { cellsIn, chunkBox } from '../../../shared/volume/chunk-grid.ts';
import { convertVoxels } from '../../../shared/volume/convert-voxels.ts';
import { turnedFrom, turnVoxels } from '../../../shared/volume/cut-voxels.ts';
import { type VoxelArray, zeroVoxels } from '../../../shared/volume/data-type.ts';
import { openVolume, type Volume } from '../../../shared/volume/open-volume.ts';
import type { VoxelBlock } from '../../../shared/volume/shrink-voxels.ts';
import { openBricks } from './bricks.ts';
import { type ConversionPlan, turnOf } from './conversion-plan.ts';
import { withImageSource } from './conversion-source.ts';
import { readPlanes, readRows } from './read-planes.ts';

export interface Layer extends VoxelBlock {
  /** First plane, counted within the block. */
  readonly z: number;
  /** How many voxels were cut to the range of their type. */
  readonly cut: number;
}

export interface InputPlaces {
  /** The job's input, and its output. */
  readonly source: ObjectStore;
  readonly store: ObjectStore;
  /** Is told of what is read of an image. */
  readonly countRead: (bytes: number) => void;
}

/** `take` is awaited before the next layer comes, which may lie in the same memory. */
export async function eachLayer(
  plan: ConversionPlan,
  block: Box,
  { source, store, countRead }: InputPlaces,
  take: (layer: Layer) => Promise<void>,
): Promise<void> {
  if (plan.route === 'planes' || plan.route === 'rows')
    return withImageSource(plan, countRead, (image) => eachPlane(plan, image, block, take));
  const volume = await (plan.route === 'bricks' ? openBricks(store) : openVolume(source));
  return eachBox(plan, volume, block, take);
}

/** The block is as wide as the planes, and as high or some of their rows. The next plane is read while one is taken. */
async function eachPlane(
  plan: ConversionPlan,
  image: ImageSource,
  { start, end }: Box,
  take: (layer: Layer) => Promise<void>,
): Promise<void> {
  const width = image.sizeVoxels[0];
  const [y0, y1] = [start[1], end[1]];
  const height = y1 - y0;
  const type = plan.mips[0]!.dataType;
  const length = width * height * image.channels;
  const buffers: readonly ElementArray[] = [0, 1].map(() => makeElements(image.dtype, length));
  const read = (z: number) => {
    const into = buffers[z % 2]!;
    const reading =
      plan.route === 'rows'
        ? readRows(image, z, { y0, y1 }, type, into)
        : readPlanes(image, z, z + 1, type, into);
    // Awaited below; until then another error may come first.
    reading.catch(() => {});
    return reading;
  };
  let next = read(start[2]);
  for (let z = start[2]; z < end[2]; z++) {
    const { voxels, cut } = await next;
    if (z + 1 < end[2]) next = read(z + 1);
    await take({ z: z - start[2], size: [width, height, 1], channels: image.channels, voxels, cut });
  }
}

/** Planes that are read at a time, at most. */
const MOST_PLANES = 64;

async function eachBox(
  plan: ConversionPlan,
  volume: Volume,
  block: Box,
  take: (layer: Layer) => Promise<void>,
): Promise<void> {
  const turn = turnOf(plan);
  const { chunkSize, voxelOffset } = volume.mips[0]!;
  const type = plan.mips[0]!.dataType;
  const [width, height, depth] = boxSize(block);
  const step = Math.min(MOST_PLANES, chunkSize[turn.order[2]]);
  for (let z = 0; z < depth; ) {
    // Up to where a layer of the input's chunks ends.
    const planes = Math.min(step - ((block.start[2] + z) % step), depth - z);
    const wanted = boxAt([block.start[0], block.start[1], block.start[2] + z], [width, height, planes]);
    const box = turnedFrom(wanted, plan.sizeVoxels, turn);
    const data = await readBox(volume, {
      start: add(box.start, voxelOffset),
      end: add(box.end, voxelOffset),
    });
    const stored = { voxels: data, size: boxSize(box), channels: plan.channels };
    const turned = turnVoxels(stored, turn);
    const voxels = volume.info.data_type === type ? turned.voxels : zeroVoxels(type, data.length);
    const cut = voxels === turned.voxels ? 0 : convertVoxels(turned.voxels, voxels);
    await take({ ...turned, voxels, z, cut });
    z += planes;
  }
}

/** Of mip 0. A chunk as a whole, as bricks are for the most part, need not be copied. */
async function readBox(volume: Volume, box: Box): Promise<VoxelArray> {
  const mip = volume.mips[0]!;
  const [cell, ...more] = cellsIn(mip, box);
  const isChunk =
    cell !== undefined && more.length === 0 && boxVolume(chunkBox(mip, cell)) === boxVolume(box);
  return (isChunk ? await volume.readChunk(0, cell) : await volume.read(0, box)).data;
}

const add = (a: Vec3, b: Vec3): Vec3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
