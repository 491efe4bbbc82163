/** How well each tile's place is known within its component, from the inverse of the normal equations. */
import { inverseDiagonal } from '../../../shared/numerics/inverse-diagonal.ts';
import { type SymmetricMatrix, solveSymmetric } from '../../../shared/numerics/symmetric.ts';
import { axes, type Triple } from '../axes.ts';
import type { Link } from './links.ts';
import { normalEquations, type Ties } from './solve.ts';

/**
 * Standard deviation per tile and axis, of the place relative to the mean of the component's tiles: the common shift
 * cannot be known.
 */
export function tileDeviations(
  links: readonly Link[],
  weights: readonly number[],
  ties: Ties,
  groups: Int32Array,
): Triple[] {
  const within = { ...ties, pairs: ties.pairs.filter(({ a, b }) => groups[a] === groups[b]) };
  const equations = (): SymmetricMatrix => normalEquations(links, weights, within, groups).matrix;
  // Row sums of the inverse within each component take the common shift out of the diagonal.
  const rowSums = axes((axis) => {
    const ones = Float64Array.from({ length: 3 * groups.length }, (_, i) => (i % 3 === axis ? 1 : 0));
    return solveSymmetric(equations(), ones);
  });
  const factor = equations();
  solveSymmetric(factor, new Float64Array(3 * groups.length));
  const variances = inverseDiagonal(factor);
  const counts = new Float64Array(groups.length);
  const sums = axes(() => new Float64Array(groups.length));
  groups.forEach((group, tile) => {
    counts[group] = counts[group]! + 1;
    for (const axis of [0, 1, 2] as const) {
      sums[axis][group] = sums[axis][group]! + rowSums[axis][3 * tile + axis]!;
    }
  });
  return Array.from(groups, (group, tile) =>
    axes((axis) => {
      const count = counts[group]!;
      const common = (2 * rowSums[axis][3 * tile + axis]!) / count - sums[axis][group]! / count ** 2;
      return Math.sqrt(Math.max(0, variances[3 * tile + axis]! - common));
    }),
  );
}
