/** A tile at low resolution, from its planes in ascending order: block means in x and y, means of planes in z. */
import type { SurveyGrid } from '../../../shared/acquisition/survey-grid.ts';
import type { Kernels, Pixels } from '../../../shared/kernels/kernels.ts';
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

/** In the kernels' memory: sums of a plane's columns, and of its blocks. */
export interface ReducerBuffers {
  readonly row: Int32Array;
  readonly planeSums: Float64Array;
}

export const reducerBuffers = (width: number, { size: [columns, rows] }: SurveyGrid) =>
  ({
    row: { type: 'int32', length: width },
    planeSums: { type: 'float64', length: columns * rows },
  }) as const;

/** Sums in float64, in the order of rows and planes, rounded to float32 once: exact for integer pixels. */
export function reduceTile(
  kernels: Kernels,
  [width, height]: readonly number[],
  grid: SurveyGrid,
  { row, planeSums }: ReducerBuffers,
): TileReducer {
  const [block, , planesPerSlice] = grid.factor;
  const [columns, rows, depth] = grid.size;
  const pixelsIn = blockPixels(width!, height!, block);
  const sliceSums = new Float64Array(columns * rows);
  const voxels = new Float32Array(columns * rows * depth);
  const planesOf: number[][] = Array.from({ length: depth }, () => []);

  const addToSlice = (slice: number): void => {
    const { length } = planesOf[slice]!;
    if (length === 1) sliceSums.set(planeSums);
    else addValues(sliceSums, planeSums);
    divide(sliceSums, pixelsIn, length, voxels, slice * sliceSums.length);
  };

  return {
    add(plane, pixels) {
      const slice = Math.floor(plane / planesPerSlice);
      planesOf[slice]!.push(plane);
      planeSums.fill(0);
      if (pixels instanceof Float32Array) addBlockSums(pixels, width!, height!, block, planeSums);
      else kernels.addBlockSums(pixels, width!, height!, block, row, planeSums);
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

// The loops are functions of their own, so that the compiler sees each with its arrays' types.

function addValues(sums: Float64Array, values: Float64Array): void {
  for (let i = 0; i < sums.length; i++) sums[i]! += values[i]!;
}

/** Means of blocks of `planes` planes, into `means[at...]`. */
function divide(
  sums: Float64Array,
  pixelsIn: Float64Array,
  planes: number,
  means: Float32Array,
  at: number,
): void {
  for (let i = 0; i < sums.length; i++) means[at + i] = sums[i]! / (planes * pixelsIn[i]!);
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}
