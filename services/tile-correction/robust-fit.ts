/**
 * The fit behind `--flat-field auto` (ILLUMINATION section 2.1). Unknown are the log field v (cubic spline, 6 x 6
 * points), a log gain of each tile with the prior N(0, 0.05), and a level of each look (its median of l - v):
 *   looks: l_i(x) = level_i + v(x), weight tukey(r/s) / (s^2 1000): about two independent observations a look;
 *   pairs: l_i(x) - l_j(x') = v(x) - v(x') + gain_i - gain_j, weight tukey(r/s) / (s^2 8 Z), Z z blocks.
 * v is smoothed by third differences, which leave quadratic fields free (second differences shrink them).
 */
import { robustScale, tukeyWeight, withoutNaN } from '../../shared/numerics/robust.ts';
import { mean, median } from '../../shared/numerics/statistics.ts';
import { solveSymmetric } from '../../shared/numerics/symmetric.ts';
import { controlPoints, type FieldBasis, fieldBasis, fieldValues } from './field-basis.ts';
import {
  addFieldRows,
  addGainRows,
  addObservation,
  addPriors,
  type Equations,
  emptyEquations,
  fillRow,
  gainRows,
  type PixelSums,
  pixelSums,
} from './field-equations.ts';
import type { LogField } from './log-field.ts';
import type { LogLook, LookPair, Overlap, ReducedGrid } from './looks.ts';

export interface FitInput {
  readonly grid: ReducedGrid;
  readonly looks: readonly LogLook[];
  readonly pairs: readonly LookPair[];
  /** Number of blocks along z: the residuals of a pair's looks go together. */
  readonly zBlocks: number;
}

const lookPixelsPerObservation = 1000;
const pairPixelsPerObservation = 8;
const smallestLookScale = 0.02;
const smallestPairScale = 0.01;
const maxRounds = 12;
const settledChange = 1e-4;

/** The field, of mean 0 over the grid. Reweighted until it changes by at most 1e-4; 5 to 7 rounds are usual. */
export function fitLogField(input: FitInput): LogField {
  const basis = fieldBasis(input.grid);
  const tiles = gainRows(input.looks, input.pairs);
  let coefficients: Float64Array = new Float64Array(controlPoints);
  let gains = new Float64Array(tiles.size);
  for (let round = 0; round < maxRounds; round++) {
    const before = fieldValues(basis, coefficients);
    const equations = emptyEquations(basis, tiles, input.pairs);
    addLooks(equations, input.looks, before);
    addPairs(equations, input, before, gains);
    addPriors(equations);
    const solution = solveSymmetric(equations.matrix, equations.right);
    gains = solution.slice(0, tiles.size);
    coefficients = withoutMean(basis, solution.slice(tiles.size));
    const after = fieldValues(basis, coefficients);
    if (after.every((value, pixel) => Math.abs(value - before[pixel]!) <= settledChange)) break;
  }
  return { grid: input.grid, coefficients };
}

function addLooks(equations: Equations, looks: readonly LogLook[], field: Float64Array): void {
  const residuals = looks.map(({ log }) => {
    const differences = log.map((value, pixel) => value - field[pixel]!);
    const level = median(withoutNaN([differences]));
    return differences.map((value) => value - level);
  });
  const scale = robustScale(residuals, smallestLookScale);
  const sums = pixelSums(field.length);
  for (const values of residuals) {
    for (let pixel = 0; pixel < values.length; pixel++) {
      const residual = values[pixel]!;
      if (Number.isNaN(residual)) continue;
      const weight = tukeyWeight(residual / scale) / (scale * scale * lookPixelsPerObservation);
      addObservation(sums, pixel, weight, residual + field[pixel]!);
    }
  }
  addFieldRows(equations, sums, (pixel, row) => fillRow(equations.basis, row, pixel));
}

function addPairs(
  equations: Equations,
  { pairs, zBlocks }: FitInput,
  field: Float64Array,
  gains: Float64Array,
): void {
  const residuals = pairs.map((pair) => {
    const [first, second] = pair.tiles.map((tile) => gains[equations.tiles.get(tile)!]!) as [number, number];
    return withoutField(pair, field).map((difference) => difference - (first - second));
  });
  const scale = robustScale(residuals, smallestPairScale);
  const perPixel = 1 / (scale * scale * pairPixelsPerObservation * zBlocks);
  const sumsOf = new Map<Overlap, PixelSums>();
  for (const [index, pair] of pairs.entries()) {
    const weights = residuals[index]!.map((r) => (Number.isNaN(r) ? 0 : tukeyWeight(r / scale) * perPixel));
    const sums = sumsOf.get(pair.overlap) ?? pixelSums(weights.length);
    sumsOf.set(pair.overlap, sums);
    for (let n = 0; n < weights.length; n++) {
      if (weights[n] !== 0) addObservation(sums, n, weights[n]!, pair.difference[n]!);
    }
    addGainRows(equations, pair, weights);
  }
  for (const [overlap, sums] of sumsOf) {
    addFieldRows(equations, sums, (n, row) =>
      fillRow(equations.basis, row, overlap.here[n]!, overlap.there[n]!),
    );
  }
}

/** A pair's differences once the field is taken off both looks: 0 if field and tissue explain them. */
export const withoutField = ({ overlap, difference }: LookPair, field: Float64Array): Float32Array =>
  difference.map((value, n) => value - field[overlap.here[n]!]! + field[overlap.there[n]!]!);

/** The weights of a pixel add up to 1, so a constant goes off all points alike. */
function withoutMean(basis: FieldBasis, coefficients: Float64Array): Float64Array {
  const level = mean(fieldValues(basis, coefficients));
  return coefficients.map((value) => value - level);
}
