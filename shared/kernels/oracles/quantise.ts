import type { Pixels } from '../pixels.ts';

/** Half to even, clipped to the range of `out`; NaN is 0 in an integer type. float32: a copy. */
export function quantise(values: Float32Array, out: Pixels): void {
  if (out instanceof Float32Array) {
    out.set(values);
    return;
  }
  const highest = out instanceof Uint8Array ? 255 : 65_535;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    out[i] = Number.isNaN(value) ? 0 : Math.min(Math.max(roundHalfToEven(value), 0), highest);
  }
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const part = value - below;
  if (part !== 0.5) return part < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
