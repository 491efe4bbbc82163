/** One estimate from those of several layers of planes (STITCHING section 2.6). */
import { axes, type Triple } from '../axes.ts';
import type { Candidate, PairLayer } from '../pairs.ts';
import { deviations, inverseOf, type Matrix3, mapMatrix, timesVector } from '../symmetric.ts';
import type { PairEstimate } from './align-pair.ts';
import { distance } from './fine.ts';

/** What one layer of planes says. */
export interface LayerEstimate {
  /** Planes, the last one not included. */
  readonly z0: number;
  readonly z1: number;
  readonly estimate: PairEstimate;
}

export interface MergedEstimate extends PairEstimate {
  /** Each layer's best candidate: a trend along z is real (tilt, drift). */
  readonly layers: readonly PairLayer[];
}

/** Layers of less contrast than this show noise. */
const leastSignal = 1.05;
const agreement = 1;
/** A layer as sure as this that says something else makes the pair doubtful. */
const loudT = 12;
const mostFurtherReliability = 0.3;

export function mergeLayers(layers: readonly LayerEstimate[]): MergedEstimate {
  const withSignal = layers.filter(({ estimate }) => estimate.signal >= leastSignal);
  const heard = withSignal.length > 0 ? withSignal : layers;
  const groups = groupCandidates(heard.map(({ estimate }) => estimate));
  const [best, ...others] = groups;
  const signal = layers.reduce((most, { estimate }) => Math.max(most, estimate.signal), 0);
  const records = layers.flatMap(({ z0, z1, estimate }) => recordOf(z0, z1, estimate.candidates[0]));
  if (best === undefined) return { candidates: [], atSearchBorder: false, signal, layers: records };
  const dissenting = heard.filter(
    ({ estimate }) => !best.some(({ from }) => from === estimate) && (estimate.candidates[0]?.T ?? 0) > loudT,
  );
  return {
    candidates: [
      mergedCandidate(best, (reliability) => reliability / (1 + dissenting.length)),
      ...others.map((group) =>
        mergedCandidate(group, (reliability) => Math.min(mostFurtherReliability, reliability)),
      ),
    ],
    atSearchBorder: best.some(({ from }) => from.atSearchBorder),
    signal,
    layers: records,
  };
}

interface Vote {
  readonly candidate: Candidate;
  readonly from: PairEstimate;
}

/** Candidates of different layers that agree, the group with the largest sum of textureT^2 first. */
function groupCandidates(estimates: readonly PairEstimate[]): Vote[][] {
  const votes = estimates
    .flatMap((from) => from.candidates.map((candidate) => ({ candidate, from })))
    .sort((v, w) => w.candidate.textureT - v.candidate.textureT);
  const groups: Vote[][] = [];
  for (const vote of votes) {
    const group = groups.find(
      ([first, ...rest]) =>
        distance(first!.candidate.offset, vote.candidate.offset) <= agreement &&
        ![first!, ...rest].some(({ from }) => from === vote.from),
    );
    if (group === undefined) groups.push([vote]);
    else group.push(vote);
  }
  return groups.sort((g, h) => inQuadrature(h, 'textureT') - inQuadrature(g, 'textureT'));
}

const inQuadrature = (group: readonly Vote[], of: 'T' | 'textureT'): number =>
  Math.hypot(...group.map(({ candidate }) => Math.max(0, candidate[of])));

function mergedCandidate(group: readonly Vote[], rate: (reliability: number) => number): Candidate {
  const [strongest] = group;
  const reliability = rate(Math.max(...group.map(({ candidate }) => candidate.reliability)));
  return {
    ...strongest!.candidate,
    ...weightedMean(group),
    T: inQuadrature(group, 'T'),
    textureT: inQuadrature(group, 'textureT'),
    reliability,
  };
}

/** Mean of the offsets with the weights (4 C + 0.02^2 I)^-1, and its covariance. */
function weightedMean(group: readonly Vote[]): Pick<Candidate, 'offset' | 'covariance'> {
  const [only, second] = group;
  if (second === undefined) return only!.candidate;
  const weights = group.map(({ candidate }) => inverseOrThrow(widened(candidate.covariance)));
  const inverse = inverseOrThrow(weights.reduce(sum));
  const pull = weights
    .map((weight, i) => timesVector(weight, group[i]!.candidate.offset))
    .reduce((total, value) => axes((i) => total[i] + value[i]));
  const spread = weights
    .map((weight, i) => product(product(weight, group[i]!.candidate.covariance), weight))
    .reduce(sum);
  const covariance = product(product(inverse, spread), inverse);
  return {
    offset: [...timesVector(inverse, pull)],
    covariance: covariance.map((row) => [...row]) as Candidate['covariance'],
  };
}

const widened = (covariance: Matrix3): Matrix3 =>
  mapMatrix(covariance, (value, i, j) => 4 * value + (i === j ? 0.02 ** 2 : 0));

function inverseOrThrow(matrix: Matrix3): Matrix3 {
  const inverse = inverseOf(matrix);
  if (inverse === undefined) {
    throw new RangeError(
      `Expected a covariance, found a matrix that is not positive definite: ${JSON.stringify(matrix)}`,
    );
  }
  return inverse;
}

const sum = (m: Matrix3, n: Matrix3): Matrix3 => mapMatrix(m, (value, i, j) => value + n[i]![j]!);

const product = (m: Matrix3, n: Matrix3): Matrix3 =>
  mapMatrix(m, (_, i, j) => m[i]![0]! * n[0][j]! + m[i]![1]! * n[1][j]! + m[i]![2]! * n[2][j]!);

function recordOf(z0: number, z1: number, best: Candidate | undefined): PairLayer[] {
  if (best === undefined) return [];
  const sd: Triple = deviations(best.covariance);
  return [{ z0, z1, offset: [...best.offset], sd: [...sd], T: best.T }];
}
