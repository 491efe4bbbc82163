import { describe, expect, it } from 'vitest';
import { addHistogram, HISTOGRAM_BINS, histogramText } from '../../shared/acquisition/histogram.ts';
import { seededRandom } from '../../shared/numerics/random.ts';

describe('a histogram as text', () => {
  it('names each run of bins that are not empty', () => {
    expect(histogramText([0, 0, 5, 12, 0, 0, 1])).toBe('2:5,12 6:1');
    expect(histogramText([])).toBe('');
  });

  it('adds up to what it was, whatever it was', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = seededRandom(seed);
      const counts = new Float64Array(HISTOGRAM_BINS);
      for (let n = 0; n < 300; n++)
        counts[Math.floor(random() ** 3 * HISTOGRAM_BINS)]! += Math.ceil(random() * 1e10);
      counts[random() < 0.5 ? 0 : HISTOGRAM_BINS - 1] = 3;
      const twice = new Float64Array(HISTOGRAM_BINS);
      addHistogram(histogramText(counts), twice);
      addHistogram(histogramText(counts), twice);
      expect(
        twice.every((count, bin) => count === 2 * counts[bin]!),
        `seed ${seed}`,
      ).toBe(true);
    }
  });

  it.each(['2:5,x', 'a:1', '65535:1,1', '3', '3:0'])('refuses %s', (text) => {
    expect(() => addHistogram(text, new Float64Array(HISTOGRAM_BINS))).toThrow(
      /expected counts above 0 in bins/,
    );
  });
});
