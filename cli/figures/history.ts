/** What a job moved over time, for a curve: equal pieces of the time from its first task to its last. */
import type { FigureRow } from '../../shared/adapters/local/figure-table.ts';

export interface HistoryPoint {
  /** Its middle, milliseconds since 1970. */
  readonly at: number;
  readonly voxelsPerSecond: number;
  readonly bytesReadPerSecond: number;
  readonly bytesWrittenPerSecond: number;
}

const POINTS = 100;
const SHORTEST_MILLISECONDS = 1000;

/** A task counts evenly over the time that it took. */
export function historyOf(rows: readonly FigureRow[]): readonly HistoryPoint[] {
  if (rows.length === 0) return [];
  const start = rows.reduce((first, { beganAt }) => Math.min(first, beganAt), Number.POSITIVE_INFINITY);
  const end = rows.reduce((last, { endedAt }) => Math.max(last, endedAt), 0);
  const piece = Math.max(SHORTEST_MILLISECONDS, (end - start) / POINTS);
  const sums = Array.from({ length: Math.max(1, Math.ceil((end - start) / piece)) }, () => ({
    ...{ voxels: 0, read: 0, written: 0 },
  }));
  for (const row of rows) spread(row, start, piece, sums);
  return sums.map(({ voxels, read, written }, index) => ({
    at: start + (index + 0.5) * piece,
    voxelsPerSecond: (voxels * 1000) / piece,
    bytesReadPerSecond: (read * 1000) / piece,
    bytesWrittenPerSecond: (written * 1000) / piece,
  }));
}

interface Sums {
  voxels: number;
  read: number;
  written: number;
}

function spread(row: FigureRow, start: number, piece: number, sums: readonly Sums[]): void {
  const first = Math.floor((row.beganAt - start) / piece);
  const last = Math.min(sums.length - 1, Math.max(first, Math.ceil((row.endedAt - start) / piece) - 1));
  const share = 1 / (last - first + 1);
  for (const sum of sums.slice(first, last + 1)) {
    sum.voxels += row.voxels * share;
    sum.read += row.bytesRead * share;
    sum.written += row.bytesWritten * share;
  }
}
