/** Values of the polynomials of degree 1 and 2 along an axis, orthogonal to each other and to constants, of norm 1 (or 0). */
export interface Basis {
  readonly linear: Float32Array;
  readonly square: Float32Array;
}

/**
 * plane -= the paraboloid that fits it best. Its six sums are taken in float64: along a row those of even and of odd
 * columns, which are then added (a row of odd length adds its last value at the end); row by row. The paraboloid is
 * evaluated in float32.
 */
export function removeTrend(plane: Float32Array, width: number, height: number, x: Basis, y: Basis): void {
  const sums = { one: 0, x: 0, xx: 0, xy: 0, y: 0, yy: 0 };
  for (let row = 0; row < height; row++) {
    const values = plane.subarray(row * width, (row + 1) * width);
    const one = rowSum(values, undefined);
    const linear = rowSum(values, x.linear);
    sums.one += one;
    sums.x += linear;
    sums.xx += rowSum(values, x.square);
    sums.xy += linear * y.linear[row]!;
    sums.y += one * y.linear[row]!;
    sums.yy += one * y.square[row]!;
  }
  const mean = sums.one / (width * height);
  const bend = Math.fround(sums.xx / height);
  for (let row = 0, i = 0; row < height; row++) {
    const level = Math.fround(mean + (sums.y / width) * y.linear[row]! + (sums.yy / width) * y.square[row]!);
    const slope = Math.fround(sums.x / height + sums.xy * y.linear[row]!);
    for (let column = 0; column < width; column++, i++) {
      const tilted = Math.fround(level + Math.fround(slope * x.linear[column]!));
      plane[i] = plane[i]! - Math.fround(tilted + Math.fround(bend * x.square[column]!));
    }
  }
}

function rowSum(values: Float32Array, weights: Float32Array | undefined): number {
  const paired = values.length - (values.length % 2);
  const value = (i: number): number => values[i]! * (weights?.[i] ?? 1);
  let even = 0;
  let odd = 0;
  for (let i = 0; i < paired; i += 2) {
    even += value(i);
    odd += value(i + 1);
  }
  return paired < values.length ? even + odd + value(paired) : even + odd;
}
