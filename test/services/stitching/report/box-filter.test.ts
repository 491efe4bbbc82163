import { describe, expect, it } from 'vitest';
import { boxFilter } from '../../../../services/stitching/report/box-filter.ts';
import { seededRandom } from '../../../../shared/numerics/random.ts';

describe('the box filter', () => {
  it.each([
    [64, 64, 12],
    [17, 40, 12],
    [5, 3, 12],
    [1, 9, 3],
  ])('equals value minus mean of the box that exists, %i x %i, half width %i', (width, height, half) => {
    const random = seededRandom(3);
    const plane = Float32Array.from({ length: width * height }, () => 50 + random());
    const out = new Float32Array(plane.length);
    boxFilter(width, height, half, 2)(plane, out, 0);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let sum = 0;
        let count = 0;
        for (let v = Math.max(0, y - half); v <= Math.min(height - 1, y + half); v++) {
          for (let u = Math.max(0, x - half); u <= Math.min(width - 1, x + half); u++, count++) {
            sum += plane[v * width + u]!;
          }
        }
        expect(out[y * width + x]).toBeCloseTo(2 * (plane[y * width + x]! - sum / count), 4);
      }
    }
  });
});
