/** Pixel types the kernels know, and the arrays that hold them. */
export interface PixelArrays {
  uint8: Uint8Array;
  uint16: Uint16Array;
  float32: Float32Array;
}

export type PixelType = keyof PixelArrays;
export type Pixels = PixelArrays[PixelType];

/** What `layout` is asked for: length in voxels, not bytes. */
export interface BufferSpec {
  readonly type: PixelType;
  readonly length: number;
}

export const pixelBytes: Readonly<Record<PixelType, number>> = { uint8: 1, uint16: 2, float32: 4 };

export function pixelTypeOf(pixels: Pixels): PixelType {
  if (pixels instanceof Uint8Array) return 'uint8';
  return pixels instanceof Uint16Array ? 'uint16' : 'float32';
}
