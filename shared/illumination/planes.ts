/** The planes of a block, with the illumination taken off where there is a field for it. */
import type { Kernels } from '../kernels/kernels.ts';
import { type BlockPlace, type FieldBuffers, fieldBuffers, fieldOverBlock } from './block.ts';
import type { IlluminationField } from './field.ts';

const NO_BUFFERS = {
  fieldStarts: { type: 'int32', length: 0 },
  fieldT: { type: 'float32', length: 0 },
  fieldFirstY: { type: 'int32', length: 0 },
  fieldWeightsY: { type: 'float32', length: 0 },
  fieldCubics: { type: 'float32', length: 0 },
} as const satisfies ReturnType<typeof fieldBuffers>;

/** What `lightTaker` needs in kernel memory, to be spread into a call of `layout`. */
export const lightBuffers = (
  field: IlluminationField | undefined,
  size: readonly [number, number],
): ReturnType<typeof fieldBuffers> => (field === undefined ? NO_BUFFERS : fieldBuffers(field, size));

/** Bytes of that, at most, for blocks so wide and high. */
export const lightBytes = (width: number, height: number): number => 4 * width + 20 * height + FIELD_BYTES;

/** Cubics of a lattice of 64 x 64 x 64 points, the largest that is read, in float64, and a plane of them. */
const FIELD_BYTES = 64 ** 3 * 4 * 8 + 64 ** 2 * 4 * 4;

/** Multiplies plane z of the block, in kernel memory; without a field it leaves every plane as it is. */
export const lightTaker = (
  field: IlluminationField | undefined,
  block: BlockPlace,
  kernels: Kernels,
  buffers: FieldBuffers,
): ((plane: Float32Array, z: number) => void) =>
  field === undefined ? () => undefined : fieldOverBlock(field, block, kernels, buffers);
