/** The dashboard of a deployment, as CloudWatch's JSON: a row of graphs for each service, then what the log says of jobs. */
import { type Deployment, logGroupName, UPLOAD_QUEUE } from '../shared/adapters/aws/deployment.ts';
import { PLAN_QUEUE } from '../shared/engine/engine.ts';
import { ENDS_QUERY, ERRORS_QUERY, PROGRESS_QUERY } from './dashboard/job-queries.ts';
import {
  backlog,
  deadLetters,
  inWork,
  oldestAge,
  serviceMetric,
  stepMetric,
  workersInService,
} from './dashboard/service-metrics.ts';
import {
  arrange,
  DASHBOARD_WIDTH,
  type Expression,
  graph,
  heading,
  logTable,
  type Metric,
  type Widget,
} from './dashboard/widgets.ts';

export interface DashboardService {
  /** Also of its queue. */
  readonly name: string;
  readonly steps: readonly { readonly id: string }[];
  /** Of one of its machines. */
  readonly dollarsPerHour: number;
}

export interface DashboardOptions {
  readonly deployment: Deployment;
  readonly region: string;
  readonly services: readonly DashboardService[];
}

export function dashboardBody(options: DashboardOptions): object {
  const widgets = [
    ...overview(options),
    ...options.services.flatMap(serviceWidgets(options)),
    ...jobTables(options),
  ];
  return { start: '-PT6H', periodOverride: 'inherit', widgets: arrange(widgets) };
}

function overview({ deployment, region, services }: DashboardOptions): readonly Widget[] {
  const queues = [PLAN_QUEUE, UPLOAD_QUEUE, ...services.map(({ name }) => name)];
  const width = DASHBOARD_WIDTH / 3;
  return [
    heading(`# ${deployment.name}`),
    graph({
      ...{ title: 'Messages that wait', unit: 'messages', region, width },
      metrics: queues.map((queue) => backlog(deployment, queue, queue)),
    }),
    graph({
      ...{ title: 'Dead letters', unit: 'messages', region, width },
      metrics: queues.map((queue) => deadLetters(deployment, queue)),
    }),
    graph({
      ...{ title: 'Machines, estimated cost', unit: 'dollars an hour', region, width },
      metrics: costPerHour(deployment, services),
    }),
  ];
}

/** A group without machines has no figure. */
function costPerHour(deployment: Deployment, services: readonly DashboardService[]): (Metric | Expression)[] {
  const id = (index: number): string => `w${index}`;
  const workers = services.map(({ name }, index) =>
    workersInService(deployment, name, { id: id(index), hidden: true }),
  );
  const each = services.map(({ name, dollarsPerHour }, index) => ({
    expression: `FILL(${id(index)}, 0) * ${dollarsPerHour}`,
    label: name,
    id: `c${index}`,
  }));
  const sum = { expression: `SUM([${each.map((one) => one.id).join(', ')}])`, label: 'all', id: 'all' };
  return [...workers, ...each, ...(each.length > 0 ? [sum] : [])];
}

const GRAPHS_IN_A_ROW = 4;

const serviceWidgets =
  ({ deployment, region }: DashboardOptions) =>
  (service: DashboardService): readonly Widget[] => {
    const { name, steps, dollarsPerHour } = service;
    const show = (title: string, unit: string, metrics: readonly (Metric | Expression)[]): Widget =>
      graph({ title: `${name}: ${title}`, unit, region, width: DASHBOARD_WIDTH / GRAPHS_IN_A_ROW, metrics });
    const ofSteps = (of: (step: string) => readonly (Metric | Expression)[]) =>
      steps.flatMap(({ id }) => of(id));
    const taskSeconds = (step: string, percentile: string): Metric =>
      stepMetric(deployment, name, step, 'taskSeconds', { stat: percentile, label: `${step} ${percentile}` });
    const workers = workersInService(deployment, name, { id: 'workers', label: 'machines in service' });
    return [
      heading(`## ${name}`),
      show('backlog', 'messages', [backlog(deployment, name), inWork(deployment, name)]),
      show('age of the oldest message', 'seconds', [oldestAge(deployment, name)]),
      show(
        'voxels per second',
        'voxels/s',
        steps.flatMap(({ id }, index) => voxelRate(deployment, name, id, index)),
      ),
      show(
        'task time',
        'seconds',
        ofSteps((step) => [taskSeconds(step, 'p50'), taskSeconds(step, 'p95')]),
      ),
      show('failures', 'tasks a minute', [
        ...ofSteps((step) => [
          stepMetric(deployment, name, step, 'tasksFailed', { stat: 'Sum', label: `${step} failed` }),
          stepMetric(deployment, name, step, 'tasksAborted', { stat: 'Sum', label: `${step} handed back` }),
        ]),
      ]),
      show('workers', 'machines, messages', [
        workers,
        serviceMetric(deployment, name, 'busySlots', { stat: 'Sum', label: 'messages at work' }),
      ]),
      show('tasks done', 'tasks a minute', [
        ...ofSteps((step) => [stepMetric(deployment, name, step, 'tasksDone', { stat: 'Sum', label: step })]),
      ]),
      show('estimated cost', 'dollars an hour', [
        { ...workers, hidden: true },
        { expression: `FILL(workers, 0) * ${dollarsPerHour}`, label: 'dollars an hour', id: 'dollars' },
      ]),
    ];
  };

/** A sum over a minute, as a rate. */
function voxelRate(
  deployment: Deployment,
  service: string,
  step: string,
  index: number,
): (Metric | Expression)[] {
  const id = `v${index}`;
  return [
    stepMetric(deployment, service, step, 'voxels', { stat: 'Sum', id, hidden: true }),
    { expression: `${id} / PERIOD(${id})`, label: step, id: `r${index}` },
  ];
}

function jobTables({ deployment, region }: DashboardOptions): readonly Widget[] {
  const table = (title: string, query: string) => logTable(title, region, logGroupName(deployment), query);
  return [
    heading('## Jobs'),
    table('Progress of each job, by its log (exact: cloudreg status)', PROGRESS_QUERY),
    table('Steps that ended, uploads that were refused or given up', ENDS_QUERY),
    table('Errors of tasks and plans', ERRORS_QUERY),
  ];
}
