import type { Pixels } from '../pixels.ts';

/** Pixels as float32; every uint8 and uint16 has an exact one. */
export function widen(values: Pixels, out: Float32Array): void {
  for (let i = 0; i < values.length; i++) out[i] = values[i]!;
}
