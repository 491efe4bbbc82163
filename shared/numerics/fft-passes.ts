/**
 * The passes of a transform in three dimensions. Every pass works on contiguous lines and writes its result turned, so
 * that the next pass finds contiguous lines again: [z][y][x] -> [z][kx][y] -> [kx][ky][z]. Lines are turned in blocks of
 * eight, a cache line of complex values each; a complex value moves as one float64.
 */
import type { FourierLines, LineTransform } from './fft.ts';

export interface VolumeSize {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

export interface VolumePlan {
  /** Lengths of the transforms; z may be 1. */
  readonly size: VolumeSize;
  /** Rows and planes that hold something: all behind them are zero. */
  readonly filled: { readonly y: number; readonly z: number };
  /** Frequencies kept along x: 0 … keptX - 1, at most size.x / 2 + 1 (the last is Nyquist's). */
  readonly keptX: number;
  /** Indices of the frequencies kept along y, in this order. */
  readonly keptY: Int32Array;
  /** Largest number of z shifts that `inverse` is asked for; 0 where it is not used. */
  readonly shiftsZ: number;
}

/** Writes the filled rows of plane z, size.x values each, to `into[at…]`. */
export type PlaneSource = (z: number, into: Float32Array, at: number) => void;

/** Indices into the circular result, per axis. */
export interface Shifts {
  readonly x: Int32Array;
  readonly y: Int32Array;
  readonly z: Int32Array;
}

export const blockLines = 8;

/** A plan with its lines and its memory. */
export interface Space {
  readonly lines: FourierLines;
  readonly plan: VolumePlan;
  /** The rows of a plane. */
  readonly rows: number;
  /** [z][kx][y] */
  readonly turned: number;
  readonly lineX: LineTransform;
  readonly lineY: LineTransform;
  readonly lineZ: LineTransform | undefined;
}

const pairs = (floats: Float32Array<ArrayBuffer>): Float64Array => new Float64Array(floats.buffer);

/** Rows along x, transformed and turned to [z][kx][y]. */
export function forwardX(space: Space, source: PlaneSource): void {
  const { plan, rows, turned, lineX } = space;
  const { size, filled, keptX } = plan;
  const floats = space.lines.floats();
  const complex = pairs(floats);
  const rowFloats = size.x;
  for (let z = 0; z < filled.z; z++) {
    const plane = turned / 8 + z * keptX * size.y;
    source(z, floats, rows / 4);
    for (let y0 = 0; y0 < filled.y; y0 += blockLines) {
      const count = Math.min(blockLines, filled.y - y0);
      const block = rows + y0 * rowFloats * 4;
      for (let j = 0; j < count; j++) {
        const at = block + j * rowFloats * 4;
        lineX.forward(at, at);
      }
      turnLines(complex, block / 8, rowFloats / 2, complex, plane + y0, size.y, keptX, count);
      splitEnds(floats, block / 4, rowFloats, 2 * (plane + y0), 2 * size.y, keptX, count);
    }
    for (let k = 0; k < keptX; k++) complex.fill(0, plane + k * size.y + filled.y, plane + (k + 1) * size.y);
  }
}

/** The first pair of a packed row holds two real values: those of frequency 0 and of Nyquist's. */
function splitEnds(
  floats: Float32Array,
  rows: number,
  rowFloats: number,
  to: number,
  stride: number,
  keptX: number,
  count: number,
): void {
  const nyquist = rowFloats / 2;
  for (let j = 0; j < count; j++) {
    floats[to + 2 * j + 1] = 0;
    if (keptX <= nyquist) continue;
    floats[to + nyquist * stride + 2 * j] = floats[rows + j * rowFloats + 1]!;
    floats[to + nyquist * stride + 2 * j + 1] = 0;
  }
}

/** to[k][j] = from[j][k] for k < length, j < count. */
function turnLines(
  source: Float64Array,
  from: number,
  fromStride: number,
  target: Float64Array,
  to: number,
  toStride: number,
  length: number,
  count: number,
): void {
  if (count === blockLines) {
    for (let k = 0, t = to; k < length; k++, t += toStride) {
      let f = from + k;
      target[t] = source[f]!;
      target[t + 1] = source[(f += fromStride)]!;
      target[t + 2] = source[(f += fromStride)]!;
      target[t + 3] = source[(f += fromStride)]!;
      target[t + 4] = source[(f += fromStride)]!;
      target[t + 5] = source[(f += fromStride)]!;
      target[t + 6] = source[(f += fromStride)]!;
      target[t + 7] = source[(f += fromStride)]!;
    }
    return;
  }
  for (let k = 0; k < length; k++) {
    for (let j = 0; j < count; j++) target[to + k * toStride + j] = source[from + j * fromStride + k]!;
  }
}

/** Lines along y, transformed and turned to [kx][ky][z]. */
export function forwardY(space: Space, spectrum: number): void {
  const { plan, turned, lineY } = space;
  const { size, filled, keptX, keptY } = plan;
  const complex = pairs(space.lines.floats());
  const stride = keptX * size.y;
  const lineBytes = size.y * 8;
  for (let k = 0; k < keptX; k++) {
    const to = spectrum / 8 + k * keptY.length * size.z;
    for (let z0 = 0; z0 < filled.z; z0 += blockLines) {
      const count = Math.min(blockLines, filled.z - z0);
      for (let j = 0; j < count; j++) {
        const at = turned + ((z0 + j) * keptX + k) * lineBytes;
        lineY.forward(at, at);
      }
      const from = turned / 8 + z0 * stride + k * size.y;
      for (let q = 0; q < keptY.length; q++) {
        const f = from + keptY[q]!;
        const t = to + q * size.z + z0;
        for (let j = 0; j < count; j++) complex[t + j] = complex[f + j * stride]!;
      }
    }
  }
}

export function forwardZ(space: Space, spectrum: number): void {
  const { plan, lineZ } = space;
  if (lineZ === undefined) return;
  const { size, filled, keptX, keptY } = plan;
  const complex = pairs(space.lines.floats());
  for (let line = 0; line < keptX * keptY.length; line++) {
    const at = spectrum + line * size.z * 8;
    complex.fill(0, at / 8 + filled.z, at / 8 + size.z);
    lineZ.forward(at, at);
  }
}

/** Lines along z, transformed back; the planes asked for are turned to [z][kx][y]. */
export function inverseZ(space: Space, spectrum: number, shifts: Shifts): void {
  const { plan, turned, lineZ } = space;
  const { size, keptX } = plan;
  const complex = pairs(space.lines.floats());
  for (let k = 0; k < keptX; k++) {
    for (let y0 = 0; y0 < size.y; y0 += blockLines) {
      const from = spectrum + (k * size.y + y0) * size.z * 8;
      for (let j = 0; lineZ !== undefined && j < blockLines; j++) {
        const at = from + j * size.z * 8;
        lineZ.inverse(at, at);
      }
      for (let s = 0; s < shifts.z.length; s++) {
        const f = from / 8 + shifts.z[s]!;
        const t = turned / 8 + (s * keptX + k) * size.y + y0;
        for (let j = 0; j < blockLines; j++) complex[t + j] = complex[f + j * size.z]!;
      }
    }
  }
}

/** Lines along y, then x, transformed back for the shifts asked for. */
export function inverseYX(space: Space, shifts: Shifts): Float32Array {
  const { plan, rows, turned, lineX, lineY } = space;
  const { size, keptX } = plan;
  const floats = space.lines.floats();
  const result = new Float32Array(shifts.z.length * shifts.y.length * shifts.x.length);
  const scale = 1 / (size.x * size.y * size.z);
  let at = 0;
  for (let s = 0; s < shifts.z.length; s++) {
    const plane = turned + s * keptX * size.y * 8;
    for (let k = 0; k < keptX; k++) lineY.inverse(plane + k * size.y * 8, plane + k * size.y * 8);
    for (let q = 0; q < shifts.y.length; q++) {
      packRow(floats, plane / 4 + 2 * shifts.y[q]!, 2 * size.y, rows / 4, size.x);
      lineX.inverse(rows, rows);
      for (let i = 0; i < shifts.x.length; i++) result[at++] = floats[rows / 4 + shifts.x[i]!]! * scale;
    }
  }
  return result;
}

function packRow(floats: Float32Array, from: number, stride: number, row: number, length: number): void {
  for (let k = 0; k < length / 2; k++) {
    floats[row + 2 * k] = floats[from + k * stride]!;
    floats[row + 2 * k + 1] = floats[from + k * stride + 1]!;
  }
  floats[row + 1] = floats[from + (length / 2) * stride]!;
}
