/** Names in the dashboard and the alarms of a graph that nothing stands behind; none, if all is well. */
import { SERVICE_METRICS, STEP_METRICS } from '../../../shared/adapters/aws/metrics/metric-names.ts';
import type { Service } from '../../../stacks/services.ts';
import { type Graph, ofType } from './graph.ts';

interface Named {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export function namesOfNothing(graph: Graph, services: readonly Service[]): readonly string[] {
  const isThere = everything(graph, services);
  return [...dashboardMetrics(graph), ...alarmMetrics(graph)]
    .filter((metric) => !isThere(metric))
    .map(({ namespace, name, dimensions }) => `${namespace} ${name} ${JSON.stringify(dimensions)}`);
}

/** What is counted: by AWS of what is in the graph, by the program of its services and steps, by filters of the log. */
function everything(graph: Graph, services: readonly Service[]): (metric: Named) => boolean {
  const queues = ofType(graph, 'sqs/queue').map(({ inputs }) => inputs.name);
  const groups = ofType(graph, 'autoscaling/group');
  const filters = ofType(graph, 'cloudwatch/logMetricFilter').map(
    ({ inputs }) => inputs.metricTransformation,
  );
  const isOfStep = ({ dimensions: { service, step } }: Named): boolean =>
    services.some(({ name, steps }) => name === service && steps.some(({ id }) => id === step));
  return (metric) => {
    const { namespace, name, dimensions } = metric;
    if (namespace === 'AWS/SQS') return queues.includes(dimensions.QueueName);
    if (namespace === 'AWS/AutoScaling')
      return groups.some(
        ({ inputs }) =>
          inputs.name === dimensions.AutoScalingGroupName && inputs.enabledMetrics.includes(name),
      );
    if (dimensions.step !== undefined) return values(STEP_METRICS).includes(name) && isOfStep(metric);
    if (dimensions.service !== undefined)
      return (
        values(SERVICE_METRICS).includes(name) && services.some((one) => one.name === dimensions.service)
      );
    return filters.some((filter) => filter.namespace === namespace && filter.name === name);
  };
}

const values = (names: Readonly<Record<string, string>>): readonly string[] => Object.values(names);

/** Rows are namespace, name, dimensions in turn, and how they are shown. */
function dashboardMetrics(graph: Graph): readonly Named[] {
  const [dashboard] = ofType(graph, 'cloudwatch/dashboard');
  const widgets: readonly { readonly properties: { readonly metrics?: readonly unknown[][] } }[] = JSON.parse(
    dashboard?.inputs.dashboardBody ?? '{"widgets":[]}',
  ).widgets;
  const rows = widgets.flatMap(({ properties }) => properties.metrics ?? []);
  return rows.flatMap(([namespace, name, ...rest]) => {
    if (typeof namespace !== 'string') return [];
    const words = rest.filter((word) => typeof word === 'string');
    const pairs = words.flatMap((word, i) => (i % 2 === 0 ? [[word, words[i + 1]!] as const] : []));
    return [{ namespace, name: String(name), dimensions: Object.fromEntries(pairs) }];
  });
}

const alarmMetrics = (graph: Graph): readonly Named[] =>
  ofType(graph, 'cloudwatch/metricAlarm').flatMap(({ inputs }) => {
    const queried = (inputs.metricQueries ?? []).flatMap((query: { metric?: unknown }) => query.metric ?? []);
    return (inputs.metricName === undefined ? queried : [inputs]).map(
      (metric: { namespace: string; metricName: string; dimensions?: Record<string, string> }) => ({
        namespace: metric.namespace,
        name: metric.metricName,
        dimensions: metric.dimensions ?? {},
      }),
    );
  });

/** Log groups that the dashboard asks and the program writes to. */
export function logGroupsOfNothing(graph: Graph): readonly string[] {
  const groups = ofType(graph, 'cloudwatch/logGroup').map(({ inputs }) => inputs.name);
  const [dashboard] = ofType(graph, 'cloudwatch/dashboard');
  const asked = [...(dashboard?.inputs.dashboardBody ?? '').matchAll(/SOURCE '([^']+)'/g)].map(
    ([, name]) => name,
  );
  const written = ofType(graph, 'lambda/function').map(({ inputs }) => inputs.loggingConfig.logGroup);
  return [...asked, ...written].filter((name) => !groups.includes(name));
}
