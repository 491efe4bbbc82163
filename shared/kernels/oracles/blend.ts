/**
 * Running weighted mean, rounded to float32 at each step:
 * weight' = weight + w; mean' = mean + (w / weight') * (value - mean), with w = rampX * rampY.
 */
export function blend(
  values: Float32Array,
  columns: number,
  rows: number,
  rampX: Float32Array,
  rampY: Float32Array,
  mean: Float32Array,
  weight: Float32Array,
): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      const before = mean[at]!;
      const ramp = Math.fround(rampX[column]! * rampY[row]!);
      const total = Math.fround(weight[at]! + ramp);
      const share = total > 0 ? Math.fround(ramp / total) : 0;
      const difference = Math.fround(values[at]! - before);
      weight[at] = total;
      mean[at] = Math.fround(before + Math.fround(share * difference));
    }
  }
}
