/** The alarms of alarm-list.ts on AWS, each of which speaks on the topic. */
import type { Output } from '@pulumi/pulumi';
import {
  type AlarmSpec,
  alarmsOf,
  type ExpressionAlarm,
  type LogAlarm,
  type MetricAlarm,
} from './alarm-list.ts';
import { makeBudget } from './budget.ts';
import { type Cloud, pascal } from './cloud.ts';
import type { Metric } from './dashboard/widgets.ts';

interface Speaking {
  readonly topicArn: Output<string>;
  readonly logGroup: Output<string>;
}

export function makeAlarms(cloud: Cloud, speaking: Speaking): void {
  const { place, services, settings } = cloud;
  const { deployment } = place;
  const budgetDollars = settings.monthlyBudgetDollars;
  for (const alarm of alarmsOf({ deployment, services, budgetDollars })) makeAlarm(cloud, alarm, speaking);
}

function makeAlarm(cloud: Cloud, alarm: AlarmSpec, speaking: Speaking): void {
  if (alarm.kind === 'budget') {
    makeBudget(cloud, alarm, speaking.topicArn);
    return;
  }
  if (alarm.kind === 'log') countLines(cloud, alarm, speaking.logGroup);
  const what = alarm.kind === 'expression' ? { metricQueries: queriesOf(alarm) } : oneMetric(alarm);
  watch(cloud, alarm, what, speaking);
}

type Watched = MetricAlarm | LogAlarm | ExpressionAlarm;

function watch({ aws, place }: Cloud, alarm: Watched, what: object, { topicArn }: Speaking): void {
  new aws.cloudwatch.MetricAlarm(`${logicalName(alarm, place.deployment.name)}Alarm`, {
    name: alarm.name,
    alarmDescription: `${alarm.meaning}\n\n${alarm.whatToDo}\n\ndocs/operations.md: ${alarm.section}`,
    comparisonOperator: 'GreaterThanThreshold',
    threshold: alarm.above,
    evaluationPeriods: alarm.periods,
    treatMissingData: 'notBreaching',
    ...what,
    alarmActions: [topicArn],
    okActions: [topicArn],
  });
}

/** Without the deployment's name, which each stack has of its own. */
const logicalName = ({ name }: AlarmSpec, deployment: string): string =>
  pascal(name.slice(deployment.length + 1));

function countLines({ aws, place }: Cloud, alarm: LogAlarm, logGroupName: Output<string>): void {
  new aws.cloudwatch.LogMetricFilter(`${logicalName(alarm, place.deployment.name)}Lines`, {
    name: alarm.name,
    logGroupName,
    pattern: alarm.pattern,
    metricTransformation: { namespace: alarm.metric.namespace, name: alarm.metric.name, value: '1' },
  });
}

const oneMetric = ({ metric, periodSeconds }: MetricAlarm | LogAlarm): object => ({
  namespace: metric.namespace,
  metricName: metric.name,
  dimensions: { ...metric.dimensions },
  statistic: metric.stat,
  period: periodSeconds,
});

function queriesOf({ metrics, expression, meaning, periodSeconds }: ExpressionAlarm): object[] {
  return [
    ...metrics.map((metric) => queryOf(metric, periodSeconds)),
    { id: 'alarm', label: meaning, expression, returnData: true },
  ];
}

const queryOf = ({ id, namespace, name, dimensions, stat }: Metric, period: number): object => ({
  id,
  metric: { namespace, metricName: name, dimensions: { ...dimensions }, stat, period },
  returnData: false,
});
