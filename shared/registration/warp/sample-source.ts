/** Values of a source volume at positions, reading no more of it than the positions span. */
import type { Box, Vec3 } from '../../geometry/box.ts';
import { type VoxelArray, zeroVoxels } from '../../volume/data-type.ts';
import type { SourceVolume } from '../source/source-volume.ts';

/** A box of the source above this is read in parts. */
const MOST_VOXELS = 2 ** 24;

export interface Sampling {
  readonly source: SourceVolume;
  readonly scale: number;
  /** Labels are never averaged. */
  readonly how: 'nearest' | 'linear';
}

/**
 * `positions`: three numbers a point, in voxels of the scale. 0 outside the volume. Values of whole-number types are
 * rounded half to even.
 */
export async function sampleAt(sampling: Sampling, positions: Float64Array): Promise<VoxelArray> {
  const out = zeroVoxels(sampling.source.dataType, positions.length / 3);
  await sampleRange(sampling, positions, 0, out.length, out);
  return out;
}

async function sampleRange(
  sampling: Sampling,
  positions: Float64Array,
  from: number,
  to: number,
  out: VoxelArray,
): Promise<void> {
  const { source, scale, how } = sampling;
  const size = source.scales[scale]!.sizeVoxels;
  const box = spanOf(positions, from, to, size);
  if (box === undefined) return;
  const extent = box.end.map((end, axis) => end - box.start[axis]!) as [number, number, number];
  if (extent[0] * extent[1] * extent[2] > MOST_VOXELS && to - from > 1) {
    const middle = (from + to) >> 1;
    await sampleRange(sampling, positions, from, middle, out);
    await sampleRange(sampling, positions, middle, to, out);
    return;
  }
  const voxels = await source.read(scale, box);
  (how === 'nearest' ? nearest : linear)(voxels, box.start, extent, size, positions, from, to, out);
}

/** The voxels that the points lie between; undefined where all lie outside the volume. */
function spanOf(positions: Float64Array, from: number, to: number, size: Vec3): Box | undefined {
  const least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const most = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = from; i < to; i++) {
    if (!isInside(positions, 3 * i, size)) continue;
    for (let axis = 0; axis < 3; axis++) {
      const at = positions[3 * i + axis]!;
      if (at < least[axis]!) least[axis] = at;
      if (at > most[axis]!) most[axis] = at;
    }
  }
  if (least[0] === Number.POSITIVE_INFINITY) return undefined;
  const start = (axis: 0 | 1 | 2): number => Math.min(size[axis] - 1, Math.max(0, Math.floor(least[axis]!)));
  const end = (axis: 0 | 1 | 2): number => Math.max(1, Math.min(size[axis], Math.floor(most[axis]!) + 2));
  return { start: [start(0), start(1), start(2)], end: [end(0), end(1), end(2)] };
}

/** Up to the outer faces of the volume's voxels. */
const isInside = (positions: Float64Array, at: number, [nx, ny, nz]: Vec3): boolean =>
  positions[at]! >= -0.5 &&
  positions[at]! < nx - 0.5 &&
  positions[at + 1]! >= -0.5 &&
  positions[at + 1]! < ny - 0.5 &&
  positions[at + 2]! >= -0.5 &&
  positions[at + 2]! < nz - 0.5;

type Sampler = (
  voxels: VoxelArray,
  start: Vec3,
  extent: Vec3,
  size: Vec3,
  positions: Float64Array,
  from: number,
  to: number,
  out: VoxelArray,
) => void;

const nearest: Sampler = (voxels, start, extent, size, positions, from, to, out) => {
  for (let i = from; i < to; i++) {
    const at = 3 * i;
    if (!isInside(positions, at, size)) continue;
    const x = Math.floor(positions[at]! + 0.5) - start[0];
    const y = Math.floor(positions[at + 1]! + 0.5) - start[1];
    const z = Math.floor(positions[at + 2]! + 0.5) - start[2];
    (out as Uint8Array)[i] = (voxels as Uint8Array)[x + extent[0] * (y + extent[1] * z)]!;
  }
};

/** Within half a voxel of the volume's faces the outermost voxel counts. */
const linear: Sampler = (voxels, start, extent, size, positions, from, to, out) => {
  const values = voxels as Float32Array;
  const isWhole = !(out instanceof Float32Array);
  const [wx, wy] = extent;
  const place = (position: number, axis: 0 | 1 | 2): number =>
    Math.min(size[axis] - 1, Math.max(0, position)) - start[axis];
  for (let i = from; i < to; i++) {
    if (!isInside(positions, 3 * i, size)) continue;
    const x = place(positions[3 * i]!, 0);
    const y = place(positions[3 * i + 1]!, 1);
    const z = place(positions[3 * i + 2]!, 2);
    const [x0, y0, z0] = [Math.floor(x), Math.floor(y), Math.floor(z)];
    const [a, b, c] = [x - x0, y - y0, z - z0];
    const dx = a > 0 ? 1 : 0;
    const dy = b > 0 ? wx : 0;
    const dz = c > 0 ? wx * wy : 0;
    const p = x0 + wx * (y0 + wy * z0);
    const low = values[p]! * (1 - a) + values[p + dx]! * a;
    const front = values[p + dy]! * (1 - a) + values[p + dx + dy]! * a;
    const high = values[p + dz]! * (1 - a) + values[p + dx + dz]! * a;
    const back = values[p + dy + dz]! * (1 - a) + values[p + dx + dy + dz]! * a;
    const value = (low * (1 - b) + front * b) * (1 - c) + (high * (1 - b) + back * b) * c;
    (out as Float32Array)[i] = isWhole ? halfEven(value) : value;
  }
};

function halfEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value - Math.trunc(value)) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
