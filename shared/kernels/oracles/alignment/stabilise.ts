import type { Pixels } from '../../pixels.ts';

/** The camera's noise: variance = readVariance + gain (value - background), in counts. */
export interface Noise {
  readonly background: number;
  readonly gain: number;
  readonly readVariance: number;
}

const most = 2 ** 128 - 2 ** 104;

/**
 * out = 2 / gain sqrt(variance), rounded to float32 at each step; the variance is at least readVariance / 4 and at most
 * float32's largest value. Values that are not finite count as the background.
 *
 * @param raw `rows` rows of `width` pixels, `stride` apart
 */
export function stabilise(
  raw: Pixels,
  stride: number,
  width: number,
  rows: number,
  noise: Noise,
  out: Float32Array,
): void {
  const background = Math.fround(noise.background);
  const gain = Math.fround(noise.gain);
  const readVariance = Math.fround(noise.readVariance);
  const scale = Math.fround(2 / gain);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < width; x++) {
      const value = raw[y * stride + x]!;
      const excess = Math.fround((Number.isFinite(value) ? value : background) - background);
      const variance = Math.fround(Math.fround(excess * gain) + readVariance);
      const kept = Math.min(Math.max(variance, Math.fround(readVariance / 4)), most);
      out[y * width + x] = Math.fround(Math.sqrt(kept)) * scale;
    }
  }
}
