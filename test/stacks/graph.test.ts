import { describe, expect, it } from 'vitest';
import { pipeline } from '../../services/pipeline.ts';
import { alarmsOf } from '../../stacks/alarm-list.ts';
import { servicesOf } from '../../stacks/services.ts';
import {
  attachedPolicies,
  openBuckets,
  strangers,
  wideResources,
  wildcardActions,
} from './graph/access-faults.ts';
import { logGroupsOfNothing, namesOfNothing } from './graph/dashboard-faults.ts';
import { type Graph, ofType, readGraph } from './graph/graph.ts';
import { unencrypted, untagged } from './graph/keeping-faults.ts';
import { fleetFaults, machineFaults, openDoors } from './graph/machine-faults.ts';
import { mistakes } from './graph/mistakes.ts';
import { pipeline as withCells } from './graph/pipeline-with-cells.ts';
import {
  queuesWithoutAlarm,
  queuesWithoutDeadLetters,
  sourcesThatLoseMessages,
  visibilitiesTooShort,
} from './graph/queue-faults.ts';

const DEPLOYMENT = 'cloudreg-example';
const found = readGraph();
const graph = found ?? { resources: [] };
const services = servicesOf(pipeline);

type Check = (of: Graph) => readonly string[];
const checks: Readonly<Record<string, Check>> = {
  'every queue has a queue for its dead letters': queuesWithoutDeadLetters,
  'an alarm speaks of every queue': queuesWithoutAlarm,
  'a message stays hidden while it is worked on': (of) => visibilitiesTooShort(of, services),
  'a failed message brings back no others': sourcesThatLoseMessages,
  'no bucket is open, and none answers without TLS': openBuckets,
  'nothing is allowed to everybody': strangers,
  'no permission has a wildcard for its actions': wildcardActions,
  'every permission names what it is for': (of) => wideResources(of, DEPLOYMENT),
  'no permissions come from outside': attachedPolicies,
  'everything that can be is tagged': (of) => untagged(of, DEPLOYMENT),
  'everything that is stored is encrypted': unencrypted,
  'every service has a fleet that follows its backlog': (of) => fleetFaults(of, services),
  'machines start safely': machineFaults,
  'nothing comes in from the network': openDoors,
  'every metric in the dashboard and the alarms exists': (of) => namesOfNothing(of, services),
  'every log group exists': logGroupsOfNothing,
};

describe.skipIf(found === undefined)('the stacks', () => {
  for (const [claim, check] of Object.entries(checks))
    it(claim, () => {
      expect(check(graph)).toEqual([]);
    });

  it('are plain values', () => {
    const text = JSON.stringify(graph);
    expect(text).not.toMatch(/\[object|Calling \[toString|undefined|__pulumi/);
    for (const { type, name } of graph.resources) expect(`${type} ${name}`).toMatch(/^aws:\w+\/\w+:\w+ \w+$/);
  });

  it('have buckets for raw data, volumes and what expires', () => {
    const rules = ofType(graph, 's3/bucketLifecycleConfiguration');
    const expiring = rules.filter(({ inputs }) => JSON.stringify(inputs).includes('"expiration"'));
    expect(ofType(graph, 's3/bucket').map(({ name }) => name)).toEqual(
      expect.arrayContaining(['RawBucket', 'OutputBucket', 'IntermediatesBucket']),
    );
    expect(expiring.map(({ name }) => name)).toEqual(['IntermediatesLifecycle']);
    expect(ofType(graph, 's3/bucketVersioning').map(({ name }) => name)).toContain('RawVersioning');
  });

  it('have a table that can be brought back', () => {
    const [table] = ofType(graph, 'dynamodb/table');
    expect(table?.inputs).toMatchObject({
      ...{ name: `${DEPLOYMENT}-jobs`, hashKey: 'pk', rangeKey: 'sk', billingMode: 'PAY_PER_REQUEST' },
      ...{ pointInTimeRecovery: { enabled: true }, ttl: { attributeName: 'expires', enabled: true } },
    });
  });

  it('reach S3 and DynamoDB without a gateway that costs', () => {
    const endpoints = ofType(graph, 'ec2/vpcEndpoint');
    expect(endpoints.map(({ inputs }) => [inputs.serviceName, inputs.vpcEndpointType]).sort()).toEqual([
      ['com.amazonaws.us-east-1.dynamodb', 'Gateway'],
      ['com.amazonaws.us-east-1.s3', 'Gateway'],
    ]);
    expect(ofType(graph, 'ec2/natGateway')).toEqual([]);
  });

  it('let Neuroglancer read ranges from other pages', () => {
    const [cors] = ofType(graph, 's3/bucketCorsConfiguration');
    expect(cors?.inputs.corsRules[0].allowedMethods).toEqual(['GET', 'HEAD']);
    expect(cors?.inputs.corsRules[0].exposeHeaders).toEqual(
      expect.arrayContaining(['Content-Range', 'Content-Encoding', 'Content-Length', 'ETag']),
    );
  });

  it('have every alarm that the operator is told of', () => {
    const deployment = { name: DEPLOYMENT, region: 'us-east-1' };
    const named = ['cloudwatch/metricAlarm', 'budgets/budget'].flatMap((type) =>
      ofType(graph, type).map(({ inputs }) => inputs.name),
    );
    for (const { name } of alarmsOf({ deployment, services, budgetDollars: 500 }))
      expect(named).toContain(name);
  });

  it('start a job where an upload begins', () => {
    const [notification] = ofType(graph, 's3/bucketNotification');
    const suffixes = notification?.inputs.queues.map((one: { filterSuffix: string }) => one.filterSuffix);
    expect(suffixes).toEqual(['Experiment.ini', 'cloudreg.json']);
  });
});

describe.skipIf(found === undefined)('the checks see', () => {
  for (const [what, check, mistake, told] of mistakes)
    it(what, () => {
      expect(check(mistake(graph)).join('\n')).toMatch(told);
    });
});

describe.skipIf(found === undefined)('a service that is added to the pipeline', () => {
  const more = found && readGraph({ pipeline: './test/stacks/graph/pipeline-with-cells.ts' })!;
  const all = servicesOf(withCells);
  const added = () =>
    more!.resources
      .filter(({ type, name }) => !graph.resources.some((one) => one.type === type && one.name === name))
      .map(({ name }) => name);

  it('gets its queues, fleet, role, alarms and scaling', () => {
    expect(added()).toEqual(
      expect.arrayContaining([
        ...['CellDetectionQueue', 'CellDetectionDeadQueue', 'CellDetectionFleet', 'CellDetectionTemplate'],
        ...['CellDetectionRole', 'CellDetectionBacklog', 'CellDetectionWakeAlarm'],
        ...['CellDetectionDeadLettersAlarm', 'CellDetectionOldestMessageAlarm', 'CellDetectionStalledAlarm'],
      ]),
    );
  });

  it('passes every check', () => {
    expect(queuesWithoutDeadLetters(more!)).toEqual([]);
    expect(queuesWithoutAlarm(more!)).toEqual([]);
    expect(visibilitiesTooShort(more!, all)).toEqual([]);
    expect(fleetFaults(more!, all)).toEqual([]);
    expect(namesOfNothing(more!, all)).toEqual([]);
  });

  it('is seen in the dashboard, and sent to by the function of plans', () => {
    const named = (name: string) => JSON.stringify(more!.resources.find((one) => one.name === name)?.inputs);
    expect(named('Dashboard')).toContain('cell-detection: backlog');
    expect(named('PlansFunctionRole')).toContain('cloudreg-example-cell-detection');
  });

  it('gets machines of the size that its tasks ask for', () => {
    const fleet = more!.resources.find(({ name }) => name === 'CellDetectionFleet');
    const types: { instanceType: string }[] = fleet?.inputs.mixedInstancesPolicy.launchTemplate.overrides;
    for (const { instanceType } of types) expect(instanceType).toMatch(/^r\d[a-z]*\.xlarge$/);
  });
});

describe.skipIf(found === undefined)('viewers by address', () => {
  it('are let in by a list, and nobody else', () => {
    const settings = { CLOUDREG_VIEWER_ADDRESSES: '192.0.2.0/24, 2001:db8::/32' };
    const listed = readGraph({ settings })!;
    const [list] = ofType(listed, 'wafv2/webAcl');
    expect(list?.inputs).toMatchObject({ scope: 'CLOUDFRONT', defaultAction: { block: {} } });
    const sets = ofType(listed, 'wafv2/ipSet').map(({ inputs }) => inputs.addresses);
    expect(sets).toEqual([['192.0.2.0/24'], ['2001:db8::/32']]);
    expect(ofType(listed, 'cloudfront/distribution')[0]?.inputs.webAclId).toContain(
      'WebAcl/cloudreg-example-viewers',
    );
    expect(untagged(listed, DEPLOYMENT)).toEqual([]);
  });
});
