/** Otsu's threshold: the value that parts a histogram into the two classes that differ most. */
const BINS = 256;

/** Values above it are the upper class. `values` must not be empty; where all are equal, that value. */
export function otsuThreshold(values: ArrayLike<number>): number {
  let [smallest, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    smallest = Math.min(smallest, values[i]!);
    largest = Math.max(largest, values[i]!);
  }
  if (!(largest > smallest)) return smallest;
  const width = (largest - smallest) / BINS;
  const counts = new Float64Array(BINS);
  for (let i = 0; i < values.length; i++) {
    const bin = Math.min(BINS - 1, Math.floor((values[i]! - smallest) / width));
    counts[bin] = counts[bin]! + 1;
  }
  return smallest + width * (bestCut(counts, values.length) + 1);
}

/** The last bin of the lower class: where the variance between the classes is largest. */
function bestCut(counts: Float64Array, total: number): number {
  const moment = counts.reduce((sum, count, bin) => sum + count * bin, 0);
  let [below, momentBelow, best, cut] = [0, 0, -1, 0];
  for (let bin = 0; bin + 1 < counts.length; bin++) {
    below += counts[bin]!;
    momentBelow += counts[bin]! * bin;
    if (below === 0 || below === total) continue;
    const gap = momentBelow / below - (moment - momentBelow) / (total - below);
    const between = below * (total - below) * gap * gap;
    if (between > best) [best, cut] = [between, bin];
  }
  return cut;
}
