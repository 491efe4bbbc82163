/** Figures of a job's steps as a table. Pure. */
import { formatSeconds } from '../quantities.ts';
import type { StepFigures } from './job-figures.ts';

const HEADINGS = [
  'step',
  'backlog',
  'oldest',
  'workers',
  'Mvoxel/s',
  'MB/s in',
  'MB/s out',
  'p50',
  'p95',
  'failed',
] as const;

/**
 * A line of headings, and one for each step that has begun. In and out: read from the job's input, written to its output.
 * Where it is wider than `columns` the services' names go; they stand in the lines above.
 */
export function figureLines(
  steps: readonly StepFigures[],
  columns = Number.POSITIVE_INFINITY,
): readonly string[] {
  const begun = steps.filter(({ tasks }) => tasks !== undefined && tasks > 0);
  if (begun.length === 0) return [];
  const wide = table([HEADINGS, ...begun.map(cellsOf)], '  ');
  if (wide[0]!.length <= columns) return wide;
  const short = begun.map((step) => ({ ...step, step: step.step.slice(step.step.indexOf('.') + 1) }));
  return table([HEADINGS, ...short.map(cellsOf)], ' ').map((text) => text.slice(0, columns));
}

/** The first column to the left, the others to the right. */
function table(rows: readonly (readonly string[])[], gap: string): readonly string[] {
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const pad = (cell: string, column: number): string =>
    column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  return rows.map((row) => row.map(pad).join(gap));
}

function cellsOf({ step, backlog, oldestSeconds, workers, speeds, failed }: StepFigures): readonly string[] {
  return [
    step,
    String(backlog),
    seconds(oldestSeconds),
    String(workers),
    millions(speeds?.voxelsPerSecond),
    millions(speeds?.bytesReadPerSecond),
    millions(speeds?.bytesWrittenPerSecond),
    seconds(speeds?.p50Seconds),
    seconds(speeds?.p95Seconds),
    String(failed),
  ];
}

const seconds = (value: number | undefined): string => (value === undefined ? '-' : formatSeconds(value));

const millions = (value: number | undefined): string => {
  if (value === undefined) return '-';
  const scaled = value / 1e6;
  return scaled.toFixed(scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2);
};
