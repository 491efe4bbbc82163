/** What the alignment does with every pixel: the kernels of `assembly/alignment`, with the checks they need. */
import { addressOf, type GrowableMemory } from './memory.ts';
import type { KernelExports } from './module.ts';
import type { Basis } from './oracles/alignment/remove-trend.ts';
import type { Noise } from './oracles/alignment/stabilise.ts';
import { type Pixels, pixelTypeOf } from './pixels.ts';

export type { Basis } from './oracles/alignment/remove-trend.ts';

export interface AlignmentKernels {
  /**
   * Pixels to values with noise of variance 1: 2 / gain sqrt(readVariance + gain (value - background)), of `rows` rows of
   * `width` pixels that lie `stride` apart in `raw`.
   */
  stabilise(raw: Pixels, stride: number, width: number, rows: number, noise: Noise, out: Float32Array): void;

  /** Takes the paraboloid that fits a plane best away from it. */
  removeTrend(plane: Float32Array, width: number, height: number, x: Basis, y: Basis): void;

  /**
   * out = scale (value - mean of the box that reaches `half` pixels to each side, as far as it lies inside the plane).
   * `scratch`: `highPassScratch(width, half)` long.
   */
  highPassBox(
    plane: Float32Array,
    width: number,
    height: number,
    half: number,
    scale: number,
    out: Float32Array,
    scratch: Float32Array,
  ): void;

  /** Rows of `width` values times a window, to rows of `stride` values that end in zeros. */
  windowRows(
    values: Float32Array,
    width: number,
    rows: number,
    windowX: Float32Array,
    rowWeights: Float32Array,
    stride: number,
    out: Float32Array,
  ): void;

  /** cross += a conj(b), powerA += |a|^2, powerB += |b|^2; a, b and cross hold pairs re, im. */
  addCrossSpectrum(
    a: Float32Array,
    b: Float32Array,
    cross: Float32Array,
    powerA: Float32Array,
    powerB: Float32Array,
  ): void;

  /** a := a conj(b); pairs re, im. */
  multiplyByConjugate(a: Float32Array, b: Float32Array): void;

  /**
   * Of every row of a spectrum: sums of w Re Y, w f Re Y, w f^2 Re Y, w Im Y, w f Im Y to five values of `out`, where Y is
   * the spectrum times `turns` (cos, sin of each row) times `turnZ` (cos, then sin, then f, `length` values each).
   */
  rowMoments(
    spectrum: Float32Array,
    rows: number,
    length: number,
    turns: Float32Array,
    turnZ: Float32Array,
    weights: Float32Array,
    out: Float32Array,
  ): void;
}

/** float32 values that hold the float64 values which `highPassBox` works with. */
export const highPassScratch = (width: number, half: number): number => 2 * (3 * width + 2 * half + 1);

export function alignmentBy(memory: GrowableMemory, kernels: KernelExports): AlignmentKernels {
  const address = (name: string, pixels: Pixels, least: number): number => {
    if (!(pixels.length >= least))
      throw new RangeError(`${name} has ${pixels.length} values, expected at least ${least}`);
    return addressOf(memory, name, pixels);
  };
  return {
    stabilise(raw, stride, width, rows, { background, gain, readVariance }, out) {
      expectCounts({ stride, width, rows });
      const from = address('raw', raw, rows > 0 ? (rows - 1) * stride + width : 0);
      const to = address('out', out, width * rows);
      stabiliseOf(kernels, raw)(from, stride, width, rows, background, gain, readVariance, to);
    },
    removeTrend(plane, width, height, x, y) {
      expectCounts({ width, height });
      kernels.removeTrend(
        address('plane', plane, width * height),
        width,
        height,
        address('x.linear', x.linear, width),
        address('x.square', x.square, width),
        address('y.linear', y.linear, height),
        address('y.square', y.square, height),
      );
    },
    highPassBox(plane, width, height, half, scale, out, scratch) {
      expectCounts({ width, height, half });
      const work = address('scratch', scratch, highPassScratch(width, half));
      const from = address('plane', plane, width * height);
      kernels.highPassBox(from, width, height, half, scale, work, address('out', out, width * height));
    },
    windowRows(values, width, rows, windowX, rowWeights, stride, out) {
      expectCounts({ width, rows, stride });
      if (stride < width) throw new RangeError(`stride is ${stride}, expected at least the width, ${width}`);
      const from = address('values', values, width * rows);
      const [along, across] = [address('windowX', windowX, width), address('rowWeights', rowWeights, rows)];
      kernels.windowRows(from, width, rows, along, across, stride, address('out', out, stride * rows));
    },
    addCrossSpectrum(a, b, cross, powerA, powerB) {
      const count = Math.floor(a.length / 2);
      kernels.addCrossSpectrum(
        address('a', a, 2 * count),
        address('b', b, 2 * count),
        count,
        address('cross', cross, 2 * count),
        address('powerA', powerA, count),
        address('powerB', powerB, count),
      );
    },
    multiplyByConjugate(a, b) {
      const count = Math.floor(a.length / 2);
      kernels.multiplyByConjugate(address('a', a, 0), address('b', b, 2 * count), count);
    },
    rowMoments(spectrum, rows, length, turns, turnZ, weights, out) {
      expectCounts({ rows, length });
      kernels.rowMoments(
        address('spectrum', spectrum, 2 * rows * length),
        rows,
        length,
        address('turns', turns, 2 * rows),
        address('turnZ', turnZ, 3 * length),
        address('weights', weights, rows * length),
        address('out', out, 5 * rows),
      );
    },
  };
}

function stabiliseOf(kernels: KernelExports, raw: Pixels) {
  const { stabiliseUint8: uint8, stabiliseUint16: uint16, stabiliseFloat32: float32 } = kernels;
  return { uint8, uint16, float32 }[pixelTypeOf(raw)];
}

function expectCounts(counts: Record<string, number>): void {
  for (const [name, count] of Object.entries(counts))
    if (!Number.isInteger(count) || count < 0)
      throw new RangeError(`${name} is ${count}, expected a whole number, 0 or more`);
}
