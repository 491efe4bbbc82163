/**
 * A histogram as a short text, so that a JSON file can hold 65,536 bins: runs of bins that are not empty, each its first
 * bin and the counts from there on. `110:5,12,40 900:1` is 5 voxels of value 110, 12 of 111, 40 of 112, one of 900.
 */

/** Values from 0 to 65,535; float32 pixels are counted at the nearest of them. */
export const HISTOGRAM_BINS = 65_536;

export function histogramText(counts: ArrayLike<number>): string {
  const runs: string[] = [];
  let run: number[] = [];
  const end = (bin: number): void => {
    if (run.length > 0) runs.push(`${bin - run.length}:${run.join(',')}`);
    run = [];
  };
  for (let bin = 0; bin < counts.length; bin++) {
    const count = counts[bin]!;
    if (count > 0) run.push(count);
    else if (run.length > 0) end(bin);
  }
  end(counts.length);
  return runs.join(' ');
}

/** Adds the counts of a text to `counts` (one element per bin). Throws a RangeError where it is no such text. */
export function addHistogram(text: string, counts: Float64Array): void {
  if (text === '') return;
  for (const run of text.split(' ')) {
    const [first, values = ''] = run.split(':');
    let bin = Number(first);
    for (const value of values.split(',')) {
      const count = Number(value);
      if (!(bin >= 0 && bin < counts.length && count > 0))
        throw new RangeError(
          `histogram: "${value}" in bin ${bin}; expected counts above 0 in bins 0 to ${counts.length - 1}`,
        );
      counts[bin]! += count;
      bin += 1;
    }
  }
}

/** True for the histogram of voxels that are all equal. */
export const holdsOneValue = (text: string): boolean => /^\d+:\d+$/.test(text);
