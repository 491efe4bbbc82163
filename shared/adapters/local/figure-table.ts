/**
 * What tasks took and moved, added up so that a million of them stay a few thousand rows: by step, by the ten seconds in
 * which they ended, and by how long they took, in bins of 5 %.
 */
import type { RunRef, StepId } from '../../engine/records.ts';
import type { GroupCommit } from './group-commit.ts';
import type { Sqlite } from './sqlite.ts';

export const FIGURE_SCHEMA = `CREATE TABLE IF NOT EXISTS figures (
  step TEXT, slot INTEGER, bin INTEGER, tasks INTEGER, began INTEGER, ended INTEGER,
  voxels INTEGER, bytes_read INTEGER, bytes_written INTEGER, PRIMARY KEY (step, slot, bin)) WITHOUT ROWID`;

/** One task, as it ended well. Times in milliseconds since 1970. */
export interface TaskFigure {
  readonly beganAt: number;
  readonly endedAt: number;
  readonly voxels: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** Some tasks of a step that ended at about the same time and took about as long. */
export interface FigureRow {
  readonly tasks: number;
  /** Of each of them, to 2.5 %. */
  readonly taskSeconds: number;
  /** Of the first. */
  readonly beganAt: number;
  /** Of the last. */
  readonly endedAt: number;
  readonly voxels: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

type StepRef = Pick<RunRef, 'jobId' | 'step' | 'generation'>;

export interface FigureWriter {
  add(ref: StepRef, figure: TaskFigure): Promise<void>;
}

export interface FigureReader {
  /** In the order of time; none where the step ran in an older program. */
  rows(jobId: string, step: StepId, generation: number): readonly FigureRow[];
}

const SLOT_MILLISECONDS = 10_000;
const BIN = Math.log(1.05);
const SHORTEST_SECONDS = 0.001;

const binOf = (seconds: number): number => Math.round(Math.log(Math.max(SHORTEST_SECONDS, seconds)) / BIN);
const stepKey = ({ jobId, step, generation }: StepRef): string => `${jobId}/${step}@${generation}`;

const ADD = `INSERT INTO figures VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET tasks = tasks + 1, began = min(began, excluded.began), ended = max(ended, excluded.ended),
  voxels = voxels + excluded.voxels, bytes_read = bytes_read + excluded.bytes_read,
  bytes_written = bytes_written + excluded.bytes_written`;

export const figureWriter = (database: Sqlite, commit: GroupCommit): FigureWriter => ({
  add: (ref, { beganAt, endedAt, voxels, bytesRead, bytesWritten }) =>
    commit.write(() => {
      const slot = Math.floor(endedAt / SLOT_MILLISECONDS);
      const bin = binOf((endedAt - beganAt) / 1000);
      const sums = [Math.round(voxels), Math.round(bytesRead), Math.round(bytesWritten)];
      database.run(ADD, stepKey(ref), slot, bin, Math.floor(beganAt), Math.ceil(endedAt), ...sums);
    }),
});

interface Row {
  readonly bin: number;
  readonly tasks: number;
  readonly began: number;
  readonly ended: number;
  readonly voxels: number;
  readonly bytes_read: number;
  readonly bytes_written: number;
}

const SELECT = `SELECT bin, tasks, began, ended, voxels, bytes_read, bytes_written FROM figures
  WHERE step = ? ORDER BY slot, bin`;

/** A state that an older program made has no such table. */
export function figureReader(database: Sqlite): FigureReader {
  const sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'figures'";
  if (database.get(sql) === undefined) return { rows: () => [] };
  return {
    rows: (jobId, step, generation) =>
      database.all<Row>(SELECT, stepKey({ jobId, step, generation })).map((row) => ({
        tasks: row.tasks,
        taskSeconds: Math.exp(row.bin * BIN),
        beganAt: row.began,
        endedAt: row.ended,
        voxels: row.voxels,
        bytesRead: row.bytes_read,
        bytesWritten: row.bytes_written,
      })),
  };
}
