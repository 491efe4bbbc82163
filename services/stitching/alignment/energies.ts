/** Sums of squares of two fields over their common part, for every shift of a range. */
import type { ShiftRange } from './shifts.ts';
import type { Field } from './stabilise.ts';

/** [z][y][x] of the shifts. */
export interface ShiftEnergies {
  readonly a: Float64Array;
  readonly b: Float64Array;
  /** Voxels of the common part. */
  readonly volume: Float64Array;
}

/** First and last-but-one index along an axis of the common part, one entry per shift. */
interface Intervals {
  readonly from: Int32Array;
  readonly to: Int32Array;
}

export function shiftEnergies(a: Field, b: Field, range: ShiftRange): ShiftEnergies {
  const inA = [0, 1, 2].map((i) =>
    commonIntervals(a.size[i]!, b.size[i]!, range.least[i]!, range.most[i]!, 1),
  );
  const inB = [0, 1, 2].map((i) =>
    commonIntervals(b.size[i]!, a.size[i]!, range.least[i]!, range.most[i]!, -1),
  );
  return { a: boxSums(a, inA), b: boxSums(b, inB), volume: boxVolumes(inA) };
}

/** A field of `own` voxels and another of `other` voxels that starts `sign` times the shift further. */
function commonIntervals(own: number, other: number, least: number, most: number, sign: number): Intervals {
  const shifts = Int32Array.from({ length: most - least + 1 }, (_, i) => sign * (least + i));
  const from = shifts.map((shift) => Math.min(own, Math.max(0, shift)));
  return { from, to: shifts.map((shift, i) => Math.max(from[i]!, Math.min(own, shift + other))) };
}

function boxVolumes([x, y, z]: readonly Intervals[]): Float64Array {
  const volumes = new Float64Array(x!.from.length * y!.from.length * z!.from.length);
  let at = 0;
  for (let k = 0; k < z!.from.length; k++) {
    for (let j = 0; j < y!.from.length; j++) {
      const area = (z!.to[k]! - z!.from[k]!) * (y!.to[j]! - y!.from[j]!);
      for (let i = 0; i < x!.from.length; i++) volumes[at++] = area * (x!.to[i]! - x!.from[i]!);
    }
  }
  return volumes;
}

/** Plane by plane, so that only one plane's table of prefix sums is in memory; then differences of running sums along z. */
function boxSums(field: Field, [x, y, z]: readonly Intervals[]): Float64Array {
  const [width, height, planes] = field.size;
  const area = x!.from.length * y!.from.length;
  const table = new Float64Array((width + 1) * (height + 1));
  const running = new Float64Array(area * (planes + 1));
  for (let plane = 0; plane < planes; plane++) {
    fillPrefixSums(table, field, plane);
    addRectangles(table, width + 1, x!, y!, running, plane * area);
  }
  const sums = new Float64Array(area * z!.from.length);
  for (let k = 0, at = 0; k < z!.from.length; k++) {
    const from = z!.from[k]! * area;
    const to = z!.to[k]! * area;
    for (let i = 0; i < area; i++) sums[at++] = running[to + i]! - running[from + i]!;
  }
  return sums;
}

function fillPrefixSums(table: Float64Array, field: Field, plane: number): void {
  const [width, height] = field.size;
  let at = plane * width * height;
  for (let y = 0; y < height; y++) {
    let row = 0;
    let above = y * (width + 1) + 1;
    for (let x = 0; x < width; x++, above++) {
      const value = field.values[at++]!;
      row += value * value;
      table[above + width + 1] = table[above]! + row;
    }
  }
}

function addRectangles(
  table: Float64Array,
  stride: number,
  x: Intervals,
  y: Intervals,
  running: Float64Array,
  before: number,
): void {
  const area = x.from.length * y.from.length;
  let at = before;
  for (let j = 0; j < y.from.length; j++) {
    const top = y.from[j]! * stride;
    const bottom = y.to[j]! * stride;
    for (let i = 0; i < x.from.length; i++, at++) {
      const left = x.from[i]!;
      const right = x.to[i]!;
      const sum = table[bottom + right]! - table[bottom + left]! - table[top + right]! + table[top + left]!;
      running[at + area] = running[at]! + sum;
    }
  }
}
