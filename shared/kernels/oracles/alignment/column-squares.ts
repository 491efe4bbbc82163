/**
 * out[i][x] = sum of plane[y][x]^2 over the rows y from cuts[i] up to, not including, cuts[i + 1]: `width` columns of rows
 * that lie `stride` apart. In float32, from the first row on.
 */
export function columnSquares(
  plane: Float32Array,
  stride: number,
  width: number,
  cuts: Uint16Array,
  out: Float32Array,
): void {
  const { fround } = Math;
  for (let i = 0; i + 1 < cuts.length; i++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let y = cuts[i]!; y < cuts[i + 1]!; y++) {
        const value = plane[y * stride + x]!;
        sum = fround(sum + fround(value * value));
      }
      out[i * width + x] = sum;
    }
  }
}
