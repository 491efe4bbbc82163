import type { Pixels } from '../pixels.ts';

/** `rows` rows of `columns` values: half to even, clipped to the range of `out`; NaN is 0 in an integer type. float32: a copy. */
export function quantise(
  values: Float32Array,
  width: number,
  out: Pixels,
  outWidth: number,
  columns: number,
  rows: number,
): void {
  const round = out instanceof Float32Array ? (value: number) => value : toInteger(out);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) out[y * outWidth + x] = round(values[y * width + x]!);
}

function toInteger(out: Uint8Array | Uint16Array): (value: number) => number {
  const highest = out instanceof Uint8Array ? 255 : 65_535;
  return (value) => (Number.isNaN(value) ? 0 : Math.min(Math.max(roundHalfToEven(value), 0), highest));
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const part = value - below;
  if (part !== 0.5) return part < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
