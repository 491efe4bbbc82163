/** Pixel types the kernels know, and the arrays that hold them. */
export interface PixelArrays {
  uint8: Uint8Array;
  uint16: Uint16Array;
  float32: Float32Array;
}

export type PixelType = keyof PixelArrays;
export type Pixels = PixelArrays[PixelType];

/** What buffers may hold besides pixels: tables and sums. */
export interface BufferArrays extends PixelArrays {
  int32: Int32Array;
  float64: Float64Array;
}

type BufferType = keyof BufferArrays;

/** What `layout` is asked for: length in elements (voxels), not bytes. */
export interface BufferSpec {
  readonly type: BufferType;
  readonly length: number;
}

export const bufferArrays = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

export function pixelTypeOf(pixels: Pixels): PixelType {
  if (pixels instanceof Uint8Array) return 'uint8';
  return pixels instanceof Uint16Array ? 'uint16' : 'float32';
}
