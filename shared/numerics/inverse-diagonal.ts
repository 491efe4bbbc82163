/** The diagonal of a symmetric matrix's inverse: variances from normal equations, without the whole inverse. */
import type { SymmetricMatrix } from './symmetric.ts';

/**
 * The inverse's elements within the envelope follow from each other, last column first (Takahashi's recurrence), at
 * about the cost of two factorisations.
 *
 * @param factor what `solveSymmetric` leaves in place of the matrix
 */
export function inverseDiagonal(factor: SymmetricMatrix): Float64Array {
  const { first, rows } = factor;
  const inverse = rows.map((row) => new Float64Array(row.length));
  const reach = lastRows(first);
  const diagonal = new Float64Array(rows.length);
  for (let j = rows.length - 1; j >= 0; j--) {
    const below = rowsBelow(factor, j, reach[j]!);
    const pivot = rows[j]!.at(-1)!;
    let rest = 0;
    for (const [at, i] of below.rows.entries()) {
      const element = -productWithRow(inverse, first, below, i) / pivot;
      inverse[i]![j - first[i]!] = element;
      rest += below.values[at]! * element;
    }
    diagonal[j] = (1 / pivot - rest) / pivot;
    inverse[j]![j - first[j]!] = diagonal[j]!;
  }
  return diagonal;
}

/** Per column the last row whose envelope reaches it. */
function lastRows(first: readonly number[]): Int32Array {
  const last = Int32Array.from(first, (_, column) => column);
  first.forEach((start, row) => {
    for (let column = start; column <= row; column++) last[column] = row;
  });
  return last;
}

interface Column {
  readonly rows: readonly number[];
  readonly values: readonly number[];
}

/** The factor's column j below the diagonal. */
function rowsBelow({ first, rows }: SymmetricMatrix, j: number, last: number): Column {
  const found: number[] = [];
  for (let k = j + 1; k <= last; k++) if (first[k]! <= j) found.push(k);
  return { rows: found, values: found.map((k) => rows[k]![j - first[k]!]!) };
}

/** sum over k of column[k] inverse(i, k), of which only the lower triangle is kept. */
function productWithRow(
  inverse: readonly Float64Array[],
  first: readonly number[],
  column: Column,
  i: number,
): number {
  let sum = 0;
  for (let at = 0; at < column.rows.length; at++) {
    const k = column.rows[at]!;
    const element = k <= i ? inverse[i]![k - first[i]!]! : inverse[k]![i - first[k]!]!;
    sum += column.values[at]! * element;
  }
  return sum;
}
