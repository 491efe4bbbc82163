import { describe, expect, it } from 'vitest';
import { estimateBackground } from '../../../services/tile-correction/background.ts';

/** Voxels per value: sums of normal curves [share, centre, sd] of a million voxels. */
function histogramOf(...parts: readonly (readonly [number, number, number])[]): Float64Array {
  return Float64Array.from({ length: 65_536 }, (_, value) =>
    parts.reduce((sum, [share, centre, sd]) => {
      const density = Math.exp(-((value - centre) ** 2) / (2 * sd * sd)) / (sd * Math.sqrt(2 * Math.PI));
      return sum + Math.floor(1e6 * share * density);
    }, 0),
  );
}

describe('the background', () => {
  it.each([2, 5])('is the narrow peak of camera noise below the tissue (sd %i)', (sd) => {
    const { accepted, value, halfWidths, reason } = estimateBackground(
      histogramOf([0.3, 118, sd], [0.7, 400, 90]),
    );
    expect({ accepted, value }).toEqual({ accepted: true, value: 118 });
    expect(halfWidths!.left).toBeGreaterThanOrEqual(Math.floor(1.18 * sd));
    expect(halfWidths!.left).toBeLessThanOrEqual(1.18 * sd + 2);
    expect(reason).toContain('first peak at 118');
  });

  it('is refused where every voxel is tissue', () => {
    const { accepted, value, reason } = estimateBackground(histogramOf([0.3, 230, 30], [0.7, 500, 80]));
    expect({ accepted, value }).toEqual({ accepted: false, value: 0 });
    expect(reason).toContain('too wide for camera noise beside a median of');
  });

  it('is refused where the first peak has a long tail', () => {
    const histogram = new Float64Array(65_536);
    for (let value = 200; value < 2000; value++) histogram[value] = 5000 * Math.exp(-(value - 200) / 300);
    expect(estimateBackground(histogram)).toMatchObject({
      accepted: false,
      reason: expect.stringContaining('tail'),
    });
  });

  it('is refused where the peak holds less than 0.2 % of the voxels', () => {
    const { accepted, reason } = estimateBackground(histogramOf([0.001, 118, 2], [0.999, 500, 60]));
    expect(accepted).toBe(false);
    expect(reason).toContain('only 0.10 % of the voxels');
  });

  it('is a peak of one value when the camera has no noise', () => {
    const histogram = histogramOf([0.8, 500, 60]);
    histogram[100] = 200_000;
    expect(estimateBackground(histogram)).toMatchObject({ accepted: true, value: 100 });
  });

  it('ignores a handful of dark voxels below the peak', () => {
    const histogram = histogramOf([0.3, 118, 3], [0.7, 400, 90]);
    histogram[3] = 20;
    expect(estimateBackground(histogram).value).toBe(118);
  });

  it('is refused for an empty histogram', () => {
    expect(estimateBackground(new Uint32Array(65_536))).toEqual({
      accepted: false,
      value: 0,
      reason: 'the histogram is empty',
      halfWidths: null,
    });
  });
});
