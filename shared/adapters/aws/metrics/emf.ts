/**
 * Metrics as lines of JSON in CloudWatch's embedded metric format: the agent that ships the log makes metrics of them,
 * without a call of ours. Each distinct name and set of dimensions costs $0.30 a month while it is used, so the only
 * dimensions are the service and the step, never a job, a machine or a task.
 */
import type { ConsumerFigures, Metrics, StepFigures } from '../../../engine/ports.ts';
import type { Deployment } from '../deployment.ts';

/** Keeps the metrics of deployments in one account apart. */
export const metricsNamespace = ({ name }: Pick<Deployment, 'name'>): string => `CloudReg/${name}`;

type Unit = 'Count' | 'Seconds' | 'Bytes';
/** Name, unit and value; arrays are samples of a distribution. */
type Metric = readonly [name: string, unit: Unit, value: number | readonly number[]];

/** The format's limit for one metric in one line. */
const SAMPLES_AT_MOST = 100;

/** Writes a line per consumer, and one more for each further step that its tasks were of. */
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
    },
  };
}

const requestMetrics = (figures: ConsumerFigures): readonly Metric[] => [
  ['BusySlots', 'Count', figures.busySlots],
  ['Receives', 'Count', figures.receives],
  ['EmptyReceives', 'Count', figures.emptyReceives],
  ['Heartbeats', 'Count', figures.heartbeats],
  ['Releases', 'Count', figures.releases],
  ['Deletes', 'Count', figures.deletes],
];

const taskMetrics = (figures: StepFigures): readonly Metric[] => [
  ['TasksDone', 'Count', figures.done],
  ['TasksFailed', 'Count', figures.failed],
  ['TasksAborted', 'Count', figures.aborted],
  ['TaskSeconds', 'Seconds', evenly(figures.taskSeconds, SAMPLES_AT_MOST)],
  ['BytesRead', 'Bytes', figures.bytesRead],
  ['BytesWritten', 'Bytes', figures.bytesWritten],
];

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
