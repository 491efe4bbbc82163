/** How alike two tiles are where they overlap. */
import { toFourDecimals } from '../../../shared/acquisition/decimals.ts';
import type { SeamFigures } from '../../../shared/acquisition/quality-report.ts';
import { boxFilter } from './box-filter.ts';

/** Corrected counts of both tiles over their overlap, x fastest. */
export interface Overlap {
  readonly columns: number;
  readonly rows: number;
  readonly a: Float32Array;
  readonly b: Float32Array;
}

/** Sums over pixels: those of several planes are added. */
export interface SeamSums {
  pixels: number;
  absolute: number;
  difference: number;
  squared: number;
  /** Products of what is left of a and b without what is smooth, and of each with itself two pixels on. */
  aa: number;
  bb: number;
  ab: number;
  aNext: number;
  bNext: number;
}

export const emptySums = (): SeamSums => ({
  pixels: 0,
  absolute: 0,
  difference: 0,
  squared: 0,
  aa: 0,
  bb: 0,
  ab: 0,
  aNext: 0,
  bNext: 0,
});

/** Half of the box whose mean is taken away, as in alignment: shading and gain of the tiles do not matter. */
const HALF_BOX = 12;
/** Noise is not correlated over so many pixels, what a camera shows of tissue is. */
const LAG = 2;

export function sumsOf({ columns, rows, a, b }: Overlap): SeamSums {
  const filter = boxFilter(columns, rows, HALF_BOX, 1);
  const [fineA, fineB] = [new Float32Array(a.length), new Float32Array(b.length)];
  filter(a, fineA, 0);
  filter(b, fineB, 0);
  // Along the longer side, of which the overlap has enough.
  const lag = columns >= rows ? LAG : LAG * columns;
  return { pixels: a.length, ...differences(a, b), ...products(fineA, fineB, lag) };
}

function differences(a: Float32Array, b: Float32Array) {
  let absolute = 0;
  let difference = 0;
  let squared = 0;
  for (let i = 0; i < a.length; i++) {
    const own = a[i]! - b[i]!;
    absolute += Math.abs(own);
    difference += own;
    squared += own * own;
  }
  return { absolute, difference, squared };
}

/** All in one pass: each sum waits for itself alone. */
function products(a: Float32Array, b: Float32Array, lag: number) {
  let aa = 0;
  let bb = 0;
  let ab = 0;
  let aNext = 0;
  let bNext = 0;
  for (let i = 0; i < a.length; i++) {
    aa += a[i]! * a[i]!;
    bb += b[i]! * b[i]!;
    ab += a[i]! * b[i]!;
    if (i < lag) continue;
    aNext += a[i]! * a[i - lag]!;
    bNext += b[i]! * b[i - lag]!;
  }
  return { aa, bb, ab, aNext, bNext };
}

export function addSums(sums: SeamSums, own: SeamSums): void {
  for (const name of Object.keys(own) as (keyof SeamSums)[]) sums[name] += own[name];
}

/** Null where nothing was added. */
export function figuresOf(sums: SeamSums): SeamFigures | null {
  const { pixels, absolute, difference, squared, aa, bb, ab, aNext, bNext } = sums;
  if (pixels === 0) return null;
  const bias = difference / pixels;
  const isFlat = aa < FLAT * pixels || bb < FLAT * pixels;
  return {
    pixels,
    meanDifference: toFourDecimals(absolute / pixels),
    bias: toFourDecimals(bias),
    deviation: toFourDecimals(Math.sqrt(Math.max(0, squared / pixels - bias * bias))),
    correlation: isFlat ? null : toFourDecimals(ab / Math.sqrt(aa * bb)),
    structure: isFlat ? null : toFourDecimals(Math.min(aNext / aa, bNext / bb)),
  };
}

/** Mean square below which there are only rounding errors. */
const FLAT = 1e-6;
