/** Symmetric positive definite systems whose entries lie near the diagonal: factors, solutions and the inverse's diagonal. */

/** Lower triangle of a symmetric matrix: entry (i, j) with i - width <= j <= i lies at i * (width + 1) + j - i + width. */
export interface BandedMatrix {
  readonly size: number;
  /** Entries left of the diagonal. */
  readonly width: number;
  readonly values: Float64Array;
}

export const bandedMatrix = (size: number, width: number): BandedMatrix => ({
  size,
  width,
  values: new Float64Array(size * (width + 1)),
});

/** Adds to entry (i, j) and, the matrix being symmetric, to (j, i): name each pair once. */
export function addEntry(matrix: BandedMatrix, i: number, j: number, value: number): void {
  const [row, column] = i >= j ? [i, j] : [j, i];
  if (row - column > matrix.width) {
    throw new RangeError(`Entry (${i}, ${j}) lies outside a band of width ${matrix.width}.`);
  }
  const at = row * (matrix.width + 1) + column - row + matrix.width;
  matrix.values[at] = matrix.values[at]! + value;
}

/** The factor L of L L^T, in the same layout. Throws RangeError where the matrix is not positive definite. */
export function choleskyFactor(matrix: BandedMatrix): BandedMatrix {
  const { size, width } = matrix;
  const stride = width + 1;
  const values = matrix.values.slice();
  for (let i = 0; i < size; i++) {
    const first = Math.max(0, i - width);
    // Entry (i, j) lies at row + j.
    const row = i * stride + width - i;
    for (let j = first; j <= i; j++) {
      const other = j * stride + width - j;
      const from = Math.max(first, j - width);
      const rest = values[row + j]! - dot(values, row + from, other + from, j - from);
      if (j < i) values[row + j] = rest / values[other + j]!;
      else if (rest > 0) values[row + i] = Math.sqrt(rest);
      else throw new RangeError(`The matrix is not positive definite: pivot ${i} is ${rest}.`);
    }
  }
  return { size, width, values };
}

function dot(values: Float64Array, a: number, b: number, count: number): number {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += values[a + k]! * values[b + k]!;
  return sum;
}

/** Solves L L^T x = right. */
export function choleskySolve({ size, width, values }: BandedMatrix, right: Float64Array): Float64Array {
  const stride = width + 1;
  const x = right.slice();
  for (let i = 0; i < size; i++) {
    const row = i * stride + width - i;
    let rest = x[i]!;
    for (let j = Math.max(0, i - width); j < i; j++) rest -= values[row + j]! * x[j]!;
    x[i] = rest / values[row + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    const row = i * stride + width - i;
    const value = x[i]! / values[row + i]!;
    x[i] = value;
    for (let j = Math.max(0, i - width); j < i; j++) x[j] = x[j]! - values[row + j]! * value;
  }
  return x;
}

/**
 * Diagonal of (L L^T)^-1. The inverse's entries within the band follow from each other, last column first (Takahashi's
 * recurrence), at the cost of two factorisations.
 */
export function inverseDiagonal({ size, width, values }: BandedMatrix): Float64Array {
  const stride = width + 1;
  const inverse = bandedMatrix(size, width).values;
  const column = new Float64Array(stride);
  const result = new Float64Array(size);
  for (let j = size - 1; j >= 0; j--) {
    const last = Math.min(size - 1, j + width);
    for (let k = j; k <= last; k++) column[k - j] = values[k * stride + j - k + width]!;
    for (let i = last; i >= j; i--) {
      // Entries (i, k) for k = j + 1 … last: in row i up to the diagonal, in column i beyond it.
      const row = i * stride + width - i;
      let sum = 0;
      for (let k = j + 1; k <= Math.min(i, last); k++) sum += column[k - j]! * inverse[row + k]!;
      for (let k = Math.max(i, j) + 1; k <= last; k++) {
        sum += column[k - j]! * inverse[k * stride + width - k + i]!;
      }
      inverse[row + j] = ((i === j ? 1 / column[0]! : 0) - sum) / column[0]!;
    }
    result[j] = inverse[j * stride + width]!;
  }
  return result;
}
