/**
 * The counts that a camera gives without light, from the histogram of all voxels (ILLUMINATION section 2.3): the first
 * peak, if it is as narrow and as nearly symmetric as camera noise. A too small background corrects a little too
 * weakly; a too large one destroys data, so a doubtful peak is refused and the background is 0.
 */
export interface BackgroundEstimate {
  readonly accepted: boolean;
  /** Counts; 0 where refused. */
  readonly value: number;
  /** One sentence for the report, with the figures that decided. */
  readonly reason: string;
  /** Counts from the peak to half its height below and above it; null where there is no peak. */
  readonly halfWidths: { readonly left: number; readonly right: number } | null;
}

const darkestShare = 1e-4;
/** A peak's bin holds more than this share of the voxels. */
const peakShare = 1e-4;
const peakWindow = 4;
const noiseShare = 2e-3;

/** `histogram[n]`: voxels of value n. */
export function estimateBackground(histogram: Float64Array | Uint32Array): BackgroundEstimate {
  const voxels = countBetween(histogram, 0, histogram.length - 1);
  if (voxels === 0) return refused('the histogram is empty', null);
  const median = histogramQuantile(histogram, 0.5 * voxels);
  const peak = firstPeak(histogram, voxels, median);
  if (peak === undefined) return refused('no peak of dark voxels at the low end of the histogram', null);

  const smooth = smoothed(histogram);
  const left = halfWidth(smooth, peak, -1);
  const right = halfWidth(smooth, peak, 1);
  const share = countBetween(histogram, peak - 3 * left, peak + 3 * left) / voxels;
  const found = `first peak at ${peak} with half widths ${left} below and ${right} above`;
  if (right > 4 * left + 2) return refused(`${found}: it has a tail, as tissue has`, { left, right });
  if (left > 0.1 * (median - peak) + 3)
    return refused(`${found}: too wide for camera noise beside a median of ${median}`, { left, right });
  if (share < noiseShare)
    return refused(`${found}: only ${(100 * share).toFixed(2)} % of the voxels`, { left, right });
  return {
    accepted: true,
    value: peak,
    reason: `${found}: as narrow as camera noise`,
    halfWidths: { left, right },
  };
}

const refused = (reason: string, halfWidths: BackgroundEstimate['halfWidths']): BackgroundEstimate => ({
  accepted: false,
  value: 0,
  reason,
  halfWidths,
});

/** The first value at which the count from below reaches `rank`. */
function histogramQuantile(histogram: ArrayLike<number>, rank: number): number {
  let count = 0;
  for (let value = 0; value < histogram.length; value++) {
    count += histogram[value]!;
    if (count >= rank) return value;
  }
  return histogram.length - 1;
}

/** First maximum of the smoothed histogram within +-4 that holds enough voxels, between the darkest voxels and halfway to the median. */
function firstPeak(
  histogram: Float64Array | Uint32Array,
  voxels: number,
  median: number,
): number | undefined {
  const smooth = smoothed(histogram);
  const darkest = histogramQuantile(histogram, darkestShare * voxels);
  const end = Math.min(smooth.length - 1, darkest + Math.max(8, (median - darkest) / 2));
  for (let value = darkest; value <= end; value++) {
    const height = smooth[value]!;
    const around = smooth.subarray(Math.max(0, value - peakWindow), value + peakWindow + 1);
    if (height > peakShare * voxels && height === Math.max(...around)) return plateauCentre(smooth, value);
  }
  return undefined;
}

/** Noise of less than a count makes a plateau of three equal bins after smoothing. */
function plateauCentre(smooth: Float64Array, start: number): number {
  let end = start;
  while (smooth[end + 1] === smooth[start]) end++;
  return (start + end) >> 1;
}

/** Mean of three neighbouring bins. */
function smoothed(histogram: ArrayLike<number>): Float64Array {
  const at = (value: number) => histogram[value] ?? 0;
  return Float64Array.from(histogram, (count, value) => (at(value - 1) + count + at(value + 1)) / 3);
}

/** Bins from the peak to the first at or below half its height. */
function halfWidth(smooth: Float64Array, peak: number, step: 1 | -1): number {
  let width = 1;
  while ((smooth[peak + step * width] ?? 0) > smooth[peak]! / 2) width++;
  return width;
}

function countBetween(histogram: ArrayLike<number>, from: number, to: number): number {
  let sum = 0;
  for (let value = Math.max(0, from); value <= Math.min(to, histogram.length - 1); value++) {
    sum += histogram[value]!;
  }
  return sum;
}
