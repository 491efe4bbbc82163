/** A placement against the truth (STITCHING section 6). */

import type { Pairs } from '../../services/stitching/pairs.ts';
import type { Placement } from '../../shared/acquisition/placement.ts';
import { mean, median } from '../../shared/numerics/statistics.ts';
import type { Truth } from './truth.ts';

type Triple = readonly [number, number, number];

/** From this contrast against its noise an overlap carries signal. */
const LEAST_SNR = 1;
const WRONG_VOXELS = 1.5;
/** Thinner overlaps are allowed larger errors. */
const THIN_OVERLAP = 30;
const LIMIT = { wide: 0.3, thin: 0.4 } as const;

export interface JudgedTile {
  readonly loc: number;
  /** Placed minus true, without the shift that its component has in common; voxels. */
  readonly error: Triple;
  readonly limit: number;
}

export interface RestingTile {
  readonly loc: number;
  /** How far it is from where its neighbours and the stage put it, voxels. */
  readonly off: number;
}

export interface JudgedPair {
  readonly a: number;
  readonly b: number;
  readonly isUsed: boolean;
  readonly reliability: number;
  /** Of the offset that placement judged, largest axis; undefined where there was none. */
  readonly error: number | undefined;
}

export interface Judgement {
  /** Placed by measured pairs. */
  readonly placed: readonly JudgedTile[];
  /** Carry signal and yet rest on the stage. */
  readonly lost: readonly RestingTile[];
  /** Carry no signal and rest on the stage. */
  readonly resting: readonly RestingTile[];
  readonly pairs: readonly JudgedPair[];
  readonly components: number;
}

export function judgePlacement(placement: Placement, pairs: Pairs, truth: Truth): Judgement {
  const carrying = carryingTiles(truth);
  const onStage = placement.tiles
    .filter(({ source }) => source === 'stage')
    .map(({ loc }) => ({ loc, off: distanceFromStage(placement, loc) }));
  return {
    placed: placedTiles(placement, truth, carrying),
    lost: onStage.filter(({ loc }) => carrying.has(loc)),
    resting: onStage.filter(({ loc }) => !carrying.has(loc)),
    pairs: judgePairs(pairs, truth),
    components: placement.measured?.components ?? 0,
  };
}

/** By LOC: the widest overlap with signal, voxels across the seam. */
function carryingTiles({ pairs }: Truth): Map<number, number> {
  const widest = new Map<number, number>();
  for (const { a, b, axis, overlap_voxels, snr } of pairs) {
    if (snr < LEAST_SNR) continue;
    const overlap = overlap_voxels[axis === 'x' ? 0 : 1];
    for (const loc of [a, b]) widest.set(loc, Math.max(widest.get(loc) ?? 0, overlap));
  }
  return widest;
}

function placedTiles(
  { tiles }: Placement,
  truth: Truth,
  carrying: ReadonlyMap<number, number>,
): JudgedTile[] {
  const trueVoxel = new Map(truth.tiles.map(({ loc, true_voxel }) => [loc, true_voxel]));
  const members = tiles.filter(({ source }) => source === 'pairs');
  const components = new Set(members.map(({ component }) => component));
  return [...components].flatMap((number) => {
    const component = members.filter((tile) => tile.component === number);
    const errors = component.map(({ loc, position }) => minus(position, trueVoxel.get(loc)!));
    const common = axes((i) => median(errors.map((error) => error[i])));
    return component.map(({ loc }, n) => ({
      loc,
      error: minus(errors[n]!, common),
      limit: (carrying.get(loc) ?? 0) < THIN_OVERLAP ? LIMIT.thin : LIMIT.wide,
    }));
  });
}

/**
 * Voxels that a tile is off from where its neighbours would have it on average: at the stage's step, corrected, from each.
 * A tile without signal belongs there.
 */
export function distanceFromStage({ tiles, measured }: Placement, loc: number): number {
  const { x, y } = measured!.stageCorrection;
  const strays = new Map(
    tiles.map(({ loc, row, column, nominal, position }) => [
      loc,
      axes((i) => position[i] - nominal[i] - column * x[i] - row * y[i]),
    ]),
  );
  const tile = tiles.find((candidate) => candidate.loc === loc)!;
  const neighbours = tiles.filter(
    ({ row, column }) => Math.abs(row - tile.row) + Math.abs(column - tile.column) === 1,
  );
  if (neighbours.length === 0) return 0;
  const expected = axes((i) => mean(neighbours.map((neighbour) => strays.get(neighbour.loc)![i])));
  return largest(minus(strays.get(loc)!, expected));
}

function judgePairs({ pairs }: Pairs, truth: Truth): JudgedPair[] {
  return truth.pairs.flatMap(({ a, b, true_offset }) => {
    const pair = pairs.find((candidate) => candidate.a === a && candidate.b === b);
    if (pair === undefined) return [];
    const offset = pair.candidates[pair.chosen ?? 0]?.offset;
    const error = offset && largest(minus(offset, true_offset));
    return [{ a, b, isUsed: pair.status === 'used', reliability: pair.reliability, error }];
  });
}

export const isWrong = ({ error }: JudgedPair): boolean => error !== undefined && error > WRONG_VOXELS;

export const axes = (of: (axis: 0 | 1 | 2) => number): Triple => [of(0), of(1), of(2)];
const minus = (a: Triple, b: Triple): Triple => axes((i) => a[i] - b[i]);
export const largest = (values: Triple): number => Math.max(...values.map(Math.abs));
