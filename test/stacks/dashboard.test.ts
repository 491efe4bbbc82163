import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pipeline } from '../../services/pipeline.ts';
import { emfMetrics } from '../../shared/adapters/aws/metrics/emf.ts';
import { LOG_EVENTS, metricsNamespace } from '../../shared/adapters/aws/metrics/metric-names.ts';
import { stepId } from '../../shared/engine/step.ts';
import { DASHBOARD_WIDTH } from '../../stacks/dashboard/widgets.ts';
import { dashboardBody } from '../../stacks/dashboard.ts';

const deployment = { name: 'cloudreg-test', region: 'eu-west-1' };
const namespace = metricsNamespace(deployment);
const services = [...new Set(pipeline.steps.map(({ service }) => service))].map((name) => ({
  name,
  steps: pipeline.steps.filter(({ service }) => service === name).map((step) => ({ id: stepId(step) })),
  dollarsPerHour: 0.25,
}));

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title?: string;
    readonly query?: string;
    readonly metrics?: readonly (readonly unknown[])[];
  };
}
const bodyOf = (of = services) =>
  dashboardBody({ deployment, region: deployment.region, services: of }) as { widgets: readonly Widget[] };

type Row = readonly [namespace: string, name: string, ...rest: unknown[]];
const metricRows = (widgets: readonly Widget[]): readonly Row[] =>
  widgets
    .flatMap(({ properties }) => properties.metrics ?? [])
    .filter((row): row is Row => typeof row[0] === 'string');

/** Name and dimensions of what the emitter really writes for a service and a step. */
function emitted(): ReadonlySet<string> {
  const found = new Set<string>();
  const write = (line: string) => {
    for (const { Dimensions, Metrics } of JSON.parse(line)._aws?.CloudWatchMetrics ?? [])
      for (const { Name } of Metrics) found.add(`${Name} by ${Dimensions[0].join()}`);
  };
  const requests = { busySlots: 1, receives: 1, emptyReceives: 1, heartbeats: 1, releases: 1, deletes: 1 };
  const counts = {
    done: 1,
    failed: 0,
    aborted: 0,
    taskSeconds: [1],
    bytesRead: 1,
    bytesWritten: 1,
    voxels: 1,
  };
  emfMetrics(namespace, write).publish({
    ...{ at: 0, service: 'a', ...requests },
    steps: [{ step: 'a.b', ...counts }],
    jobs: [],
  });
  return found;
}

const sources = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(folder, path), 'utf8'));

describe('the dashboard', () => {
  it('shows only metrics that the program emits, in its namespace, or that AWS has', () => {
    const known = emitted();
    const aws = [
      'AWS/SQS ApproximateNumberOfMessagesVisible QueueName',
      'AWS/SQS ApproximateNumberOfMessagesNotVisible QueueName',
      'AWS/SQS ApproximateAgeOfOldestMessage QueueName',
      'AWS/AutoScaling GroupInServiceInstances AutoScalingGroupName',
    ];
    const rows = metricRows(bodyOf().widgets);
    expect(rows.filter(([space]) => space === namespace).length).toBeGreaterThan(20);
    for (const [space, name, ...rest] of rows) {
      const dimensions = rest.slice(0, -1).filter((_, index) => index % 2 === 0);
      if (space === namespace) expect(known).toContain(`${name} by ${dimensions.join()}`);
      else expect(aws).toContain(`${space} ${name} ${dimensions.join()}`);
    }
  });

  it('has for each service its backlog, age, voxels, task time, failures, workers and cost', () => {
    const titles = bodyOf().widgets.map(({ properties }) => properties.title ?? '');
    for (const { name } of services) {
      const words = [
        'backlog',
        'age of the oldest message',
        'voxels per second',
        'task time',
        'failures',
        'workers',
      ];
      for (const word of [...words, 'estimated cost']) expect(titles).toContain(`${name}: ${word}`);
    }
    const stats = metricRows(bodyOf().widgets).map((row) => (row.at(-1) as { stat: string }).stat);
    expect(stats).toEqual(expect.arrayContaining(['p50', 'p95']));
  });

  it('has the widgets of a service that is new', () => {
    const more = [
      ...services,
      { name: 'segmentation', steps: [{ id: 'segmentation.cells' }], dollarsPerHour: 1 },
    ];
    const text = JSON.stringify(bodyOf(more));
    expect(text).toContain('cloudreg-test-segmentation-dead');
    expect(text).toContain('segmentation: estimated cost');
    expect(text).toContain('"step","segmentation.cells"');
    expect(JSON.stringify(bodyOf())).not.toContain('segmentation');
  });

  it('lays out its widgets side by side, none over another', () => {
    const cells = new Set<string>();
    for (const { x, y, width, height } of bodyOf().widgets) {
      expect(x + width).toBeLessThanOrEqual(DASHBOARD_WIDTH);
      for (let column = x; column < x + width; column++)
        for (let row = y; row < y + height; row++) {
          expect(cells.has(`${column},${row}`)).toBe(false);
          cells.add(`${column},${row}`);
        }
    }
  });

  it('gives ids to expressions once in a widget, and names no other', () => {
    for (const { properties } of bodyOf().widgets) {
      const shown = (properties.metrics ?? []).map(
        (row) => row.at(-1) as { id?: string; expression?: string },
      );
      const ids = shown.flatMap(({ id }) => id ?? []);
      expect(new Set(ids).size).toBe(ids.length);
      for (const { expression = '' } of shown)
        for (const [word] of expression.matchAll(/\b[a-z]\w*\b/g)) expect(ids).toContain(word);
    }
  });

  it('asks the log for events that the program writes', () => {
    const code = [...sources('shared'), ...sources('services')].filter(
      (text) => !text.includes('LOG_EVENTS = {'),
    );
    const queries = bodyOf().widgets.flatMap(({ properties }) => properties.query ?? []);
    expect(queries).toHaveLength(3);
    expect(queries.every((query) => query.startsWith("SOURCE '/cloudreg/cloudreg-test' | "))).toBe(true);
    for (const event of Object.values(LOG_EVENTS)) {
      if (event === LOG_EVENTS.progress) continue;
      expect(code.some((text) => text.includes(`event: '${event}'`))).toBe(true);
    }
  });
});
