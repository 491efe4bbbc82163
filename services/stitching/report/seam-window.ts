/** The part of an overlap that a picture shows: at full resolution, where there is most to see. */
import { boxFilter } from './box-filter.ts';
import type { SeenOverlap, SeenSeam } from './measure-seams.ts';
import { PHASES, type Phase } from './seam.ts';

/** Pixels of tile a. */
export interface Window {
  readonly x0: number;
  readonly y0: number;
  readonly columns: number;
  readonly rows: number;
}

export interface WindowPixels {
  readonly a: Float32Array;
  readonly b: Float32Array;
  /** Of both: weights fall linearly over the overlap, as fusion's do by default. */
  readonly blended: Float32Array;
}

/** Across the seam, and along it. */
const MOST = 480;
const LEAST_ALONG = 160;

/** The same pixels of tile a in all phases, so that only tile b moves; undefined where no phase shows the overlap. */
export function chooseWindow(seen: SeenSeam, axis: 'x' | 'y'): Window | undefined {
  const overlaps = PHASES.flatMap((phase) => seen[phase] ?? []);
  const last = overlaps.at(-1);
  if (last === undefined) return undefined;
  const shared = overlaps.map(frameOf).reduce(common);
  const frame = shared.columns > 0 && shared.rows > 0 ? shared : frameOf(last);
  const isAcrossX = axis === 'x';
  const across = Math.min(MOST, isAcrossX ? frame.columns : frame.rows);
  const whole = isAcrossX ? frame.rows : frame.columns;
  const along = Math.min(whole, MOST, Math.max(LEAST_ALONG, 2 * across));
  const middle = Math.floor(((isAcrossX ? frame.columns : frame.rows) - across) / 2);
  const start = busiest(lineEnergies(last, frame, isAcrossX), along);
  return isAcrossX
    ? { x0: frame.x0 + middle, y0: frame.y0 + start, columns: across, rows: along }
    : { x0: frame.x0 + start, y0: frame.y0 + middle, columns: along, rows: across };
}

const frameOf = ({ x0, y0, columns, rows }: SeenOverlap): Window => ({ x0, y0, columns, rows });

function common(one: Window, other: Window): Window {
  const x0 = Math.max(one.x0, other.x0);
  const y0 = Math.max(one.y0, other.y0);
  return {
    x0,
    y0,
    columns: Math.min(one.x0 + one.columns, other.x0 + other.columns) - x0,
    rows: Math.min(one.y0 + one.rows, other.y0 + other.rows) - y0,
  };
}

/** How much there is to see in each line across the seam: the less of what both tiles show. */
function lineEnergies(overlap: SeenOverlap, frame: Window, isAcrossX: boolean): Float64Array {
  const { columns, rows } = overlap;
  const filter = boxFilter(columns, rows, 12, 1);
  const fine = [overlap.a, overlap.b].map((pixels) => {
    const out = new Float32Array(pixels.length);
    filter(pixels, out, 0);
    return out;
  });
  const energies = fine.map((values) => {
    const lines = new Float64Array(isAcrossX ? frame.rows : frame.columns);
    for (let y = 0; y < frame.rows; y++)
      for (let x = 0; x < frame.columns; x++) {
        const at = (y + frame.y0 - overlap.y0) * columns + x + frame.x0 - overlap.x0;
        const line = isAcrossX ? y : x;
        lines[line] = lines[line]! + values[at]! ** 2;
      }
    return lines;
  });
  return energies[0]!.map((energy, line) => Math.min(energy, energies[1]![line]!));
}

/** Where `length` lines in a row have most. */
function busiest(lines: Float64Array, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += lines[i]!;
  let [best, most] = [0, sum];
  for (let start = 1; start + length <= lines.length; start++) {
    sum += lines[start + length - 1]! - lines[start - 1]!;
    if (sum > most * (1 + 1e-9)) [best, most] = [start, sum];
  }
  return best;
}

/** Undefined where the phase does not show the whole window. */
export function windowPixels(
  seen: SeenSeam,
  phase: Phase,
  window: Window,
  axis: 'x' | 'y',
): WindowPixels | undefined {
  const overlap = seen[phase];
  if (overlap === undefined) return undefined;
  const [dx, dy] = [window.x0 - overlap.x0, window.y0 - overlap.y0];
  const isInside =
    dx >= 0 && dy >= 0 && dx + window.columns <= overlap.columns && dy + window.rows <= overlap.rows;
  if (!isInside) return undefined;
  const a = new Float32Array(window.columns * window.rows);
  const b = new Float32Array(a.length);
  const blended = new Float32Array(a.length);
  const extent = axis === 'x' ? overlap.columns : overlap.rows;
  for (let y = 0; y < window.rows; y++)
    for (let x = 0; x < window.columns; x++) {
      const from = (y + dy) * overlap.columns + x + dx;
      const at = y * window.columns + x;
      a[at] = overlap.a[from]!;
      b[at] = overlap.b[from]!;
      const share = ((axis === 'x' ? x + dx : y + dy) + 0.5) / extent;
      blended[at] = a[at]! + share * (b[at]! - a[at]!);
    }
  return { a, b, blended };
}
