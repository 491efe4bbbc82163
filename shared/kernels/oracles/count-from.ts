/** How many values are at least so much, rounded to float32; NaN is none. */
export function countFrom(values: Float32Array, least: number): number {
  const single = Math.fround(least);
  return values.reduce((count, value) => (value >= single ? count + 1 : count), 0);
}
