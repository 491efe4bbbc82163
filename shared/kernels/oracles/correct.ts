import type { FlatPlane } from '../kernels.ts';
import type { Pixels } from '../pixels.ts';

/** out = max(raw - background, 0) * flat, rounded to float32 at each step; the background to float32 first. */
export function correct(
  raw: Pixels,
  rawWidth: number,
  flat: FlatPlane | undefined,
  background: number,
  out: Float32Array,
  outWidth: number,
  columns: number,
  rows: number,
): void {
  const level = Math.fround(background);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const signal = Math.max(Math.fround(raw[y * rawWidth + x]! - level), 0);
      out[y * outWidth + x] = flat ? Math.fround(signal * flat.factor[y * flat.width + x]!) : signal;
    }
  }
}
