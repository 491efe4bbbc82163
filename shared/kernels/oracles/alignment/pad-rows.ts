/** `rows` rows of `width` values that lie `stride` apart, to rows of `length` values that end in zeros. */
export function padRows(
  values: Float32Array,
  stride: number,
  width: number,
  rows: number,
  length: number,
  out: Float32Array,
): void {
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < length; x++) out[y * length + x] = x < width ? values[y * stride + x]! : 0;
}
