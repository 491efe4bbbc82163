import type { Pixels } from '../pixels.ts';

/** out = max(raw - background, 0) * flat, rounded to float32 at each step; the background to float32 first. */
export function correct(
  raw: Pixels,
  flat: Float32Array | undefined,
  background: number,
  out: Float32Array,
): void {
  const level = Math.fround(background);
  for (let i = 0; i < raw.length; i++) {
    const signal = Math.max(Math.fround(raw[i]! - level), 0);
    out[i] = flat ? Math.fround(signal * flat[i]!) : signal;
  }
}
