/** How many machines a service has: AWS is given the rules of `shared/hosts/scaling.ts`. */
import type { Output } from '@pulumi/pulumi';
import { queueName } from '../shared/adapters/aws/deployment.ts';
import { backlogPerMachine, messagesPerMachine, reasonsToWake } from '../shared/hosts/scaling.ts';
import { type Cloud, pascal } from './cloud.ts';
import { machineTypesFor } from './machine-types.ts';
import { fleetName, type Place } from './names.ts';
import { longestSeconds, type Service } from './services.ts';

const MINUTE_SECONDS = 60;

const targetOf = (service: Service): number =>
  messagesPerMachine(machineTypesFor(service).slots, longestSeconds(service));

export function scaleFleet(cloud: Cloud, service: Service, group: Output<string>): void {
  followBacklog(cloud, service, group);
  wakeFromZero(cloud, service, group);
}

function followBacklog({ aws, place }: Cloud, service: Service, group: Output<string>): void {
  new aws.autoscaling.Policy(`${pascal(service.name)}Backlog`, {
    name: `${fleetName(place.deployment, service.name)}-backlog`,
    autoscalingGroupName: group,
    policyType: 'TargetTrackingScaling',
    targetTrackingConfiguration: {
      targetValue: targetOf(service),
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
            expression: backlogPerMachine(service.before.length, targetOf(service)),
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
    alarmDescription: `Work waits for ${service.name} or is coming, and it has no machine: starts one. No reason to worry.`,
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
        label: 'messages that wait for a first machine, or will',
        expression: reasonsToWake(service.before.length),
        returnData: true,
      },
    ],
    alarmActions: [policy.arn],
  });
}

const backlogMetrics = (place: Place, service: Service) => [
  ...backlogOf(place, service.name, ''),
  ...comingMetrics(place, service),
  machines('GroupInServiceInstances', fleetName(place.deployment, service.name)),
];

/** One that boots counts: a second one would not start sooner. */
const wakeMetrics = (place: Place, service: Service) => [
  ...backlogOf(place, service.name, '').slice(0, 1),
  ...comingMetrics(place, service),
  machines('GroupDesiredCapacity', fleetName(place.deployment, service.name)),
];

const comingMetrics = (place: Place, { before }: Service) =>
  before.flatMap((name, index) => backlogOf(place, name, index + 1));

const backlogOf = ({ deployment }: Place, service: string, number: number | '') => [
  messages(`waiting${number}`, 'ApproximateNumberOfMessagesVisible', queueName(deployment, service)),
  messages(`working${number}`, 'ApproximateNumberOfMessagesNotVisible', queueName(deployment, service)),
];

const messages = (id: string, metricName: string, QueueName: string) => ({
  ...{ id, metricName, namespace: 'AWS/SQS', stat: 'Maximum' },
  dimensions: { QueueName },
});

const machines = (metricName: string, AutoScalingGroupName: string) => ({
  ...{ id: 'machines', metricName, namespace: 'AWS/AutoScaling', stat: 'Average' },
  dimensions: { AutoScalingGroupName },
});
