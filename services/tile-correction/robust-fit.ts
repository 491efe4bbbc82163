/**
 * The fit behind `--flat-field auto` (ILLUMINATION section 2.1). Unknown are the log field v (cubic spline, 6 x 6
 * points), a log gain of each tile with the prior N(0, 0.05), and a level of each look (its median of l - v):
 *   looks: l_i(x) = level_i + v(x), weight tukey(r/s) / (s^2 1000): about two independent observations a look;
 *   pairs: l_i(x) - l_j(x') = v(x) - v(x') + gain_i - gain_j, weight tukey(r/s) / (s^2 8 Z), Z z blocks.
 * v is smoothed by third differences, which leave quadratic fields free (second differences shrink them).
 */
import { mean, median } from '../../shared/numerics/statistics.ts';
import {
  addToElement,
  createSymmetric,
  type SymmetricMatrix,
  solveSymmetric,
} from '../../shared/numerics/symmetric.ts';
import { controlPoints, type FieldBasis, fieldBasis, fieldValues, roughness } from './field-basis.ts';
import type { LogField } from './log-field.ts';
import type { LogLook, LookPair, Overlap, ReducedGrid } from './looks.ts';

export interface FitInput {
  readonly grid: ReducedGrid;
  readonly looks: readonly LogLook[];
  readonly pairs: readonly LookPair[];
  /** Number of blocks along z: the residuals of a pair's looks go together. */
  readonly zBlocks: number;
}

const gainSd = 0.05;
const lookPixelsPerObservation = 1000;
const pairPixelsPerObservation = 8;
const smallestLookScale = 0.02;
const smallestPairScale = 0.01;
const smoothness = 3e-4;
const ridge = 1e-6;
const maxRounds = 12;
const settledChange = 1e-4;

/** The field, of mean 0 over the grid. Reweighted until it changes by at most 1e-4; 5 to 7 rounds are usual. */
export function fitLogField(input: FitInput): LogField {
  const basis = fieldBasis(input.grid);
  const tiles = tilesOf(input);
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

/** Normal equations: the tiles' gains first, in raster order and so nearly diagonal, then the field's points. */
interface Equations {
  readonly basis: FieldBasis;
  readonly tiles: ReadonlyMap<number, number>;
  readonly matrix: SymmetricMatrix;
  readonly right: Float64Array;
}

/** Row of each tile's gain. */
function tilesOf({ looks, pairs }: FitInput): ReadonlyMap<number, number> {
  const tiles = new Set([...looks.map((look) => look.tile), ...pairs.flatMap((pair) => pair.tiles)]);
  return new Map([...tiles].sort((a, b) => a - b).map((tile, row) => [tile, row]));
}

function emptyEquations(
  basis: FieldBasis,
  tiles: ReadonlyMap<number, number>,
  pairs: readonly LookPair[],
): Equations {
  const first = Array.from({ length: tiles.size + controlPoints }, (_, row) => (row < tiles.size ? row : 0));
  for (const pair of pairs) {
    const [i, j] = pair.tiles.map((tile) => tiles.get(tile)!) as [number, number];
    first[Math.max(i, j)] = Math.min(first[Math.max(i, j)]!, i, j);
  }
  return { basis, tiles, matrix: createSymmetric(first), right: new Float64Array(first.length) };
}

/** Weight of each pixel, and weight times what the field should be there, summed over looks or pairs. */
interface PixelSums {
  readonly weight: Float64Array;
  readonly weighted: Float64Array;
}

const pixelSums = (pixels: number): PixelSums => ({
  weight: new Float64Array(pixels),
  weighted: new Float64Array(pixels),
});

function addLooks(equations: Equations, looks: readonly LogLook[], field: Float64Array): void {
  const residuals = looks.map(({ log }) => {
    const differences = log.map((value, pixel) => value - field[pixel]!);
    const level = median(valid([differences]));
    return differences.map((value) => value - level);
  });
  const scale = robustScale(residuals, smallestLookScale);
  const sums = pixelSums(field.length);
  for (const values of residuals) {
    for (let pixel = 0; pixel < values.length; pixel++) {
      const residual = values[pixel]!;
      if (Number.isNaN(residual)) continue;
      const weight = tukey(residual / scale) / (scale * scale * lookPixelsPerObservation);
      sums.weight[pixel] = sums.weight[pixel]! + weight;
      sums.weighted[pixel] = sums.weighted[pixel]! + weight * (residual + field[pixel]!);
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
  const gainOf = (tile: number) => gains[equations.tiles.get(tile)!]!;
  const residuals = pairs.map(({ tiles, overlap, difference }) => {
    const gain = gainOf(tiles[0]) - gainOf(tiles[1]);
    return difference.map(
      (value, n) => value - (field[overlap.here[n]!]! - field[overlap.there[n]!]!) - gain,
    );
  });
  const scale = robustScale(residuals, smallestPairScale);
  const perPixel = 1 / (scale * scale * pairPixelsPerObservation * zBlocks);
  const sumsOf = new Map<Overlap, PixelSums>();
  for (const [index, pair] of pairs.entries()) {
    const weights = residuals[index]!.map((r) => (Number.isNaN(r) ? 0 : tukey(r / scale) * perPixel));
    const sums = sumsOf.get(pair.overlap) ?? pixelSums(weights.length);
    sumsOf.set(pair.overlap, sums);
    for (let n = 0; n < weights.length; n++) {
      if (weights[n] === 0) continue;
      sums.weight[n] = sums.weight[n]! + weights[n]!;
      sums.weighted[n] = sums.weighted[n]! + weights[n]! * pair.difference[n]!;
    }
    addGainRows(equations, pair, weights);
  }
  for (const [overlap, sums] of sumsOf) {
    addFieldRows(equations, sums, (n, row) =>
      fillRow(equations.basis, row, overlap.here[n]!, overlap.there[n]!),
    );
  }
}

/** The field's weights at a pixel, minus those at a second one. */
function fillRow({ weights }: FieldBasis, row: Float64Array, here: number, there?: number): void {
  for (let c = 0; c < controlPoints; c++) row[c] = weights[here * controlPoints + c]!;
  if (there === undefined) return;
  for (let c = 0; c < controlPoints; c++) row[c] = row[c]! - weights[there * controlPoints + c]!;
}

/** What the observations say about the field alone: weight x row row' and weight x row x observed. */
function addFieldRows(
  { tiles, matrix, right }: Equations,
  { weight, weighted }: PixelSums,
  fill: (n: number, row: Float64Array) => void,
): void {
  const row = new Float64Array(controlPoints);
  for (let n = 0; n < weight.length; n++) {
    if (weight[n] === 0) continue;
    fill(n, row);
    for (let i = 0; i < controlPoints; i++) {
      const value = row[i]!;
      if (value === 0) continue;
      const elements = matrix.rows[tiles.size + i]!;
      for (let j = 0; j <= i; j++) {
        elements[tiles.size + j] = elements[tiles.size + j]! + weight[n]! * value * row[j]!;
      }
      right[tiles.size + i] = right[tiles.size + i]! + weighted[n]! * value;
    }
  }
}

/** What a pair of looks says about the gains of its tiles, and about gains and field together. */
function addGainRows(
  { basis, tiles, matrix, right }: Equations,
  pair: LookPair,
  weights: Float32Array,
): void {
  const [i, j] = pair.tiles.map((tile) => tiles.get(tile)!) as [number, number];
  const row = new Float64Array(controlPoints);
  const cross = new Float64Array(controlPoints);
  let [weight, weighted] = [0, 0];
  for (let n = 0; n < weights.length; n++) {
    if (weights[n] === 0) continue;
    weight += weights[n]!;
    weighted += weights[n]! * pair.difference[n]!;
    fillRow(basis, row, pair.overlap.here[n]!, pair.overlap.there[n]!);
    for (let c = 0; c < controlPoints; c++) cross[c] = cross[c]! + weights[n]! * row[c]!;
  }
  addToElement(matrix, i, i, weight);
  addToElement(matrix, j, j, weight);
  addToElement(matrix, i, j, -weight);
  right[i] = right[i]! + weighted;
  right[j] = right[j]! - weighted;
  for (let c = 0; c < controlPoints; c++) {
    addToElement(matrix, tiles.size + c, i, cross[c]!);
    addToElement(matrix, tiles.size + c, j, -cross[c]!);
  }
}

/** Gains are small; the field is smooth, in proportion to how much the data say (T / K, T the trace). */
function addPriors({ tiles, matrix }: Equations): void {
  for (let row = 0; row < tiles.size; row++) addToElement(matrix, row, row, 1 / (gainSd * gainSd));
  let trace = 0;
  for (let c = 0; c < controlPoints; c++) trace += matrix.rows[tiles.size + c]!.at(-1)!;
  const perPoint = trace / controlPoints;
  const penalty = roughness();
  for (let i = 0; i < controlPoints; i++) {
    for (let j = 0; j <= i; j++) {
      const value = smoothness * penalty[i * controlPoints + j]! + (i === j ? ridge : 0);
      addToElement(matrix, tiles.size + i, tiles.size + j, perPoint * value);
    }
  }
}

/** The weights of a pixel add up to 1, so a constant goes off all points alike. */
function withoutMean(basis: FieldBasis, coefficients: Float64Array): Float64Array {
  const level = mean(fieldValues(basis, coefficients));
  return coefficients.map((value) => value - level);
}

/** Tukey's biweight: 1 at 0, 0 from 4.685 scales on. */
const tukey = (ratio: number): number => (1 - Math.min(1, Math.abs(ratio) / 4.685) ** 2) ** 2;

/** 1.4826 median |r|: the standard deviation of normal residuals, deaf to outliers. */
function robustScale(residuals: readonly Float32Array[], smallest: number): number {
  const sizes = valid(residuals).map(Math.abs);
  return sizes.length === 0 ? smallest : Math.max(smallest, 1.4826 * median(sizes));
}

function valid(arrays: readonly Float32Array[]): Float64Array {
  const values = new Float64Array(arrays.reduce((count, array) => count + array.length, 0));
  let count = 0;
  for (const array of arrays) {
    for (const value of array) if (!Number.isNaN(value)) values[count++] = value;
  }
  return values.subarray(0, count);
}
