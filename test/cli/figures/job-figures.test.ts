import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { figureLines } from '../../../cli/figures/figure-lines.ts';
import { historyOf } from '../../../cli/figures/history.ts';
import { readJobFigures, type StepFigures } from '../../../cli/figures/job-figures.ts';
import { speedsOf } from '../../../cli/figures/speeds.ts';
import type { FigureRow } from '../../../shared/adapters/local/figure-table.ts';
import { AT, FIGURE, FUSE, type SeenJob, seenJob } from '../dashboard/seen-job.ts';

const row = (tasks: number, taskSeconds: number, beganSecond: number, endedSecond: number): FigureRow => ({
  ...{ tasks, taskSeconds, beganAt: beganSecond * 1000, endedAt: endedSecond * 1000 },
  ...{ voxels: tasks * 1000, bytesRead: tasks * 10, bytesWritten: tasks },
});

describe('the speed of a step, by what its tasks took', () => {
  it('is not known before a task has ended', () => {
    expect(speedsOf([], 0, true)).toBeUndefined();
  });

  it('counts the time in which tasks were at work, not the night between two runs', () => {
    const rows = [row(10, 1, 0, 10), row(10, 1, 5, 20), row(20, 1, 40_000, 40_020)];
    expect(speedsOf(rows, 1e9, false)).toMatchObject({ voxelsPerSecond: 1000, bytesReadPerSecond: 10 });
  });

  it('is that of the last minute while it runs, and sinks while nothing ends', () => {
    const rows = [row(100, 1, 0, 100), row(60, 1, 100, 160)];
    expect(speedsOf(rows, 160_000, true)?.voxelsPerSecond).toBeCloseTo(1000, 5);
    expect(speedsOf(rows, 190_000, true)?.voxelsPerSecond).toBeCloseTo(1000 * (60 / 60), 5);
    expect(speedsOf([row(30, 1, 100, 130)], 160_000, true)?.voxelsPerSecond).toBeCloseTo(500, 5);
  });

  it('has the half and the slowest twentieth of its tasks', () => {
    const rows = [row(94, 1, 0, 10), row(6, 30, 0, 40)];
    expect(speedsOf(rows, 0, false)).toMatchObject({ p50Seconds: 1, p95Seconds: 30 });
    expect(speedsOf([row(95, 1, 0, 10), row(5, 30, 0, 40)], 0, false)).toMatchObject({ p95Seconds: 1 });
  });

  it('says nothing of voxels where none are counted', () => {
    expect(speedsOf([{ ...row(1, 1, 0, 1), voxels: 0 }], 0, false)).not.toHaveProperty('voxelsPerSecond');
  });
});

describe('the history of a job', () => {
  it('keeps every voxel, however it is cut', () => {
    const rows = [row(10, 7, 3, 31.5), row(5, 1, 0, 1), row(1, 500, 10, 510)];
    const points = historyOf(rows);
    expect(points.length).toBeLessThanOrEqual(100);
    const piece = (points[1]!.at - points[0]!.at) / 1000;
    const sum = points.reduce((total, { voxelsPerSecond }) => total + voxelsPerSecond * piece, 0);
    expect(sum).toBeCloseTo(16_000, 5);
  });
});

describe('the figures of a job of this machine', () => {
  let seen: SeenJob;
  beforeEach(async () => {
    seen = await seenJob();
  });
  afterEach(() => seen.remove());
  const look = async (isAtWork: boolean): Promise<StepFigures | undefined> => {
    const { steps } = await readJobFigures(seen.folder, seen.job, isAtWork, AT + 30_000);
    return steps.find(({ step }) => step === FUSE);
  };

  it('have workers, backlog and the oldest message beside a process at work', async () => {
    await seen.finishTask();
    expect(await look(true)).toMatchObject({ workers: 2, backlog: 7, done: 1, failed: 0, oldestSeconds: 30 });
  });

  it('have no workers where no process is left', async () => {
    expect(await look(false)).toMatchObject({ workers: 0, backlog: 10, oldestSeconds: undefined });
  });

  it('have speed and task times to 2.5 %', async () => {
    for (let task = 0; task < 3; task++) await seen.finishTask();
    const { speeds } = (await look(false))!;
    expect(speeds?.voxelsPerSecond).toBeCloseTo(FIGURE.voxels / FIGURE.seconds, 0);
    expect(speeds?.bytesReadPerSecond).toBeCloseTo(FIGURE.bytesRead / FIGURE.seconds, 0);
    expect(Math.abs((speeds?.p50Seconds ?? 0) / FIGURE.seconds - 1)).toBeLessThan(0.025);
  });

  it('are a table with a line for each step that has tasks', async () => {
    await seen.finishTask();
    const lines = figureLines([
      (await look(true))!,
      { ...(await look(true))!, step: 'a.b', tasks: undefined },
    ]);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('Mvoxel/s');
    expect(lines[1]).toMatch(/^stitching\.fuse +7 +30 s +2 /);
    expect(lines[0]?.length).toBe(lines[1]?.length);
    expect(figureLines([])).toEqual([]);
    const narrow = figureLines([(await look(true))!], 79);
    expect(narrow[0]).toMatch(/failed$/);
    expect(narrow[1]).toMatch(/^fuse /);
    expect(narrow[0]!.length).toBeLessThanOrEqual(79);
  });
});
