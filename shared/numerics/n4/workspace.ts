/** What N4 keeps of an image while it works: 12 bytes a voxel, in the memory of the kernels that work on it. */
import type { BufferSpecs, Buffers, IlluminationKernels } from '../../kernels/kernels.ts';

/** The kernels of N4, or their plain twins, and the memory that they work in. */
export type N4Kernels = Omit<IlluminationKernels, 'scaleByField'> & {
  layout<S extends BufferSpecs>(specs: S): Buffers<S>;
};

/** `shape`: without axes of one voxel; `points`: control points along an axis at the last level. */
export const n4BufferSpecs = (shape: readonly number[], points: number, bins: number) => {
  const voxels = { type: 'float32', length: shape.reduce((all, size) => all * size, 1) } as const;
  const tableX = { type: 'float64', length: 4 * (shape[0] ?? 1) + 2 } as const;
  const tableY = { type: 'float64', length: 4 * (shape[1] ?? 1) } as const;
  return {
    log: voxels,
    use: voxels,
    field: voxels,
    weightsX: tableX,
    sharesX: tableX,
    weightsY: tableY,
    sharesY: tableY,
    starts: { type: 'int32', length: points },
    firstY: { type: 'int32', length: shape[1] ?? 1 },
    line: { type: 'float64', length: points },
    points: { type: 'float64', length: points * points },
    histogram: { type: 'float64', length: 4 * (bins + 1) },
    expected: { type: 'float64', length: 2 * bins },
    changes: { type: 'float64', length: 8 },
  } as const;
};

export type N4Buffers = Buffers<ReturnType<typeof n4BufferSpecs>>;
