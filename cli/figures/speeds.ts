/** How fast a step is, from what its tasks took and moved. */
import type { FigureRow } from '../../shared/adapters/local/figure-table.ts';

export interface Speeds {
  /** Absent where the step counts no voxels. */
  readonly voxelsPerSecond?: number;
  readonly bytesReadPerSecond: number;
  readonly bytesWrittenPerSecond: number;
  /** Of tasks, to 2.5 %. */
  readonly p50Seconds: number;
  readonly p95Seconds: number;
}

/** The latest time that counts for a step at work: at least this, and several of its tasks. */
const WINDOW_SECONDS = 60;
const TASKS_IN_WINDOW = 3;

/** Undefined where no task has ended. A step that runs is judged by its latest tasks, one that ended by all. */
export function speedsOf(rows: readonly FigureRow[], now: number, isRunning: boolean): Speeds | undefined {
  const p95Seconds = quantile(rows, 0.95);
  if (p95Seconds === undefined) return undefined;
  const window = Math.max(WINDOW_SECONDS, TASKS_IN_WINDOW * p95Seconds) * 1000;
  const from = isRunning ? now - window : Number.NEGATIVE_INFINITY;
  const latest = rows.filter(({ endedAt }) => endedAt > from);
  const seconds = Math.max(0.001, busySeconds(latest, from, isRunning ? now : undefined));
  const sum = (of: (row: FigureRow) => number): number => latest.reduce((total, row) => total + of(row), 0);
  return {
    ...(rows.some(({ voxels }) => voxels > 0) ? { voxelsPerSecond: sum((row) => row.voxels) / seconds } : {}),
    bytesReadPerSecond: sum((row) => row.bytesRead) / seconds,
    bytesWrittenPerSecond: sum((row) => row.bytesWritten) / seconds,
    p50Seconds: quantile(rows, 0.5) ?? p95Seconds,
    p95Seconds,
  };
}

/** The smallest time that this share of the tasks did not exceed. */
function quantile(rows: readonly FigureRow[], share: number): number | undefined {
  const sorted = [...rows].sort((a, b) => a.taskSeconds - b.taskSeconds);
  let left = share * rows.reduce((total, { tasks }) => total + tasks, 0);
  return sorted.find(({ tasks }) => (left -= tasks) <= 1e-9)?.taskSeconds;
}

/** Time in which some task was at work after `from`, and up to `now` where the step still is: pauses do not count. */
function busySeconds(rows: readonly FigureRow[], from: number, now: number | undefined): number {
  const sorted = [...rows].sort((a, b) => a.beganAt - b.beganAt);
  let [milliseconds, until] = [0, from];
  for (const { beganAt, endedAt } of sorted) {
    milliseconds += Math.max(0, endedAt - Math.max(beganAt, until));
    until = Math.max(until, endedAt);
  }
  const since = now === undefined || rows.length === 0 ? 0 : Math.max(0, now - until);
  return (milliseconds + since) / 1000;
}
