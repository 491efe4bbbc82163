/** Normal equations of the flat field's fit: the gains of the tiles, then the control points of the log field. */
import { addToElement, createSymmetric, type SymmetricMatrix } from '../../shared/numerics/symmetric.ts';
import { controlPoints, type FieldBasis, roughness } from './field-basis.ts';
import type { LogLook, LookPair } from './looks.ts';

const gainSd = 0.05;
const smoothness = 3e-4;
const ridge = 1e-6;

/** The tiles' gains come first, in raster order and so nearly diagonal; the field's points last, as full rows. */
export interface Equations {
  readonly basis: FieldBasis;
  readonly tiles: ReadonlyMap<number, number>;
  readonly matrix: SymmetricMatrix;
  readonly right: Float64Array;
}

/** Row of each tile's gain. */
export function gainRows(looks: readonly LogLook[], pairs: readonly LookPair[]): ReadonlyMap<number, number> {
  const tiles = new Set([...looks.map((look) => look.tile), ...pairs.flatMap((pair) => pair.tiles)]);
  return new Map([...tiles].sort((a, b) => a - b).map((tile, row) => [tile, row]));
}

export function emptyEquations(
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

/** Sums over looks, or over pairs with one overlap: each pixel's weight, and weight times what was observed there. */
export interface PixelSums {
  readonly weight: Float64Array;
  readonly weighted: Float64Array;
}

export const pixelSums = (pixels: number): PixelSums => ({
  weight: new Float64Array(pixels),
  weighted: new Float64Array(pixels),
});

export function addObservation(sums: PixelSums, n: number, weight: number, observed: number): void {
  sums.weight[n] = sums.weight[n]! + weight;
  sums.weighted[n] = sums.weighted[n]! + weight * observed;
}

/** The field's weights at a pixel, minus those at a second one. */
export function fillRow({ weights }: FieldBasis, row: Float64Array, here: number, there?: number): void {
  for (let c = 0; c < controlPoints; c++) row[c] = weights[here * controlPoints + c]!;
  if (there === undefined) return;
  for (let c = 0; c < controlPoints; c++) row[c] = row[c]! - weights[there * controlPoints + c]!;
}

/** What the observations say about the field alone: weight x row row' and weight x row x observed. */
export function addFieldRows(
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
export function addGainRows(
  { basis, tiles, matrix, right }: Equations,
  { tiles: pairTiles, overlap, difference }: LookPair,
  weights: Float32Array,
): void {
  const [i, j] = pairTiles.map((tile) => tiles.get(tile)!) as [number, number];
  const cross = new Float64Array(controlPoints);
  let [weight, weighted] = [0, 0];
  for (let n = 0; n < weights.length; n++) {
    const w = weights[n]!;
    if (w === 0) continue;
    weight += w;
    weighted += w * difference[n]!;
    const here = overlap.here[n]! * controlPoints;
    const there = overlap.there[n]! * controlPoints;
    for (let c = 0; c < controlPoints; c++) {
      cross[c] = cross[c]! + w * (basis.weights[here + c]! - basis.weights[there + c]!);
    }
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
export function addPriors({ tiles, matrix }: Equations): void {
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
