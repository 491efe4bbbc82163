import type { Pixels, PixelType } from '../kernels/kernels.ts';

export function makePixels(type: PixelType, length: number): Pixels {
  switch (type) {
    case 'uint8':
      return new Uint8Array(length);
    case 'uint16':
      return new Uint16Array(length);
    case 'float32':
      return new Float32Array(length);
  }
}
