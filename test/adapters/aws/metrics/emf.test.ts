import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { emfMetrics } from '../../../../shared/adapters/aws/metrics/emf.ts';
import { metricsNamespace } from '../../../../shared/adapters/aws/metrics/metric-names.ts';
import type { ConsumerFigures, StepFigures } from '../../../../shared/engine/ports.ts';

/** CloudWatch's embedded metric format: names and limits of its specification. */
const directive = z.strictObject({
  Namespace: z
    .string()
    .min(1)
    .max(255)
    .regex(/^[A-Za-z0-9.\-_/#:]+$/)
    .regex(/^(?!AWS\/)/),
  Dimensions: z.array(z.array(z.string().min(1).max(250)).max(30)).min(1),
  Metrics: z
    .array(
      z.strictObject({
        Name: z.string().min(1).max(255),
        Unit: z.enum(['Count', 'Seconds', 'Bytes']),
      }),
    )
    .min(1)
    .max(100),
});
const record = z.looseObject({
  _aws: z.strictObject({
    Timestamp: z.number().int().min(Date.UTC(2020, 0)),
    CloudWatchMetrics: z.array(directive).min(1),
  }),
});
const metricValue = z.union([z.number(), z.array(z.number()).min(1).max(100)]);

/** Parses a line as CloudWatch does: every name of a directive must be a member of the root. */
function parse(line: string) {
  expect(line).not.toMatch(/[\r\n]/);
  expect(Buffer.byteLength(line)).toBeLessThan(256 * 1024);
  const parsed = record.parse(JSON.parse(line));
  for (const { Dimensions, Metrics } of parsed._aws.CloudWatchMetrics) {
    for (const name of Dimensions.flat()) z.string().min(1).max(1024).parse(parsed[name]);
    for (const { Name } of Metrics) metricValue.parse(parsed[Name]);
  }
  return parsed;
}

const step = (name: string, seconds: readonly number[]): StepFigures => ({
  step: name,
  done: seconds.length,
  failed: 1,
  aborted: 0,
  taskSeconds: seconds,
  bytesRead: 1e12,
  bytesWritten: 5,
  voxels: 7e9,
});

const figures = (steps: readonly StepFigures[]): ConsumerFigures => ({
  at: Date.UTC(2026, 10, 22) + 0.25,
  service: 'stitching',
  steps,
  jobs: [],
  busySlots: 3.5,
  receives: 4,
  emptyReceives: 1,
  heartbeats: 2,
  releases: 0,
  deletes: 3,
});

function publish(steps: readonly StepFigures[]) {
  const lines: string[] = [];
  emfMetrics(metricsNamespace({ name: 'cloudreg-dev' }), (line) => void lines.push(line)).publish(
    figures(steps),
  );
  return lines.map(parse);
}

describe('metrics in the embedded metric format', () => {
  it('are one line with the requests of the service and the tasks of its step', () => {
    const [line, ...more] = publish([step('stitching.fuse', [20, 30])]);
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      service: 'stitching',
      step: 'stitching.fuse',
      TasksDone: 2,
      TaskSeconds: [20, 30],
      Voxels: 7e9,
      BusySlots: 3.5,
      Receives: 4,
    });
    expect(line?._aws.Timestamp).toBe(Date.UTC(2026, 10, 22));
    expect(line?._aws.CloudWatchMetrics.map(({ Namespace, Dimensions }) => [Namespace, Dimensions])).toEqual([
      ['CloudReg/cloudreg-dev', [['service']]],
      ['CloudReg/cloudreg-dev', [['service', 'step']]],
    ]);
  });

  it('have a line more for each further step, which repeats no request', () => {
    const lines = publish([step('stitching.align', [1]), step('stitching.fuse', [20])]);
    expect(lines.map((line) => line.step)).toEqual(['stitching.align', 'stitching.fuse']);
    expect(lines.map((line) => 'Receives' in line)).toEqual([true, false]);
  });

  it('leave out a distribution without a value, and steps that did nothing', () => {
    expect('TaskSeconds' in (publish([step('stitching.fuse', [])])[0] ?? {})).toBe(false);
    expect(publish([])[0]?._aws.CloudWatchMetrics).toHaveLength(1);
  });

  it('tell the progress of jobs in lines of the log, which are no metrics', () => {
    const lines: string[] = [];
    const job = { job: '0123456789abcdef', step: 'stitching.fuse', done: 3, failed: 1 };
    emfMetrics('CloudReg/test', (line) => void lines.push(line)).publish({ ...figures([]), jobs: [job] });
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[1] ?? '')).toEqual({ at: '2026-11-22T00:00:00.000Z', event: 'progress', ...job });
    expect(lines[0]).not.toContain(job.job);
  });

  it('keep the quantiles of more tasks than one line may hold', () => {
    const seconds = Array.from({ length: 1001 }, (_, index) => (index * 9) % 1001);
    const kept = publish([step('stitching.fuse', seconds)])[0]?.TaskSeconds as number[];
    expect(kept).toHaveLength(100);
    expect(kept[0]).toBe(0);
    expect(kept[99]).toBe(1000);
    expect(Math.abs((kept[50] ?? 0) - 505)).toBeLessThan(6);
    expect(Math.abs((kept[94] ?? 0) - 949)).toBeLessThan(6);
  });
});
