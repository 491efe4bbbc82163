/**
 * Complex Fourier transforms of short lines in float64 (radix 2, in place), for work where float32 is too coarse and
 * speed does not matter, such as N4's 512-point histograms. Correlation of images has its own, faster library.
 */
export interface Fft64 {
  readonly size: number;
  /** X[k] = sum over n of x[n] exp(-2 pi i k n / size). */
  forward(re: Float64Array, im: Float64Array): void;
  /** x[n] = 1/size sum over k of X[k] exp(+2 pi i k n / size). */
  inverse(re: Float64Array, im: Float64Array): void;
}

/** Throws RangeError unless the size is a power of two. */
export function createFft64(size: number): Fft64 {
  if (!Number.isInteger(Math.log2(size)))
    throw new RangeError(`FFT of ${size} points: expected a power of two`);
  const cosines = Float64Array.from({ length: size / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / size));
  const sines = Float64Array.from({ length: size / 2 }, (_, k) => -Math.sin((2 * Math.PI * k) / size));
  const forward = (re: Float64Array, im: Float64Array): void => {
    swapReversed(re, im);
    for (let half = 1; half < size; half *= 2) butterflies(re, im, half, cosines, sines);
  };
  const inverse = (re: Float64Array, im: Float64Array): void => {
    // Swapping real and imaginary parts before and after turns the forward transform into the inverse one.
    forward(im, re);
    for (let n = 0; n < size; n++) {
      re[n] = re[n]! / size;
      im[n] = im[n]! / size;
    }
  };
  return { size, forward, inverse };
}

function swapReversed(re: Float64Array, im: Float64Array): void {
  const size = re.length;
  for (let i = 1, reversed = 0; i < size; i++) {
    let bit = size >> 1;
    for (; reversed & bit; bit >>= 1) reversed ^= bit;
    reversed |= bit;
    if (i >= reversed) continue;
    [re[i], re[reversed]] = [re[reversed]!, re[i]!];
    [im[i], im[reversed]] = [im[reversed]!, im[i]!];
  }
}

/** Joins transforms of `half` points, each with its neighbour, to transforms of twice that. */
function butterflies(
  re: Float64Array,
  im: Float64Array,
  half: number,
  cosines: Float64Array,
  sines: Float64Array,
): void {
  const stride = cosines.length / half;
  for (let start = 0; start < re.length; start += 2 * half) {
    for (let k = 0; k < half; k++) {
      const upper = start + k;
      const lower = upper + half;
      const turnedRe = re[lower]! * cosines[k * stride]! - im[lower]! * sines[k * stride]!;
      const turnedIm = re[lower]! * sines[k * stride]! + im[lower]! * cosines[k * stride]!;
      re[lower] = re[upper]! - turnedRe;
      im[lower] = im[upper]! - turnedIm;
      re[upper] = re[upper]! + turnedRe;
      im[upper] = im[upper]! + turnedIm;
    }
  }
}
