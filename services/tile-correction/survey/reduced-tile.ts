/** A tile at low resolution, from its planes in ascending order: block means in x and y, means of planes in z. */
import type { SurveyGrid } from '../../../shared/acquisition/survey-grid.ts';
import type { Pixels } from '../../../shared/kernels/kernels.ts';
import { addBlockSums, blockPixels } from '../../../shared/numerics/block-sums.ts';

interface Slice {
  /** How many planes the slice is the mean of. */
  readonly planes: number;
  /** Mean number of these planes; null where there are none. */
  readonly centre: number | null;
}

export interface TileReducer {
  /** Adds a whole plane; returns its mean. */
  add(plane: number, pixels: Pixels): number;
  /** x fastest, then y, z; 0 in slices without planes. */
  reduced(): { readonly voxels: Float32Array; readonly slices: Slice[] };
}

/** Sums in float64, in the order of rows and planes, rounded to float32 once: exact for integer pixels. */
export function reduceTile([width, height]: readonly number[], grid: SurveyGrid): TileReducer {
  const [block, , planesPerSlice] = grid.factor;
  const [columns, rows, depth] = grid.size;
  const pixelsIn = blockPixels(width!, height!, block);
  const planeSums = new Float64Array(columns * rows);
  const sliceSums = new Float64Array(columns * rows);
  const voxels = new Float32Array(columns * rows * depth);
  const planesOf: number[][] = Array.from({ length: depth }, () => []);

  const addToSlice = (slice: number): void => {
    const { length } = planesOf[slice]!;
    if (length === 1) sliceSums.set(planeSums);
    else for (let i = 0; i < planeSums.length; i++) sliceSums[i]! += planeSums[i]!;
    const start = slice * sliceSums.length;
    for (let i = 0; i < sliceSums.length; i++) voxels[start + i] = sliceSums[i]! / (length * pixelsIn[i]!);
  };

  return {
    add(plane, pixels) {
      const slice = Math.floor(plane / planesPerSlice);
      planesOf[slice]!.push(plane);
      planeSums.fill(0);
      addBlockSums(pixels, width!, height!, block, planeSums);
      addToSlice(slice);
      return sum(planeSums) / pixels.length;
    },
    reduced: () => ({
      voxels,
      slices: planesOf.map((planes) => ({
        planes: planes.length,
        centre: planes.length === 0 ? null : sum(planes) / planes.length,
      })),
    }),
  };
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}
