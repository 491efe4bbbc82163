/**
 * Every alarm of a deployment, with what it means and what to do; docs/operations.md has a section for each kind.
 * Plain values: what they are made of on AWS is elsewhere.
 */
import { type Deployment, UPLOAD_QUEUE } from '../shared/adapters/aws/deployment.ts';
import { LOG_EVENTS, metricsNamespace } from '../shared/adapters/aws/metrics/metric-names.ts';
import { PLAN_QUEUE } from '../shared/engine/engine.ts';
import { backlog, deadLetters, oldestAge, serviceMetric } from './dashboard/service-metrics.ts';
import type { Metric } from './dashboard/widgets.ts';

interface AlarmText {
  /** `<deployment>-<alarm>`, or `<deployment>-<queue>-<alarm>`. */
  readonly name: string;
  /** Heading of its section in docs/operations.md. */
  readonly section: string;
  readonly meaning: string;
  readonly whatToDo: string;
}

/** Rises while the value is above the threshold in so many of the latest periods; no value is a good sign. */
interface Threshold {
  readonly above: number;
  readonly periodSeconds: number;
  readonly periods: number;
}

export interface MetricAlarm extends AlarmText, Threshold {
  readonly kind: 'metric';
  readonly metric: Metric;
}

/** Metric math: `expression` speaks of the metrics by their ids. */
export interface ExpressionAlarm extends AlarmText, Threshold {
  readonly kind: 'expression';
  readonly metrics: readonly Metric[];
  readonly expression: string;
}

/** Counts lines of the log group that match `pattern` as the metric, and rises with the first. */
export interface LogAlarm extends AlarmText, Threshold {
  readonly kind: 'log';
  readonly pattern: string;
  readonly metric: Metric;
}

/** Of all that carries the deployment's tag, in a month: told at the share that was spent, and when it will be passed. */
export interface BudgetAlarm extends AlarmText {
  readonly kind: 'budget';
  readonly monthlyDollars: number;
  readonly spentPercent: number;
}

export type AlarmSpec = MetricAlarm | ExpressionAlarm | LogAlarm | BudgetAlarm;

export interface AlarmService {
  readonly name: string;
  /** `seconds`: typical, of the longest task. */
  readonly steps: readonly { readonly id: string; readonly needs: { readonly seconds: number } }[];
}

export interface AlarmOptions {
  readonly deployment: Deployment;
  readonly services: readonly AlarmService[];
  /** A month. */
  readonly budgetDollars: number;
}

export function alarmsOf(options: AlarmOptions): readonly AlarmSpec[] {
  const { deployment, services } = options;
  const queues = [PLAN_QUEUE, UPLOAD_QUEUE, ...services.map(({ name }) => name)];
  return [
    ...queues.map((queue) => deadLetterAlarm(deployment, queue)),
    ...queues.map((queue) => oldestMessageAlarm(deployment, queue)),
    ...services.map((service) => stalledAlarm(deployment, service)),
    ...logAlarms(deployment),
    budgetAlarm(options),
  ];
}

const deadLetterAlarm = (deployment: Deployment, queue: string): MetricAlarm => ({
  kind: 'metric',
  name: `${deployment.name}-${queue}-dead-letters`,
  section: 'Dead letters',
  meaning: `A message of the queue ${queue} was received 50 times and never done: it keeps killing whoever works on it, or nobody can read it.`,
  whatToDo:
    'cloudreg dead-letters list; what a sweep records as a failed task is run again by cloudreg retry.',
  metric: deadLetters(deployment, queue),
  // The sweep runs every five minutes and records what it can: what is left after two of them is for people.
  ...{ above: 0, periodSeconds: 300, periods: 3 },
});

/** Longer than a fleet needs to start from nothing, and than a service works on one large task. */
const OLDEST_SECONDS = 3600;

const oldestMessageAlarm = (deployment: Deployment, queue: string): MetricAlarm => ({
  kind: 'metric',
  name: `${deployment.name}-${queue}-oldest-message`,
  section: 'Oldest message',
  meaning: `A message of the queue ${queue} has waited for more than an hour: its fleet does not start, is too small, or does not get through.`,
  whatToDo:
    'Look at machines in service and failures of the service; raise the largest size of the group where all of them work.',
  metric: oldestAge(deployment, queue),
  ...{ above: OLDEST_SECONDS, periodSeconds: 300, periods: 3 },
});

const STALLED_PERIOD_SECONDS = 1800;
const STALLED_PERIODS = 3;
/** A task may take so many times as long as is typical before it counts as stuck. */
const SLOWNESS = 3;
/** CloudWatch looks back a day at most. */
const MOST_PERIODS = 86_400 / STALLED_PERIOD_SECONDS;

/** No message done, for longer than a task takes, though messages wait or are in work. */
function stalledAlarm(deployment: Deployment, { name, steps }: AlarmService): ExpressionAlarm {
  const longest = Math.max(0, ...steps.map(({ needs }) => needs.seconds));
  const periods = Math.ceil((SLOWNESS * longest) / STALLED_PERIOD_SECONDS);
  return {
    kind: 'expression',
    name: `${deployment.name}-${name}-stalled`,
    section: 'Stalled job',
    meaning: `Tasks of ${name} wait or are in work, and none was done for far longer than one takes.`,
    whatToDo:
      'Look for a stuck task, a poison task or a dead fleet; cloudreg status and cloudreg logs name the step.',
    metrics: [
      { ...backlog(deployment, name), id: 'waiting' },
      serviceMetric(deployment, name, 'busySlots', { stat: 'Maximum', id: 'busy' }),
      serviceMetric(deployment, name, 'deletes', { stat: 'Sum', id: 'done' }),
    ],
    expression: 'IF((FILL(waiting, 0) + FILL(busy, 0) > 0) AND (FILL(done, 0) == 0), 1, 0)',
    above: 0,
    periodSeconds: STALLED_PERIOD_SECONDS,
    periods: Math.min(MOST_PERIODS, Math.max(STALLED_PERIODS, periods)),
  };
}

type EventName = (typeof LOG_EVENTS)[keyof typeof LOG_EVENTS];

const logAlarms = (deployment: Deployment): readonly LogAlarm[] => [
  logAlarm(deployment, LOG_EVENTS.stepFailed, {
    section: 'Failed job',
    meaning:
      'A step of a job has failed: a task, or a plan, failed three times, and the steps after it do not begin.',
    whatToDo: 'cloudreg logs <job> names the error; mend the cause, then cloudreg retry <job>.',
  }),
  logAlarm(deployment, LOG_EVENTS.stepIncomplete, {
    section: 'Incomplete job',
    meaning: 'A step of a job is done with gaps that somebody accepted: its volume has voxels that are zero.',
    whatToDo: 'Nothing, where that was meant; else mend the cause and redo the step.',
  }),
  logAlarm(deployment, LOG_EVENTS.gaveUpWaiting, {
    section: 'Gave up waiting',
    meaning:
      'A job has waited for its upload as long as it may: planes are missing, and the job is incomplete.',
    whatToDo: 'Copy the rest, then cloudreg resume <job>; or cloudreg retry --accept-missing <job>.',
  }),
  logAlarm(deployment, LOG_EVENTS.uploadRefused, {
    section: 'Refused upload',
    meaning:
      'An upload asks for something that cannot be done: wrong parameters, or an output that another job holds.',
    whatToDo:
      'Read .cloudreg/upload-error.json where the volumes would be, mend cloudreg.json, and upload it again.',
  }),
  logAlarm(deployment, LOG_EVENTS.deadLetterKept, {
    section: 'Dead letter kept',
    meaning:
      'Nobody can do anything with a dead letter: it is of a newer build, or no message of the program.',
    whatToDo: 'cloudreg dead-letters show <id>; redrive it once the newer build is there, else remove it.',
  }),
];

const logAlarm = (
  deployment: Deployment,
  event: EventName,
  text: Pick<LogAlarm, 'section' | 'meaning' | 'whatToDo'>,
): LogAlarm => ({
  kind: 'log',
  name: `${deployment.name}-${event}`,
  ...text,
  pattern: `{ $.event = "${event}" }`,
  metric: { namespace: metricsNamespace(deployment), name: `Log-${event}`, dimensions: {}, stat: 'Sum' },
  ...{ above: 0, periodSeconds: 300, periods: 1 },
});

const budgetAlarm = ({ deployment, budgetDollars }: AlarmOptions): BudgetAlarm => ({
  kind: 'budget',
  name: `${deployment.name}-cost`,
  section: 'Cost above budget',
  meaning: `80 % of the month's $${budgetDollars} are spent, or all of it will be at this pace.`,
  whatToDo:
    'See which service costs it; cancel jobs that need not run, or lower the largest size of its group.',
  monthlyDollars: budgetDollars,
  spentPercent: 80,
});
