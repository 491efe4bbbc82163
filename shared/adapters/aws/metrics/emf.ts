/**
 * Metrics as lines of JSON in CloudWatch's embedded metric format: the agent that ships the log makes metrics of them,
 * without a call of ours. A job's progress is a plain line of the log: as a metric each job would cost a month's price.
 */
import type { ConsumerFigures, JobFigures, Metrics, StepFigures } from '../../../engine/ports.ts';
import { LOG_EVENTS, SERVICE_METRICS, STEP_METRICS } from './metric-names.ts';

type Unit = 'Count' | 'Seconds' | 'Bytes';
/** Name, unit and value; arrays are samples of a distribution. */
type Metric = readonly [name: string, unit: Unit, value: number | readonly number[]];

/** The format's limit for one metric in one line. */
const SAMPLES_AT_MOST = 100;

/** Writes a line per consumer, one more for each further step that its tasks were of, and one for each job and step. */
export function emfMetrics(namespace: string, writeLine: (line: string) => void): Metrics {
  return {
    publish(figures) {
      const service = part({ service: figures.service }, requestMetrics(figures));
      const steps = figures.steps.map((step) =>
        part({ service: figures.service, step: step.step }, taskMetrics(step)),
      );
      const [first, ...others] = steps;
      writeLine(emfLine(namespace, figures.at, first ? [service, first] : [service]));
      for (const other of others) writeLine(emfLine(namespace, figures.at, [other]));
      for (const job of figures.jobs) writeLine(progressLine(figures.at, job));
    },
  };
}

const requestMetrics = (figures: ConsumerFigures): readonly Metric[] => [
  [SERVICE_METRICS.busySlots, 'Count', figures.busySlots],
  [SERVICE_METRICS.receives, 'Count', figures.receives],
  [SERVICE_METRICS.emptyReceives, 'Count', figures.emptyReceives],
  [SERVICE_METRICS.heartbeats, 'Count', figures.heartbeats],
  [SERVICE_METRICS.releases, 'Count', figures.releases],
  [SERVICE_METRICS.deletes, 'Count', figures.deletes],
];

const taskMetrics = (figures: StepFigures): readonly Metric[] => [
  [STEP_METRICS.tasksDone, 'Count', figures.done],
  [STEP_METRICS.tasksFailed, 'Count', figures.failed],
  [STEP_METRICS.tasksAborted, 'Count', figures.aborted],
  [STEP_METRICS.taskSeconds, 'Seconds', evenly(figures.taskSeconds, SAMPLES_AT_MOST)],
  [STEP_METRICS.bytesRead, 'Bytes', figures.bytesRead],
  [STEP_METRICS.bytesWritten, 'Bytes', figures.bytesWritten],
  [STEP_METRICS.voxels, 'Count', figures.voxels],
];

const progressLine = (at: number, figures: JobFigures): string =>
  JSON.stringify({ at: new Date(at).toISOString(), event: LOG_EVENTS.progress, ...figures });

interface Part {
  readonly dimensions: Readonly<Record<string, string>>;
  readonly metrics: readonly Metric[];
}

/** An empty distribution has no value, and is left out. */
const part = (dimensions: Part['dimensions'], metrics: readonly Metric[]): Part => ({
  dimensions,
  metrics: metrics.filter(([, , value]) => typeof value === 'number' || value.length > 0),
});

/** Parts of one line must agree in the values of the dimensions that they share. */
function emfLine(namespace: string, at: number, parts: readonly Part[]): string {
  const directives = parts.map(({ dimensions, metrics }) => ({
    Namespace: namespace,
    Dimensions: [Object.keys(dimensions)],
    Metrics: metrics.map(([Name, Unit]) => ({ Name, Unit })),
  }));
  const values = parts.flatMap(({ metrics }) => metrics.map(([name, , value]) => [name, value] as const));
  return JSON.stringify({
    _aws: { Timestamp: Math.round(at), CloudWatchMetrics: directives },
    ...Object.assign({}, ...parts.map(({ dimensions }) => dimensions)),
    ...Object.fromEntries(values),
  });
}

/** At most `count` of the values, evenly over their order: smallest, largest and quantiles stay. */
function evenly(values: readonly number[], count: number): readonly number[] {
  if (values.length <= count) return values;
  const sorted = [...values].sort((a, b) => a - b);
  return Array.from(
    { length: count },
    (_, i) => sorted[Math.round((i * (sorted.length - 1)) / (count - 1))] ?? 0,
  );
}
