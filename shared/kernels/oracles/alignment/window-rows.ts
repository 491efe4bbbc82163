/** out[y][x] = values[y][x] (rowWeights[y] windowX[x]), in float32; 0 for width <= x < stride. */
export function windowRows(
  values: Float32Array,
  width: number,
  rows: number,
  windowX: Float32Array,
  rowWeights: Float32Array,
  stride: number,
  out: Float32Array,
): void {
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < width; x++) {
      out[y * stride + x] = values[y * width + x]! * Math.fround(rowWeights[y]! * windowX[x]!);
    }
    out.fill(0, y * stride + width, (y + 1) * stride);
  }
}
