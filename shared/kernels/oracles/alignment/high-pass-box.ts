/**
 * out = scale (value - mean of the box around it, as far as the box lies inside the plane), in float64 until the result.
 * Column sums over the rows of the box move down with it, the row that leaves subtracted from the one that enters; the sum
 * of a box is a difference of their running sums, which go on two columns at a time.
 *
 * @param half the box reaches this many pixels to each side
 */
export function highPassBox(
  plane: Float32Array,
  width: number,
  height: number,
  half: number,
  scale: number,
  out: Float32Array,
): void {
  const columns = new Float64Array(width);
  const move = (fresh: number, old: number): void => {
    const value = (y: number, x: number): number => (y >= 0 && y < height ? plane[y * width + x]! : 0);
    for (let x = 0; x < width; x++) columns[x] = columns[x]! + (value(fresh, x) - value(old, x));
  };
  for (let y = 0; y < Math.min(half, height); y++) move(y, -1);
  for (let y = 0; y < height; y++) {
    move(y + half, y - half - 1);
    const sums = runningSums(columns);
    const inverseY = inverseExtent(y, height, half);
    for (let x = 0; x < width; x++) {
      const sum = sums[Math.min(x + half + 1, width)]! - sums[Math.max(x - half, 0)]!;
      const mean = sum * (inverseExtent(x, width, half) * inverseY);
      out[y * width + x] = scale * (plane[y * width + x]! - mean);
    }
  }
}

/** sums[i]: of the first i values */
function runningSums(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i += 2) {
    sums[i + 1] = sums[i]! + values[i]!;
    if (i + 1 < values.length) sums[i + 2] = sums[i]! + (values[i]! + values[i + 1]!);
  }
  return sums;
}

const inverseExtent = (at: number, length: number, half: number): number =>
  1 / (Math.min(at + half, length - 1) - Math.max(at - half, 0) + 1);
