/** Takes the paraboloid that fits a plane best away from it: shading and the flanks of smooth edges. */

/** Changes `plane` (height rows of `width`) in place. */
export type TrendRemover = (plane: Float32Array) => void;

/** Polynomials of degree 0, 1, 2 in the pixel's place, orthogonal over the axis, divided by their norms. */
interface Basis {
  readonly linear: Float64Array;
  readonly square: Float64Array;
}

export function trendRemover(width: number, height: number): TrendRemover {
  const x = basisOf(width);
  const y = basisOf(height);
  const sums = new Float64Array(3 * height);
  return (plane) => {
    sumRows(plane, x, sums);
    subtract(plane, x, y, sums);
  };
}

function basisOf(length: number): Basis {
  const linear = Float64Array.from({ length }, (_, i) => i - (length - 1) / 2);
  const mean = linear.reduce((sum, value) => sum + value * value, 0) / length;
  return { linear: normalised(linear), square: normalised(linear.map((value) => value * value - mean)) };
}

/** Axes too short for a polynomial have it as 0. */
function normalised(values: Float64Array): Float64Array {
  const norm = Math.hypot(...values);
  return values.map((value) => (norm > 1e-6 ? value / norm : 0));
}

/** Of every row: sum of v, of v times linear, of v times square. */
function sumRows(plane: Float32Array, { linear, square }: Basis, sums: Float64Array): void {
  const width = linear.length;
  for (let row = 0, i = 0; 3 * row < sums.length; row++) {
    let constant = 0;
    let first = 0;
    let second = 0;
    for (let x = 0; x < width; x++, i++) {
      const value = plane[i]!;
      constant += value;
      first += value * linear[x]!;
      second += value * square[x]!;
    }
    sums[3 * row] = constant;
    sums[3 * row + 1] = first;
    sums[3 * row + 2] = second;
  }
}

function subtract(plane: Float32Array, x: Basis, y: Basis, sums: Float64Array): void {
  const [width, height] = [x.linear.length, y.linear.length];
  const along = (weights: Float64Array | undefined, part: number): number => {
    let sum = 0;
    for (let row = 0; row < height; row++)
      sum += sums[3 * row + part]! * (weights === undefined ? 1 : weights[row]!);
    return sum;
  };
  const constant = along(undefined, 0) / (width * height);
  const byX = [along(undefined, 1) / height, along(undefined, 2) / height, along(y.linear, 1)] as const;
  const byY = [along(y.linear, 0) / width, along(y.square, 0) / width] as const;
  for (let row = 0, i = 0; row < height; row++) {
    const level = constant + byY[0] * y.linear[row]! + byY[1] * y.square[row]!;
    const slope = byX[0] + byX[2] * y.linear[row]!;
    for (const end = i + width, start = i; i < end; i++) {
      plane[i] = plane[i]! - (level + slope * x.linear[i - start]! + byX[1] * x.square[i - start]!);
    }
  }
}
