/**
 * Symmetric positive definite systems (normal equations), solved by Cholesky's decomposition on the envelope: each row
 * is kept from its first nonzero column to the diagonal, and the factor needs no more room than that. Dense matrices
 * have `first` = 0 everywhere; unknowns of a grid in raster order cost size x bandwidth^2.
 */
export interface SymmetricMatrix {
  /** Column of each row's first element. */
  readonly first: readonly number[];
  /** The lower triangle: element (i, j) is rows[i][j - first[i]]. */
  readonly rows: readonly Float64Array[];
}

/** Thrown where a pivot is not positive: the system does not determine its unknowns. */
export class SingularMatrixError extends Error {
  override readonly name = 'SingularMatrixError';
  readonly row: number;
  constructor(row: number, pivot: number) {
    super(
      `Pivot ${row} of a symmetric system is ${pivot}, expected a positive number: ` +
        'the data leave that unknown free. Add a prior to it or leave it out.',
    );
    this.row = row;
  }
}

export function createSymmetric(first: readonly number[]): SymmetricMatrix {
  return { first, rows: first.map((column, row) => new Float64Array(row - column + 1)) };
}

/** Adds to element (i, j) and so to (j, i). Throws RangeError outside the envelope. */
export function addToElement(matrix: SymmetricMatrix, i: number, j: number, value: number): void {
  const row = Math.max(i, j);
  const column = Math.min(i, j) - matrix.first[row]!;
  if (column < 0) throw new RangeError(`Element (${i}, ${j}) lies outside the envelope of the matrix`);
  const elements = matrix.rows[row]!;
  elements[column] = elements[column]! + value;
}

/** Solves matrix x = right. The matrix is replaced by its factor. */
export function solveSymmetric(matrix: SymmetricMatrix, right: ArrayLike<number>): Float64Array {
  factorise(matrix);
  const x = Float64Array.from(right);
  const size = x.length;
  for (let i = 0; i < size; i++) {
    const row = matrix.rows[i]!;
    const first = matrix.first[i]!;
    let rest = x[i]!;
    for (let j = first; j < i; j++) rest -= row[j - first]! * x[j]!;
    x[i] = rest / row[i - first]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    const row = matrix.rows[i]!;
    const first = matrix.first[i]!;
    x[i] = x[i]! / row[i - first]!;
    for (let j = first; j < i; j++) x[j] = x[j]! - row[j - first]! * x[i]!;
  }
  return x;
}

function factorise({ first, rows }: SymmetricMatrix): void {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const start = first[i]!;
    for (let j = start; j < i; j++) {
      row[j - start] = (row[j - start]! - product(row, start, rows[j]!, first[j]!, j)) / rows[j]!.at(-1)!;
    }
    const pivot = row[i - start]! - product(row, start, row, start, i);
    if (!(pivot > 0)) throw new SingularMatrixError(i, pivot);
    row[i - start] = Math.sqrt(pivot);
  }
}

/** Sum over the columns below `end` of two rows' elements. */
function product(a: Float64Array, firstA: number, b: Float64Array, firstB: number, end: number): number {
  let sum = 0;
  for (let k = Math.max(firstA, firstB); k < end; k++) sum += a[k - firstA]! * b[k - firstB]!;
  return sum;
}
