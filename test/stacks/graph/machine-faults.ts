/** What is wrong with the fleets of a graph; nothing, if all is well. */
import { longestSeconds, type Service } from '../../../stacks/services.ts';
import { type Graph, ofType, type Resource } from './graph.ts';

export function fleetFaults(graph: Graph, services: readonly Service[]): readonly string[] {
  const groups = ofType(graph, 'autoscaling/group');
  return services.flatMap((service) => {
    const group = groups.find(({ inputs }) => inputs.name.endsWith(`-${service.name}`));
    if (group === undefined) return [`${service.name}: no fleet`];
    return [...groupFaults(group, service), ...scalingFaults(graph, group, service)].map(
      (fault) => `${group.name}: ${fault}`,
    );
  });
}

function groupFaults({ inputs }: Resource, service: Service): readonly string[] {
  const { mixedInstancesPolicy, initialLifecycleHooks = [] } = inputs;
  const { instancesDistribution, launchTemplate } = mixedInstancesPolicy;
  const leaving = initialLifecycleHooks.find(
    (hook: { lifecycleTransition: string }) =>
      hook.lifecycleTransition === 'autoscaling:EC2_INSTANCE_TERMINATING',
  );
  const checks: readonly [boolean, string][] = [
    [launchTemplate.overrides.length >= 6, 'fewer than six types'],
    [instancesDistribution.spotAllocationStrategy === 'price-capacity-optimized', 'another allocation'],
    [inputs.capacityRebalance === true, 'spot machines are not replaced ahead'],
    [inputs.minSize === 0, 'machines without work'],
    [inputs.enabledMetrics.includes('GroupInServiceInstances'), 'does not count its machines'],
    [leaving?.heartbeatTimeout > longestSeconds(service), 'a busy machine is cut off'],
  ];
  return checks.filter(([isFine]) => !isFine).map(([, fault]) => fault);
}

function scalingFaults(graph: Graph, group: Resource, { before }: Service): readonly string[] {
  const policies = ofType(graph, 'autoscaling/policy').filter(
    ({ inputs }) => inputs.autoscalingGroupName === group.inputs.name,
  );
  const target = policies.find(({ inputs }) => inputs.policyType === 'TargetTrackingScaling');
  const metrics: readonly Metric[] =
    target?.inputs.targetTrackingConfiguration.customizedMetricSpecification.metrics ?? [];
  const expression = metrics.at(-1)?.expression ?? '';
  const step = policies.find(({ inputs }) => inputs.policyType === 'StepScaling');
  const alarm = ofType(graph, 'cloudwatch/metricAlarm').find(({ inputs }) =>
    inputs.alarmActions.some((action: string) => action.endsWith(`/${step?.inputs.name}`)),
  );
  const seen = JSON.stringify(alarm?.inputs.metricQueries ?? []);
  return [
    ...(/^IF\(FILL\(machines, 0\) > 0, .+ \/ machines, 0\)$/.test(expression) ? [] : ['divides by none']),
    ...(alarm ? [] : ['nothing wakes it']),
    ...before.filter((name) => !seen.includes(`-${name}"`)).map((name) => `does not wake for ${name}`),
    ...[metrics, (alarm?.inputs.metricQueries ?? []) as readonly Metric[]].flatMap(metricFaults),
  ];
}

interface Metric {
  readonly id: string;
  readonly expression?: string;
}

/** As many as an alarm takes, and none that is not there. */
const MOST_METRICS = 10;

function metricFaults(metrics: readonly Metric[]): readonly string[] {
  const [names, ids] = [/\b[a-z]\w*/g, metrics.map(({ id }) => id)];
  const unknown = metrics
    .flatMap(({ expression = '' }) => expression.match(names) ?? [])
    .filter((name) => !ids.includes(name));
  return [
    ...(metrics.length > MOST_METRICS ? [`${metrics.length} metrics in one alarm`] : []),
    ...new Set(unknown.map((name) => `calculates with ${name}, which is no metric`)),
  ];
}

export const machineFaults = (graph: Graph): readonly string[] =>
  ofType(graph, 'ec2/launchTemplate').flatMap(({ name, inputs }) => {
    const checks: readonly [boolean, string][] = [
      [inputs.metadataOptions.httpTokens === 'required', 'metadata without a token'],
      [inputs.keyName === undefined, 'a key for SSH'],
      [/^resolve:ssm:.*al2023/.test(inputs.imageId), 'an image that grows old'],
      [Buffer.from(inputs.userData, 'base64').length <= 16_384, 'more user data than EC2 takes'],
    ];
    return checks.filter(([isFine]) => !isFine).map(([, fault]) => `${name}: ${fault}`);
  });

export const openDoors = (graph: Graph): readonly string[] =>
  ofType(graph, 'ec2/securityGroup')
    .filter(({ inputs }) => inputs.ingress.length > 0)
    .map(({ name }) => `${name}: lets somebody in`);
