/** Sums of squares of two boxes over their common part, for every shift of a range. */
import type { FieldBox } from './field-box.ts';
import type { ShiftRange } from './shifts.ts';
import type { Workspace } from './workspace.ts';

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

export function shiftEnergies(
  workspace: Workspace,
  a: FieldBox,
  b: FieldBox,
  range: ShiftRange,
): ShiftEnergies {
  const inA = [0, 1, 2].map((i) =>
    commonIntervals(a.size[i]!, b.size[i]!, range.least[i]!, range.most[i]!, 1),
  );
  const inB = [0, 1, 2].map((i) =>
    commonIntervals(b.size[i]!, a.size[i]!, range.least[i]!, range.most[i]!, -1),
  );
  return { a: boxSums(workspace, a, inA), b: boxSums(workspace, b, inB), volume: boxVolumes(inA) };
}

/** A box of `own` voxels and another of `other` voxels that starts `sign` times the shift further. */
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
function boxSums(workspace: Workspace, box: FieldBox, [x, y, z]: readonly Intervals[]): Float64Array {
  const planes = box.size[2];
  const area = x!.from.length * y!.from.length;
  const cutsX = cutsOf(x!);
  const cutsY = cutsOf(y!);
  const inTable = { x: placesIn(cutsX, x!), y: placesIn(cutsY, y!) };
  const table = new Float64Array(cutsX.length * cutsY.length);
  const running = new Float64Array(area * (planes + 1));
  for (let plane = 0; plane < planes; plane++) {
    fillPrefixSums(workspace, table, box, plane, cutsX, cutsY);
    addRectangles(table, cutsX.length, inTable.x, inTable.y, running, plane * area);
  }
  const sums = new Float64Array(area * z!.from.length);
  for (let k = 0, at = 0; k < z!.from.length; k++) {
    const from = z!.from[k]! * area;
    const to = z!.to[k]! * area;
    for (let i = 0; i < area; i++) sums[at++] = running[to + i]! - running[from + i]!;
  }
  return sums;
}

/** Where the intervals begin or end: sums between these places are all that is asked for. */
const cutsOf = ({ from, to }: Intervals): Uint16Array =>
  Uint16Array.from([...new Set([...from, ...to])].sort((a, b) => a - b));

function placesIn(cuts: Uint16Array, { from, to }: Intervals): Intervals {
  const places = new Map([...cuts].map((cut, i) => [cut, i]));
  const placeOf = (cut: number): number => places.get(cut)!;
  return { from: from.map(placeOf), to: to.map(placeOf) };
}

/** Of all voxels from the first cuts to each pair of cuts, [y][x]. */
function fillPrefixSums(
  { kernels, buffers }: Workspace,
  table: Float64Array,
  { field, start, size }: FieldBox,
  plane: number,
  cutsX: Uint16Array,
  cutsY: Uint16Array,
): void {
  const [stride, rows] = field.size;
  const corner = ((start[2] + plane) * rows + start[1]) * stride + start[0];
  const cuts = buffers.cuts.subarray(0, cutsY.length);
  cuts.set(cutsY);
  const { columns } = buffers;
  kernels.columnSquares(field.values.subarray(corner), stride, size[0], cuts, columns);
  const width = cutsX.length;
  for (let j = 1; j < cutsY.length; j++) {
    let row = 0;
    for (let i = 1; i < width; i++) {
      const from = (j - 1) * size[0];
      for (let x = from + cutsX[i - 1]!; x < from + cutsX[i]!; x++) row += columns[x]!;
      table[j * width + i] = table[(j - 1) * width + i]! + row;
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
