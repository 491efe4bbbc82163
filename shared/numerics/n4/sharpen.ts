/**
 * N4's sharpening (ILLUMINATION section 1.1): the histogram of the log intensities is deconvolved by a Gauss kernel
 * (the blur that the bias is thought to be), and each intensity maps to its expected value before that blur.
 */
import { createFft64, type Fft64 } from '../fft64.ts';

export interface Sharpening {
  readonly bins: number;
  /** Full width at half maximum of the bias' distribution, log units. */
  readonly fwhm: number;
  /** Wiener noise. */
  readonly noise: number;
}

/** `bins` classes whose centres run from the smallest value to the largest. */
export interface HistogramScale {
  readonly smallest: number;
  readonly binWidth: number;
}

/** The expected sharp intensity at each bin: E[k] = IFFT(FFT(x U) F^) / IFFT(FFT(U) F^), U the deconvolved histogram. */
export function sharpIntensities(
  histogram: Float64Array,
  { smallest, binWidth }: HistogramScale,
  { bins, fwhm, noise }: Sharpening,
): Float64Array {
  const size = paddedSize(bins);
  const offset = Math.floor((size - bins) / 2);
  const fft = createFft64(size);
  const gauss = gaussSpectrum(fft, fwhm / binWidth);
  const filtered = (values: Float64Array, filter: Float64Array): Float64Array => {
    const re = values.slice();
    const im = new Float64Array(size);
    fft.forward(re, im);
    for (let k = 0; k < size; k++) {
      re[k] = re[k]! * filter[k]!;
      im[k] = im[k]! * filter[k]!;
    }
    fft.inverse(re, im);
    return re;
  };
  const padded = new Float64Array(size);
  padded.set(histogram, offset);
  const wiener = gauss.map((f) => f / (f * f + noise));
  const sharp = filtered(padded, wiener).map((count) => Math.max(0, count));
  const moments = sharp.map((count, k) => count * (smallest + (k - offset) * binWidth));
  const numerator = filtered(moments, gauss);
  const denominator = filtered(sharp, gauss);
  const expected = numerator.map((sum, k) => (denominator[k]! === 0 ? 0 : sum / denominator[k]!));
  return expected.slice(offset, offset + bins);
}

/**
 * 2^(ceil(log2 bins) + 1). The reference takes the logarithms in float32, which lifts the powers of two from 32 to
 * 1024 by one; its result depends on the padding (1e-4), so ours does the same.
 */
function paddedSize(bins: number): number {
  const exponent = Math.ceil(Math.log2(bins));
  const lifted = 2 ** exponent === bins && bins >= 32 && bins <= 1024;
  return 2 ** (exponent + (lifted ? 2 : 1));
}

/** Real part of the transform of F[k] = 2/W sqrt(ln 2/pi) exp(-4 ln 2 k^2/W^2), mirrored; W in bins. */
function gaussSpectrum(fft: Fft64, width: number): Float64Array {
  const { size } = fft;
  const kernel = Float64Array.from({ length: size }, (_, k) => {
    const distance = Math.min(k, size - k);
    return (
      (2 / width) * Math.sqrt(Math.LN2 / Math.PI) * Math.exp((-4 * Math.LN2 * distance ** 2) / width ** 2)
    );
  });
  fft.forward(kernel, new Float64Array(size));
  return kernel;
}
