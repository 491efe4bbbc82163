/** Metrics of one service: what SQS and Auto Scaling count by themselves, and what the program emits. */
import { type Deployment, deadQueueName, queueName } from '../../shared/adapters/aws/deployment.ts';
import {
  metricsNamespace,
  SERVICE_METRICS,
  STEP_METRICS,
} from '../../shared/adapters/aws/metrics/metric-names.ts';
import { fleetName } from '../names.ts';
import type { Metric } from './widgets.ts';

/** As AWS names them. */
const SQS = 'AWS/SQS';
const AUTO_SCALING = 'AWS/AutoScaling';

type Shown = Pick<Metric, 'stat'> & Partial<Pick<Metric, 'label' | 'id' | 'hidden'>>;

export const queueMetric = (deployment: Deployment, queue: string, name: string, shown: Shown): Metric => ({
  namespace: SQS,
  name,
  dimensions: { QueueName: queueName(deployment, queue) },
  ...shown,
});

/** Messages that wait. */
export const backlog = (deployment: Deployment, queue: string, label = 'waiting'): Metric =>
  queueMetric(deployment, queue, 'ApproximateNumberOfMessagesVisible', { stat: 'Maximum', label });

export const inWork = (deployment: Deployment, queue: string): Metric =>
  queueMetric(deployment, queue, 'ApproximateNumberOfMessagesNotVisible', {
    stat: 'Maximum',
    label: 'in work',
  });

/** Leaves out messages that were received three times and more. */
export const oldestAge = (deployment: Deployment, queue: string): Metric =>
  queueMetric(deployment, queue, 'ApproximateAgeOfOldestMessage', {
    stat: 'Maximum',
    label: 'oldest message',
  });

export const deadLetters = (deployment: Deployment, queue: string): Metric => ({
  namespace: SQS,
  name: 'ApproximateNumberOfMessagesVisible',
  dimensions: { QueueName: deadQueueName(deployment, queue) },
  stat: 'Maximum',
  label: queue,
});

/** The group has to collect its metrics (`enabledMetrics`). */
export const workersInService = (
  deployment: Deployment,
  service: string,
  shown: Omit<Shown, 'stat'>,
): Metric => ({
  namespace: AUTO_SCALING,
  name: 'GroupInServiceInstances',
  dimensions: { AutoScalingGroupName: fleetName(deployment, service) },
  stat: 'Average',
  ...shown,
});

export const serviceMetric = (
  deployment: Deployment,
  service: string,
  name: keyof typeof SERVICE_METRICS,
  shown: Shown,
): Metric => ({
  namespace: metricsNamespace(deployment),
  name: SERVICE_METRICS[name],
  dimensions: { service },
  ...shown,
});

export const stepMetric = (
  deployment: Deployment,
  service: string,
  step: string,
  name: keyof typeof STEP_METRICS,
  shown: Shown,
): Metric => ({
  namespace: metricsNamespace(deployment),
  name: STEP_METRICS[name],
  dimensions: { service, step },
  ...shown,
});
