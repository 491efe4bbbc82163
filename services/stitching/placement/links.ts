/** A measured offset as placement uses it. */
import { axes, type Triple } from '../axes.ts';
import type { Candidate } from '../pairs.ts';
import { deviations, inverseOf, type Matrix3, mapMatrix } from '../symmetric.ts';

export interface Link {
  /** Indices of the tiles. */
  readonly a: number;
  readonly b: number;
  /** position(b) - position(a) as measured. */
  readonly offset: Triple;
  readonly information: Matrix3;
  readonly sd: Triple;
  readonly reliability: number;
}

/** Errors were 1.0 to 1.6 times the predicted deviation on real data, and never quite vanish. */
const varianceFactor = 4;
const leastVariance = 0.02 ** 2;

export function linkOf(a: number, b: number, candidate: Candidate, reliability: number): Link {
  const covariance = mapMatrix(
    candidate.covariance,
    (value, i, j) => varianceFactor * value + (i === j ? leastVariance : 0),
  );
  const information = inverseOf(covariance);
  if (information === undefined) {
    throw new RangeError(
      `The covariance of the offset between tiles ${a} and ${b} is not positive definite: ${JSON.stringify(candidate.covariance)}`,
    );
  }
  return { a, b, offset: candidate.offset, information, sd: deviations(covariance), reliability };
}

export const residualOf = ({ a, b, offset }: Link, positions: readonly Triple[]): Triple =>
  axes((i) => positions[b]![i] - positions[a]![i] - offset[i]);

export const largest = (values: Triple): number => Math.max(...values.map(Math.abs));
