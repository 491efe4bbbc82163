/** Rearranging voxels that lie x fastest, then y, z, channel. */

import { elementTypeOf } from '../formats/elements.ts';
import { type Box, boxSize, type Vec3 } from '../geometry/box.ts';
import type { Reorientation } from '../geometry/orientation.ts';
import { copyVoxels, type DataType, type VoxelArray, zeroVoxels } from './data-type.ts';
import type { VoxelBlock } from './shrink-voxels.ts';

/** A copy of the voxels in `box`, which lies inside the block. */
export function cutVoxels({ voxels, size, channels }: VoxelBlock, box: Box): VoxelArray {
  const [width, height, depth] = boxSize(box);
  const [x, y, z] = box.start;
  const cut = zeroVoxels(elementTypeOf(voxels) as DataType, width * height * depth * channels);
  let to = 0;
  for (let channel = 0; channel < channels; channel++)
    for (let plane = z; plane < z + depth; plane++)
      for (let row = y; row < y + height; row++, to += width) {
        const from = x + size[0] * (row + size[1] * (plane + size[2] * channel));
        copyVoxels(cut, to, voxels.subarray(from, from + width));
      }
  return cut;
}

/** Axes in another order and direction; `size` is that of the given voxels. */
export function turnVoxels<Voxels extends VoxelBlock>(
  block: Voxels,
  { order, flip }: Reorientation,
): VoxelBlock {
  if (order.every((axis, i) => axis === i) && flip.every((sign) => sign === 1)) return block;
  const { voxels, size, channels } = block;
  const strides: Vec3 = [1, size[0], size[0] * size[1]];
  const turned: Vec3 = [size[order[0]], size[order[1]], size[order[2]]];
  const step = (i: 0 | 1 | 2): number => strides[order[i]] * flip[i];
  const [dx, dy, dz] = [step(0), step(1), step(2)];
  // Where an axis runs backwards it begins at its last voxel.
  const first = [dx, dy, dz].reduce((at, d, i) => at + (d < 0 ? -d * (turned[i]! - 1) : 0), 0);
  const out = zeroVoxels(elementTypeOf(voxels) as DataType, voxels.length);
  const to = out as unknown as unknown[];
  let at = 0;
  for (let channel = 0; channel < channels; channel++)
    for (let z = 0; z < turned[2]; z++)
      for (let y = 0; y < turned[1]; y++) {
        let from = first + channel * (voxels.length / channels) + z * dz + y * dy;
        for (let x = 0; x < turned[0]; x++, from += dx) to[at++] = voxels[from];
      }
  return { voxels: out, size: turned, channels };
}

/** The box of the input whose voxels, turned, are `box` of the output; `size` is the input's. */
export function turnedFrom(box: Box, size: Vec3, { order, flip }: Reorientation): Box {
  const start: [number, number, number] = [0, 0, 0];
  const end: [number, number, number] = [0, 0, 0];
  for (const i of [0, 1, 2] as const) {
    const axis = order[i];
    start[axis] = flip[i] > 0 ? box.start[i] : size[axis] - box.end[i];
    end[axis] = flip[i] > 0 ? box.end[i] : size[axis] - box.start[i];
  }
  return { start, end };
}
