/** Polynomials that shading and the flanks of smooth edges look like. */
import type { Basis } from '../../../shared/kernels/kernels.ts';

/** Fills `basis` for an axis of `length` pixels: degree 1 and 2, orthogonal to each other and to constants. */
export function fillBasis(basis: Basis, length: number): void {
  const linear = Float64Array.from({ length }, (_, i) => i - (length - 1) / 2);
  const mean = linear.reduce((sum, value) => sum + value * value, 0) / length;
  basis.linear.set(normalised(linear));
  basis.square.set(normalised(linear.map((value) => value * value - mean)));
}

/** Axes too short for a polynomial have it as 0. */
function normalised(values: Float64Array): Float64Array {
  const norm = Math.hypot(...values);
  return values.map((value) => (norm > 1e-6 ? value / norm : 0));
}
