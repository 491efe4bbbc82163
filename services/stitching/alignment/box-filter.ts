/** High-pass of a plane: each value less the weighted mean of the box around it, as far as the box lies inside the plane. */

/** Reads `plane`, writes the result to `into[at…]`. */
export type PlaneFilter = (plane: Float32Array, into: Float32Array, at: number) => void;

/**
 * Running sums along y, then x. The weight of pixel (x, y) in the means is weightsX[x] weightsY[y].
 *
 * @param half the box reaches this many pixels to each side
 */
export function boxFilter(weightsX: Float64Array, weightsY: Float64Array, half: number): PlaneFilter {
  const width = weightsX.length;
  const height = weightsY.length;
  const inverseX = inverseBoxSums(weightsX, half);
  const inverseY = inverseBoxSums(weightsY, half);
  const columns = new Float64Array(width);
  // The row of column sums with zeros on both sides, so that the running sum needs no cases.
  const padded = new Float64Array(width + 2 * half + 1);
  return (plane, into, at) => {
    columns.fill(0);
    for (let y = 0; y < Math.min(half, height); y++) addRow(columns, plane, y * width, weightsY[y]!);
    for (let y = 0; y < height; y++) {
      if (y + half < height) addRow(columns, plane, (y + half) * width, weightsY[y + half]!);
      if (y > half) addRow(columns, plane, (y - half - 1) * width, -weightsY[y - half - 1]!);
      for (let x = 0; x < width; x++) padded[x + half + 1] = columns[x]! * weightsX[x]!;
      let sum = 0;
      for (let x = 1; x <= 2 * half; x++) sum += padded[x]!;
      const inverse = inverseY[y]!;
      for (let x = 0, i = y * width, o = at + i; x < width; x++, i++, o++) {
        sum += padded[x + 2 * half + 1]! - padded[x]!;
        into[o] = plane[i]! - sum * (inverseX[x]! * inverse);
      }
    }
  };
}

function addRow(columns: Float64Array, plane: Float32Array, at: number, weight: number): void {
  for (let x = 0; x < columns.length; x++) columns[x] = columns[x]! + weight * plane[at + x]!;
}

function inverseBoxSums(weights: Float64Array, half: number): Float64Array {
  return weights.map((_, at) => {
    let sum = 0;
    for (let i = Math.max(0, at - half); i <= Math.min(weights.length - 1, at + half); i++) sum += weights[i]!;
    return 1 / sum;
  });
}
