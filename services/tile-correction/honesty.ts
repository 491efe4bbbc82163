/**
 * Is the flat field real? (ILLUMINATION section 2.2.) Halves of the data must find the same field, and it must make
 * the seams of pairs smaller that it has not seen. Without such evidence the right correction is none.
 */
import { seededRandom, shuffled } from '../../shared/numerics/random.ts';
import { withoutNaN } from '../../shared/numerics/robust.ts';
import { median, standardDeviation } from '../../shared/numerics/statistics.ts';
import { fieldBasis, fieldValues } from './field-basis.ts';
import type { LookPair } from './looks.ts';
import { type FitInput, fitLogField, withoutField } from './robust-fit.ts';

export interface Evidence {
  /** Tiles with signal. */
  readonly tiles: number;
  /** Pairs of neighbouring tiles with signal in their overlap. */
  readonly pairs: number;
  /** Standard deviation of the log field over the tile. */
  readonly sd: number;
  /** Its uncertainty: half the standard deviation of the difference of two halves' fields. */
  readonly se: number;
  /** Seams not used for the fit, after over before: mean |d - median d|. Null without pairs. */
  readonly shape: number | null;
  /** The same with mean |d|: slopes show here only. */
  readonly total: number | null;
}

const splits = 3;
const smallestShrinkage = 0.97;

/** Fits halves of tiles and of pairs, three times. `sd`: of the field found from all. */
export function gatherEvidence(input: FitInput, sd: number, seed: number): Evidence {
  const random = seededRandom(seed);
  const tiles = [...new Set(input.looks.map((look) => look.tile))];
  const pairs = [...new Set(input.pairs.map(pairName))];
  const basis = fieldBasis(input.grid);
  const valuesOf = (half: FitInput) => fieldValues(basis, fitLogField(half).coefficients);
  const seams = { before: noSeams(), after: noSeams() };
  let seSum = 0;
  for (let split = 0; split < splits; split++) {
    const [a, b] = halves(input, firstHalf(tiles, random), firstHalf(pairs, random));
    const [fieldA, fieldB] = [valuesOf(a), valuesOf(b)];
    seSum += standardDeviation(fieldA.map((value, pixel) => value - fieldB[pixel]!)) / 2;
    addSeams(seams, b.pairs, fieldA);
    addSeams(seams, a.pairs, fieldB);
  }
  const ratio = (kind: keyof Seams): number | null => {
    if (pairs.length === 0) return null;
    return seams.before[kind] > 0 ? seams.after[kind] / seams.before[kind] : 1;
  };
  return {
    tiles: tiles.length,
    pairs: pairs.length,
    sd,
    se: seSum / splits,
    shape: ratio('shape'),
    total: ratio('total'),
  };
}

export interface Verdict {
  readonly apply: boolean;
  /** One sentence with the figures that decided. */
  readonly reason: string;
}

/** Too little to judge by: no fit is worth trying. Undefined where there is enough. */
export function tooLittle(tiles: number, pairs: number): string | undefined {
  if (pairs === 0 && tiles < 12)
    return `tiles with signal: ${tiles}, no overlap between any two; without overlaps at least 12 tiles are needed`;
  if (pairs > 0 && (tiles < 4 || pairs < 3))
    return `tiles with signal: ${tiles}, pairs of neighbours among them: ${pairs}; at least 4 tiles and 3 pairs are needed`;
  return undefined;
}

/** The rule of section 2.2; without pairs the halves' agreement alone decides, and the field must be stronger. */
export function judge(evidence: Evidence): Verdict {
  const { pairs, sd, se, shape, total } = evidence;
  const smallestSd = pairs === 0 ? 0.05 : 0.01;
  const found = `a field of sd ${sd.toFixed(3)}`;
  if (!(sd > smallestSd))
    return { apply: false, reason: `${found}: too weak to matter, more than ${smallestSd} is expected` };
  if (!(se < sd / 2))
    return { apply: false, reason: `${found}, but halves of the data differ by ${se.toFixed(3)}` };
  if (shape === null || total === null)
    return {
      apply: true,
      reason: `${found}, halves of the data agree to ${se.toFixed(3)}; no overlaps to check it by`,
    };
  const seams = `seams it has not seen go to ${shape.toFixed(2)} in shape and ${total.toFixed(2)} in all`;
  const shrunk = shape < smallestShrinkage || (total < smallestShrinkage && pairs >= 8);
  return { apply: shrunk, reason: shrunk ? `${found}: ${seams}` : `${found}, but ${seams}: no gain` };
}

function halves(
  input: FitInput,
  tiles: ReadonlySet<number>,
  pairs: ReadonlySet<string>,
): readonly [FitInput, FitInput] {
  const half = (first: boolean): FitInput => ({
    ...input,
    looks: input.looks.filter((look) => tiles.has(look.tile) === first),
    pairs: input.pairs.filter((pair) => pairs.has(pairName(pair)) === first),
  });
  return [half(true), half(false)];
}

const firstHalf = <T>(values: readonly T[], random: () => number): ReadonlySet<T> =>
  new Set(shuffled(values, random).slice(0, Math.ceil(values.length / 2)));

const pairName = ({ tiles }: LookPair): string => tiles.join('-');

/** Sums over pixels; before and after are taken over the same pixels, so that their ratio is that of the means. */
interface Seams {
  shape: number;
  total: number;
}

const noSeams = (): Seams => ({ shape: 0, total: 0 });

function addSeams(
  seams: { readonly before: Seams; readonly after: Seams },
  pairs: readonly LookPair[],
  field: Float64Array,
): void {
  for (const pair of pairs) {
    addSeam(seams.before, pair.difference);
    addSeam(seams.after, withoutField(pair, field));
  }
}

function addSeam(seams: Seams, difference: Float32Array): void {
  const values = withoutNaN([difference]);
  const centre = median(values);
  for (const d of values) {
    seams.shape += Math.abs(d - centre);
    seams.total += Math.abs(d);
  }
}
