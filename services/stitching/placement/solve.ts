/** Tile positions that fit all links best, each link weighted by how well it fits (STITCHING section 2.7). */
import {
  addToElement,
  createSymmetric,
  type SymmetricMatrix,
  solveSymmetric,
} from '../../../shared/numerics/symmetric.ts';
import { axes, type Triple } from '../axes.ts';
import { type Matrix3, mapMatrix, timesVector } from '../symmetric.ts';
import { components } from './components.ts';
import { type Link, largest, residualOf } from './links.ts';

/** Neighbours held together, very weakly, by what the stage says. */
export interface Ties {
  readonly pairs: readonly { readonly a: number; readonly b: number }[];
  /** Of every tile: its corrected nominal position. */
  readonly positions: readonly Triple[];
  /** Weight per axis. */
  readonly weight: Triple;
}

export interface Solution {
  readonly positions: readonly Triple[];
  readonly residuals: readonly Triple[];
  /** Robust weight of each link, 0..1. */
  readonly weights: readonly number[];
}

const robustRounds = 4;
/** Weights that change less than this leave the positions where they are. */
const settled = 0.01;
const outlierDeviations = 3;
const tieWeight = 1e-4;

export const tieWeights = (search: Triple): Triple =>
  axes((i) => tieWeight / (Math.max(search[i], 1) / 2) ** 2);

/**
 * Links that fit badly lose weight, four times over. Groups of tiles without any tie between them keep their mean place.
 *
 * @param start weights to begin with, 1 where absent
 */
export function solvePositions(links: readonly Link[], ties: Ties, start?: readonly number[]): Solution {
  const islands = components(ties.positions.length, [...ties.pairs, ...links]);
  let weights = start ?? links.map(() => 1);
  for (let round = 0; ; round++) {
    const positions = weightedPositions(links, weights, ties, islands);
    const residuals = links.map((link) => residualOf(link, positions));
    if (round === robustRounds) return { positions, residuals, weights };
    const renewed = residuals.map((residual, i) => {
      const worst = largest(axes((axis) => residual[axis] / links[i]!.sd[axis]));
      return (1 + (worst / outlierDeviations) ** 2) ** -2;
    });
    if (renewed.every((weight, i) => Math.abs(weight - weights[i]!) < settled))
      return { positions, residuals, weights };
    weights = renewed;
  }
}

function weightedPositions(
  links: readonly Link[],
  weights: readonly number[],
  ties: Ties,
  islands: Int32Array,
): Triple[] {
  const system = normalEquations(links, weights, ties, islands);
  const solved = solveSymmetric(system.matrix, system.right);
  const moves = ties.positions.map((_, tile) => axes((i) => solved[3 * tile + i]!));
  const means = meansOf(moves, islands);
  return ties.positions.map((position, tile) =>
    axes((i) => position[i] + moves[tile]![i] - means[islands[tile]!]![i]),
  );
}

export interface NormalEquations {
  readonly matrix: SymmetricMatrix;
  readonly right: Float64Array;
}

/** For the tiles' moves from where `ties` puts them; the first tile of each group is held, its common shift being free. */
export function normalEquations(
  links: readonly Link[],
  weights: readonly number[],
  ties: Ties,
  groups: Int32Array,
): NormalEquations {
  const matrix = createSymmetric(firstColumns(ties.positions.length, [...links, ...ties.pairs]));
  const right = new Float64Array(3 * ties.positions.length);
  links.forEach((link, i) => {
    const scale = weights[i]! * link.reliability;
    addDifference(
      matrix,
      link,
      mapMatrix(link.information, (value) => scale * value),
    );
    const pull = timesVector(link.information, residualOf(link, ties.positions));
    for (const axis of [0, 1, 2] as const) {
      right[3 * link.a + axis] = right[3 * link.a + axis]! + scale * pull[axis];
      right[3 * link.b + axis] = right[3 * link.b + axis]! - scale * pull[axis];
    }
  });
  const [x, y, z] = ties.weight;
  for (const pair of ties.pairs) {
    addDifference(matrix, pair, [
      [x, 0, 0],
      [0, y, 0],
      [0, 0, z],
    ]);
  }
  groups.forEach((group, tile) => {
    if (groups.indexOf(group) !== tile) return;
    for (const axis of [0, 1, 2]) addToElement(matrix, 3 * tile + axis, 3 * tile + axis, 1);
  });
  return { matrix, right };
}

/** Of each unknown's row: where its tile's first partner begins. */
function firstColumns(
  tileCount: number,
  pairs: Iterable<{ readonly a: number; readonly b: number }>,
): number[] {
  const partners = Int32Array.from({ length: tileCount }, (_, tile) => tile);
  for (const { a, b } of pairs) {
    const [low, high] = a < b ? [a, b] : [b, a];
    partners[high] = Math.min(partners[high]!, low);
  }
  return Array.from(partners, (tile) => [3 * tile, 3 * tile, 3 * tile]).flat();
}

/** Adds (m_b - m_a)^T information (m_b - m_a) for the moves of two tiles. */
function addDifference(
  matrix: SymmetricMatrix,
  { a, b }: { readonly a: number; readonly b: number },
  information: Matrix3,
): void {
  for (const i of [0, 1, 2] as const) {
    for (const j of [0, 1, 2] as const) {
      addToElement(matrix, 3 * b + i, 3 * a + j, -information[i][j]);
      if (j > i) continue;
      addToElement(matrix, 3 * a + i, 3 * a + j, information[i][j]);
      addToElement(matrix, 3 * b + i, 3 * b + j, information[i][j]);
    }
  }
}

function meansOf(values: readonly Triple[], groups: Int32Array): Triple[] {
  const sums: [number, number, number, number][] = [];
  values.forEach((value, tile) => {
    const sum = (sums[groups[tile]!] ??= [0, 0, 0, 0]);
    for (const i of [0, 1, 2] as const) sum[i] += value[i];
    sum[3]++;
  });
  return sums.map((sum) => axes((i) => sum[i] / sum[3]));
}
