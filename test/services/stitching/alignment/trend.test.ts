import { describe, expect, it } from 'vitest';
import { fillBasis } from '../../../../services/stitching/alignment/trend.ts';
import { removeTrend } from '../../../../shared/kernels/oracles/alignment/remove-trend.ts';

const planeOf = (width: number, height: number, value: (x: number, y: number) => number) =>
  Float32Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width)));

/** The kernel does the same: test/kernels. */
function removeTrendOf(plane: Float32Array, width: number, height: number): void {
  const [x, y] = [width, height].map((length) => {
    const basis = { linear: new Float32Array(length), square: new Float32Array(length) };
    fillBasis(basis, length);
    return basis;
  });
  removeTrend(plane, width, height, x!, y!);
}

describe('removing the trend of a plane', () => {
  it.each([
    [64, 64],
    [17, 40],
    [2, 9],
    [1, 1],
  ])('leaves nothing of a paraboloid of %i x %i pixels', (width, height) => {
    const plane = planeOf(
      width,
      height,
      (x, y) => 3 + 0.5 * x - 0.2 * y + 0.01 * x * x - 0.02 * y * y + 0.03 * x * y,
    );
    removeTrendOf(plane, width, height);
    for (const value of plane) expect(Math.abs(value)).toBeLessThan(1e-3);
  });

  it('keeps what varies faster', () => {
    const wave = (x: number, y: number) => Math.sin(x / 1.7) * Math.cos(y / 2.3);
    const plane = planeOf(64, 64, (x, y) => wave(x, y) + 100 + x);
    removeTrendOf(plane, 64, 64);
    for (const [i, value] of plane.entries()) {
      expect(Math.abs(value - wave(i % 64, Math.floor(i / 64)))).toBeLessThan(0.05);
    }
  });
});
