/** Exponentials of fixed arithmetic: the same bits in every engine, which `Math.exp` does not promise. */

/** ln 2 in two parts, of which the first times a small whole number is exact. */
const ln2 = [0.6931471803691238, 1.9082149292705877e-10] as const;
/** 1/11!, ..., 1/0!: the remainder is at most ln 2 / 2 from 0, where the next term is below 1e-14. */
const taylor = [39916800, 3628800, 362880, 40320, 5040, 720, 120, 24, 6, 2, 1, 1].map((n) => 1 / n);

/** Adding and taking away 1.5 x 2^52 rounds a float64 to a whole number, half to even. */
const roundHalfEven = (x: number): number => x + 6755399441055744 - 6755399441055744;

/** exp(x) - 1 in float64, x cut to +-700. Within 1e-14 of exp(x), relative. */
export function exponentialMinusOne(value: number): number {
  const x = Math.max(Math.min(value, 700), -700);
  const n = roundHalfEven(x * Math.LOG2E);
  const r = x - n * ln2[0] - n * ln2[1];
  return taylor.reduce((sum, term) => sum * r + term) * 2 ** n - 1;
}

const { fround } = Math;
const singleTaylor = [720, 120, 24, 6, 2, 1, 1].map((n) => fround(1 / n));

/** exp(8 y) rounded to float32 at each step; |y| below 0.3. Within 2e-6 of exp(8 y), relative; 1 at 0. */
export function exponentialOfEightfold(y: number): number {
  const p = singleTaylor.reduce((sum, term) => fround(fround(sum * y) + term));
  const p2 = fround(p * p);
  const p4 = fround(p2 * p2);
  return fround(p4 * p4);
}
