/**
 * What the correlation sees of a tile: noise of variance 1 everywhere and nothing smooth, so that shading, gains and
 * background of the tiles do not matter (STITCHING section 2.2).
 */
import type { Basis } from '../../../shared/kernels/kernels.ts';
import type { Triple } from '../axes.ts';
import type { NoiseModel, Pixels } from './noise-model.ts';
import { fillBasis } from './trend.ts';
import { boxHalfWidth, rawPixels, type Workspace } from './workspace.ts';

/** Real values as [z][y][x] in the workspace's memory; size is x, y, z. */
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
 *
 * @param into one of the workspace's buffers, which the field lies in from now on
 */
export function binnedField(
  workspace: Workspace,
  strip: Strip,
  noise: NoiseModel,
  bin: 2 | 4,
  into: Float32Array,
): Field {
  const { kernels, buffers } = workspace;
  const [stripWidth, stripHeight, planes] = strip.size;
  const width = Math.floor(stripWidth / bin);
  const height = Math.floor(stripHeight / bin);
  const { stabilised, halved, scratch } = buffers;
  for (let z = 0; z < planes; z++) {
    const filtered = into.subarray(z * width * height, (z + 1) * width * height);
    if (strip.missingPlanes.has(z)) {
      filtered.fill(0);
      continue;
    }
    const from = z * stripWidth * stripHeight;
    const raw = rawPixels(workspace, strip.values, from, from + stripWidth * stripHeight);
    kernels.stabilise(raw, stripWidth, width * bin, height * bin, noise, stabilised);
    kernels.halvePlane(stabilised, width * bin, height * bin, halved);
    if (bin === 4) kernels.halvePlane(halved, 2 * width, 2 * height, stabilised);
    // The planes hold means of bin x bin, and the field their sums over `bin`.
    const means = bin === 4 ? stabilised : halved;
    kernels.highPassBox(means, width, height, boxHalfWidth / bin, bin, filtered, scratch);
  }
  return { values: into.subarray(0, width * height * planes), size: [width, height, planes] };
}

/** The workspace's polynomials, for boxes of this size. */
function trendOf({ buffers }: Workspace, [width, height]: Triple): { readonly x: Basis; readonly y: Basis } {
  const x = { linear: buffers.linearX, square: buffers.squareX };
  const y = { linear: buffers.linearY, square: buffers.squareY };
  fillBasis(x, width);
  fillBasis(y, height);
  return { x, y };
}

/** Writes what a strip shows of a box of fixed size that begins at `start` to one of the workspace's buffers. */
type BoxFields = (strip: Strip, noise: NoiseModel, start: Triple, into: Float32Array) => void;

/**
 * A box of a strip, stabilised and high-passed by itself: a mean that reached beyond an overlap would see more of the
 * sample in one tile than in the other, on opposite sides, and draw thin overlaps together by tenths of a voxel. Its
 * trend goes first. No larger than the largest segment; one size at a time in a workspace.
 */
export function boxFields(workspace: Workspace, size: Triple): BoxFields {
  const { kernels, buffers } = workspace;
  const [width, height, planes] = size;
  const { stabilised, scratch } = buffers;
  const { x, y } = trendOf(workspace, size);
  return (strip, noise, start, into) => {
    for (let z = 0; z < planes; z++) {
      const filtered = into.subarray(z * width * height, (z + 1) * width * height);
      if (strip.missingPlanes.has(start[2] + z)) {
        filtered.fill(0);
        continue;
      }
      const corner = ((start[2] + z) * strip.size[1] + start[1]) * strip.size[0] + start[0];
      // Whole rows of the strip, in one piece: less work than to copy the box row by row.
      const raw = rawPixels(workspace, strip.values, corner, corner + (height - 1) * strip.size[0] + width);
      kernels.stabilise(raw, strip.size[0], width, height, noise, stabilised);
      kernels.removeTrend(stabilised, width, height, x, y);
      kernels.highPassBox(stabilised, width, height, boxHalfWidth, 1, filtered, scratch);
    }
  };
}

/** Mean square of the planes that hold data, from every fourth of them; about 1 where there is only noise. */
export function meanSquare(
  { kernels, buffers }: Workspace,
  field: Field,
  missingPlanes: ReadonlySet<number>,
): number {
  const [width, height, depth] = field.size;
  const cuts = buffers.cuts.subarray(0, 2);
  cuts.set([0, height]);
  let sum = 0;
  let planes = 0;
  for (let z = 0; z < depth; z += 4) {
    if (missingPlanes.has(z)) continue;
    kernels.columnSquares(field.values.subarray(z * width * height), width, width, cuts, buffers.columns);
    for (let x = 0; x < width; x++) sum += buffers.columns[x]!;
    planes++;
  }
  return planes > 0 ? sum / (planes * width * height) : 0;
}
