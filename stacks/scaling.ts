/**
 * How many machines a service has: none while nothing waits, one as soon as something does, then as many as finish the
 * backlog in a few minutes each.
 */
import type { Output } from '@pulumi/pulumi';
import { queueName } from '../shared/adapters/aws/deployment.ts';
import { type Cloud, pascal } from './cloud.ts';
import { machineTypesFor } from './machine-types.ts';
import { fleetName, type Place } from './names.ts';
import { longestSeconds, type Service } from './services.ts';

/** What waits for a machine is to be done in about this time; booting takes two minutes of it. */
const ACCEPTABLE_SECONDS = 600;
const MINUTE_SECONDS = 60;

/** Messages of one machine that it gets through in the acceptable time. */
export const messagesPerMachine = (service: Service): number =>
  Math.max(1, Math.floor((machineTypesFor(service).slots * ACCEPTABLE_SECONDS) / longestSeconds(service)));

export function scaleFleet(cloud: Cloud, service: Service, group: Output<string>): void {
  followBacklog(cloud, service, group);
  wakeFromZero(cloud, service, group);
}

/** With what is in work, or a fleet would leave before its last tasks are done. */
const BACKLOG = 'FILL(waiting, 0) + FILL(working, 0)';
/** A group without machines has no figure at all: nothing is divided by it. */
const BACKLOG_PER_MACHINE = `IF(FILL(machines, 0) > 0, (${BACKLOG}) / machines, 0)`;

function followBacklog({ aws, place }: Cloud, service: Service, group: Output<string>): void {
  new aws.autoscaling.Policy(`${pascal(service.name)}Backlog`, {
    name: `${fleetName(place.deployment, service.name)}-backlog`,
    autoscalingGroupName: group,
    policyType: 'TargetTrackingScaling',
    targetTrackingConfiguration: {
      targetValue: messagesPerMachine(service),
      customizedMetricSpecification: {
        metrics: [
          ...backlogMetrics(place, service).map(({ id, namespace, metricName, dimensions, stat }) => ({
            id,
            metricStat: {
              metric: {
                namespace,
                metricName,
                dimensions: Object.entries(dimensions).map(([name, value]) => ({ name, value })),
              },
              stat,
            },
            returnData: false,
          })),
          {
            id: 'perMachine',
            label: 'messages per machine',
            expression: BACKLOG_PER_MACHINE,
            returnData: true,
          },
        ],
      },
    },
  });
}

/** A ratio says nothing of a fleet of none: this adds the first machine. */
function wakeFromZero({ aws, place }: Cloud, service: Service, group: Output<string>): void {
  const name = `${fleetName(place.deployment, service.name)}-wake`;
  const policy = new aws.autoscaling.Policy(`${pascal(service.name)}Wake`, {
    name,
    autoscalingGroupName: group,
    policyType: 'StepScaling',
    adjustmentType: 'ChangeInCapacity',
    metricAggregationType: 'Maximum',
    stepAdjustments: [{ metricIntervalLowerBound: '0', scalingAdjustment: 1 }],
  });
  new aws.cloudwatch.MetricAlarm(`${pascal(service.name)}WakeAlarm`, {
    name,
    alarmDescription: `Messages wait for ${service.name} and it has no machine: starts one. No reason to worry.`,
    comparisonOperator: 'GreaterThanOrEqualToThreshold',
    threshold: 1,
    evaluationPeriods: 1,
    treatMissingData: 'notBreaching',
    metricQueries: [
      ...wakeMetrics(place, service).map(({ id, stat, ...metric }) => ({
        id,
        metric: { ...metric, stat, period: MINUTE_SECONDS },
        returnData: false,
      })),
      {
        id: 'asleep',
        label: 'messages that wait for a first machine',
        expression: 'IF(FILL(machines, 0) < 1, FILL(waiting, 0), 0)',
        returnData: true,
      },
    ],
    alarmActions: [policy.arn],
  });
}

const backlogMetrics = ({ deployment }: Place, { name }: Service) => [
  messages('waiting', 'ApproximateNumberOfMessagesVisible', queueName(deployment, name)),
  messages('working', 'ApproximateNumberOfMessagesNotVisible', queueName(deployment, name)),
  machines('GroupInServiceInstances', fleetName(deployment, name)),
];

/** One that boots counts: a second one would not start sooner. */
const wakeMetrics = ({ deployment }: Place, { name }: Service) => [
  messages('waiting', 'ApproximateNumberOfMessagesVisible', queueName(deployment, name)),
  machines('GroupDesiredCapacity', fleetName(deployment, name)),
];

const messages = (id: string, metricName: string, QueueName: string) => ({
  ...{ id, metricName, namespace: 'AWS/SQS', stat: 'Maximum' },
  dimensions: { QueueName },
});

const machines = (metricName: string, AutoScalingGroupName: string) => ({
  ...{ id: 'machines', metricName, namespace: 'AWS/AutoScaling', stat: 'Average' },
  dimensions: { AutoScalingGroupName },
});
