/**
 * What the correlation sees of a tile: noise of variance 1 everywhere and nothing smooth, so that shading, gains and
 * background of the tiles do not matter (STITCHING section 2.2).
 */
import type { Triple } from '../axes.ts';
import type { NoiseModel, Pixels } from './noise-model.ts';
import { fillBasis } from './trend.ts';
import { boxHalfWidth, rawPixels, type Workspace } from './workspace.ts';

/** Real values as [z][y][x]; size is x, y, z. */
export interface Field {
  readonly values: Float32Array;
  readonly size: Triple;
}

/** A box of a tile's voxels as stored, [z][y][x]. */
export interface Strip {
  readonly values: Pixels;
  readonly size: Triple;
  /** Planes of the strip without data, counted from its first. */
  readonly missingPlanes: ReadonlySet<number>;
}

/**
 * Sums of bin x bin stabilised pixels, high-passed, divided by `bin`: noise of variance 1 as before. Columns and rows that
 * fill no bin are left out; missing planes are 0.
 */
export function binnedField(workspace: Workspace, strip: Strip, noise: NoiseModel, bin: 2 | 4): Field {
  const { kernels, buffers } = workspace;
  const [stripWidth, stripHeight, planes] = strip.size;
  const width = Math.floor(stripWidth / bin);
  const height = Math.floor(stripHeight / bin);
  const field = new Float32Array(width * height * planes);
  const { stabilised, halved, scratch } = buffers;
  const filtered = buffers.filtered.subarray(0, width * height);
  for (let z = 0; z < planes; z++) {
    if (strip.missingPlanes.has(z)) continue;
    const from = z * stripWidth * stripHeight;
    const raw = rawPixels(workspace, strip.values, from, from + stripWidth * stripHeight);
    kernels.stabilise(raw, stripWidth, width * bin, height * bin, noise, stabilised);
    kernels.halvePlane(stabilised, width * bin, height * bin, halved);
    if (bin === 4) kernels.halvePlane(halved, 2 * width, 2 * height, stabilised);
    // The planes hold means of bin x bin, and the field their sums over `bin`.
    const means = bin === 4 ? stabilised : halved;
    kernels.highPassBox(means, width, height, boxHalfWidth / bin, bin, filtered, scratch);
    field.set(filtered, z * width * height);
  }
  return { values: field, size: [width, height, planes] };
}

/**
 * A box of a strip, stabilised and high-passed by itself: a mean that reached beyond an overlap would see more of the
 * sample in one tile than in the other, on opposite sides, and draw thin overlaps together by tenths of a voxel. Its
 * trend goes first. No larger than the largest segment.
 */
export function boxField(
  workspace: Workspace,
  strip: Strip,
  noise: NoiseModel,
  start: Triple,
  size: Triple,
): Float32Array {
  const { kernels, buffers } = workspace;
  const [width, height, planes] = size;
  const field = new Float32Array(width * height * planes);
  const { stabilised, scratch } = buffers;
  const filtered = buffers.filtered.subarray(0, width * height);
  const x = { linear: buffers.linearX, square: buffers.squareX };
  const y = { linear: buffers.linearY, square: buffers.squareY };
  fillBasis(x, width);
  fillBasis(y, height);
  for (let z = 0; z < planes; z++) {
    if (strip.missingPlanes.has(start[2] + z)) continue;
    const corner = ((start[2] + z) * strip.size[1] + start[1]) * strip.size[0] + start[0];
    // Whole rows of the strip, in one piece: less work than to copy the box row by row.
    const raw = rawPixels(workspace, strip.values, corner, corner + (height - 1) * strip.size[0] + width);
    kernels.stabilise(raw, strip.size[0], width, height, noise, stabilised);
    kernels.removeTrend(stabilised, width, height, x, y);
    kernels.highPassBox(stabilised, width, height, boxHalfWidth, 1, filtered, scratch);
    field.set(filtered, z * width * height);
  }
  return field;
}

/** Mean square of the planes that hold data, from every fourth of them; about 1 where there is only noise. */
export function meanSquare(field: Field, missingPlanes: ReadonlySet<number>): number {
  const area = field.size[0] * field.size[1];
  let sum = 0;
  let planes = 0;
  for (let z = 0; z < field.size[2]; z += 4) {
    if (missingPlanes.has(z)) continue;
    for (let i = z * area; i < (z + 1) * area; i++) sum += field.values[i]! * field.values[i]!;
    planes++;
  }
  return planes > 0 ? sum / (planes * area) : 0;
}
