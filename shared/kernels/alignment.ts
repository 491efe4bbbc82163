/** What the alignment does with every pixel: the kernels of `assembly/alignment`, with the checks they need. */
import { expectCounts } from './expect.ts';
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
   * the spectrum times `turns` (cos, sin of each row) times `turnZ` (cos, then sin, then f, `length` values each), and w
   * of a row is row `weightRows[row]` of `weights`.
   */
  rowMoments(
    spectrum: Float32Array,
    rows: number,
    length: number,
    turns: Float32Array,
    turnZ: Float32Array,
    weights: Float32Array,
    weightRows: Uint16Array,
    out: Float32Array,
  ): void;

  /**
   * out[i][x] = sum of plane[y][x]^2 over the rows y from cuts[i] up to, not including, cuts[i + 1]: `width` columns of
   * rows that lie `stride` apart.
   */
  columnSquares(
    plane: Float32Array,
    stride: number,
    width: number,
    cuts: Uint16Array,
    out: Float32Array,
  ): void;

  /** `rows` rows of `width` values that lie `stride` apart, to rows of `length` values that end in zeros. */
  padRows(
    values: Float32Array,
    stride: number,
    width: number,
    rows: number,
    length: number,
    out: Float32Array,
  ): void;

  /** sums[targets[row]] += rowWeights[row] values[row], rows of `length` values. */
  addRows(
    values: Float32Array,
    rows: number,
    length: number,
    rowWeights: Float32Array,
    targets: Uint16Array,
    sums: Float32Array,
  ): void;

  /** sums[targets[row]] += Re Y of the row, with Y as in `rowMoments`. */
  addTurnedRows(
    spectrum: Float32Array,
    rows: number,
    length: number,
    turns: Float32Array,
    turnZ: Float32Array,
    targets: Uint16Array,
    sums: Float32Array,
  ): void;

  /** sums += values */
  addValues(sums: Float32Array, values: Float32Array): void;
}

/** Values that `highPassBox` works with. */
export const highPassScratch = (width: number, half: number): number => 4 * width + 8 * half + 16;

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
    rowMoments(spectrum, rows, length, turns, turnZ, weights, weightRows, out) {
      expectCounts({ rows, length });
      kernels.rowMoments(
        address('spectrum', spectrum, 2 * rows * length),
        rows,
        length,
        address('turns', turns, 2 * rows),
        address('turnZ', turnZ, 3 * length),
        address('weights', weights, length * rowsNamed(weightRows, rows)),
        address('weightRows', weightRows, rows),
        address('out', out, 5 * rows),
      );
    },
    columnSquares(plane, stride, width, cuts, out) {
      expectCounts({ stride, width });
      expectAscending(cuts);
      const last = cuts.at(-1) ?? 0;
      const from = address('plane', plane, last > 0 ? (last - 1) * stride + width : 0);
      const to = address('out', out, width * Math.max(0, cuts.length - 1));
      kernels.columnSquares(from, stride, width, address('cuts', cuts, 0), cuts.length, to);
    },
    padRows(values, stride, width, rows, length, out) {
      expectCounts({ stride, width, rows, length });
      if (length < width) throw new RangeError(`length is ${length}, expected at least the width, ${width}`);
      const from = address('values', values, rows > 0 ? (rows - 1) * stride + width : 0);
      kernels.padRows(from, stride, width, rows, length, address('out', out, length * rows));
    },
    addRows(values, rows, length, rowWeights, targets, sums) {
      expectCounts({ rows, length });
      kernels.addRows(
        address('values', values, rows * length),
        rows,
        length,
        address('rowWeights', rowWeights, rows),
        address('targets', targets, rows),
        address('sums', sums, length * rowsNamed(targets, rows)),
      );
    },
    addTurnedRows(spectrum, rows, length, turns, turnZ, targets, sums) {
      expectCounts({ rows, length });
      kernels.addTurnedRows(
        address('spectrum', spectrum, 2 * rows * length),
        rows,
        length,
        address('turns', turns, 2 * rows),
        address('turnZ', turnZ, 2 * length),
        address('targets', targets, rows),
        address('sums', sums, length * rowsNamed(targets, rows)),
      );
    },
    addValues(sums, values) {
      kernels.addValues(address('sums', sums, 0), address('values', values, sums.length), sums.length);
    },
  };
}

function stabiliseOf(kernels: KernelExports, raw: Pixels) {
  const { stabiliseUint8: uint8, stabiliseUint16: uint16, stabiliseFloat32: float32 } = kernels;
  return { uint8, uint16, float32 }[pixelTypeOf(raw)];
}

/** One more than the last row that the first `count` indices name. */
function rowsNamed(indices: Uint16Array, count: number): number {
  let most = -1;
  for (let i = 0; i < count; i++) if (indices[i]! > most) most = indices[i]!;
  return most + 1;
}

function expectAscending(cuts: Uint16Array): void {
  if (cuts.some((cut, i) => i > 0 && cut < cuts[i - 1]!))
    throw new RangeError(`cuts are ${cuts.join(', ')}, expected ascending row numbers`);
}
