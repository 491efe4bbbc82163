/** Graphs with one mistake each, and the check that must see it: so that no check passes whatever it is given. */
import { pipeline } from '../../../services/pipeline.ts';
import { servicesOf } from '../../../stacks/services.ts';
import { attachedPolicies, openBuckets, strangers, wideResources, wildcardActions } from './access-faults.ts';
import { logGroupsOfNothing, namesOfNothing } from './dashboard-faults.ts';
import { changed, type Graph, without } from './graph.ts';
import { unencrypted, untagged } from './keeping-faults.ts';
import { fleetFaults, machineFaults, openDoors } from './machine-faults.ts';
import {
  queuesWithoutAlarm,
  queuesWithoutDeadLetters,
  sourcesThatLoseMessages,
  visibilitiesTooShort,
} from './queue-faults.ts';

type Mistake = readonly [
  what: string,
  check: (of: Graph) => readonly string[],
  mistake: (of: Graph) => Graph,
  told: RegExp,
];

const DEPLOYMENT = 'cloudreg-example';
const services = servicesOf(pipeline);

export const mistakes: readonly Mistake[] = [
  [
    'a queue without dead letters',
    queuesWithoutDeadLetters,
    (of) => changed(of, 'StitchingQueue', ({ redrivePolicy: _, ...rest }) => rest),
    /StitchingQueue/,
  ],
  [
    'a queue that gives up at once',
    queuesWithoutDeadLetters,
    (of) =>
      changed(of, 'PlansQueue', (inputs) => ({
        ...inputs,
        redrivePolicy: inputs.redrivePolicy.replace('50', '3'),
      })),
    /PlansQueue: a dead letter after 3/,
  ],
  [
    'dead letters that nobody watches',
    queuesWithoutAlarm,
    (of) => without(of, 'IngestDeadLettersAlarm'),
    /IngestDeadQueue/,
  ],
  [
    'an alarm that speaks to nobody',
    queuesWithoutAlarm,
    (of) => changed(of, 'PlansOldestMessageAlarm', (inputs) => ({ ...inputs, alarmActions: [] })),
    /PlansQueue/,
  ],
  [
    'a queue that shows a message while a function works on it',
    (of) => visibilitiesTooShort(of, services),
    (of) => changed(of, 'PlansFunction', (inputs) => ({ ...inputs, timeout: 900 })),
    /PlansQueue: hidden for 1800 s, work takes 5400 s/,
  ],
  [
    'a queue that shows a message while a machine works on it',
    (of) => visibilitiesTooShort(of, services),
    (of) => changed(of, 'StitchingQueue', (inputs) => ({ ...inputs, visibilityTimeoutSeconds: 30 })),
    /StitchingQueue/,
  ],
  [
    'a batch that fails as a whole',
    sourcesThatLoseMessages,
    (of) => changed(of, 'UploadsSource', ({ functionResponseTypes: _, ...rest }) => rest),
    /UploadsSource/,
  ],
  [
    'a bucket that may be made public',
    openBuckets,
    (of) => changed(of, 'RawPublicAccessBlock', (inputs) => ({ ...inputs, blockPublicPolicy: false })),
    /RawBucket/,
  ],
  [
    'a bucket without TLS',
    openBuckets,
    (of) =>
      changed(of, 'OutputPolicy', (inputs) => ({
        ...inputs,
        policy: inputs.policy.replace('Deny', 'Allow'),
      })),
    /OutputBucket/,
  ],
  [
    'a bucket that everybody may read',
    strangers,
    (of) =>
      changed(of, 'OutputPolicy', (inputs) => ({
        ...inputs,
        policy: inputs.policy.replace('{"Service":"cloudfront.amazonaws.com"}', '"*"'),
      })),
    /OutputPolicy/,
  ],
  [
    'a role that may do everything with S3',
    wildcardActions,
    (of) =>
      changed(of, 'StitchingRole', (inputs) =>
        JSON.parse(JSON.stringify(inputs).replace('s3:GetObject', 's3:*')),
      ),
    /StitchingRole: s3:\*/,
  ],
  [
    'a role that may send to every queue',
    (of) => wideResources(of, DEPLOYMENT),
    (of) =>
      changed(of, 'PlansFunctionRole', (inputs) =>
        JSON.parse(JSON.stringify(inputs).replace(/:cloudreg-example-plans\\"/, ':*\\"')),
      ),
    /PlansFunctionRole.*:\*/,
  ],
  [
    "a role with AWS's own permissions",
    attachedPolicies,
    (of) =>
      changed(of, 'IngestRole', (inputs) => ({
        ...inputs,
        managedPolicyArns: ['arn:aws:iam::aws:policy/X'],
      })),
    /IngestRole/,
  ],
  [
    'a subnet of nobody',
    (of) => untagged(of, DEPLOYMENT),
    (of) => changed(of, 'Zone1', ({ tags: _, ...rest }) => rest),
    /Zone1/,
  ],
  [
    'machines of nobody',
    (of) => untagged(of, DEPLOYMENT),
    (of) => changed(of, 'RegistrationFleet', ({ tags: _, ...rest }) => rest),
    /RegistrationFleet/,
  ],
  ['a bucket in clear', unencrypted, (of) => without(of, 'RawEncryption'), /RawBucket/],
  [
    'a queue in clear',
    unencrypted,
    (of) => changed(of, 'PlansDeadQueue', (inputs) => ({ ...inputs, sqsManagedSseEnabled: false })),
    /PlansDeadQueue/,
  ],
  [
    'a fleet that cuts off its work',
    (of) => fleetFaults(of, services),
    (of) =>
      changed(of, 'StitchingFleet', (inputs) =>
        JSON.parse(JSON.stringify(inputs).replace(/"heartbeatTimeout":\d+/, '"heartbeatTimeout":30')),
      ),
    /StitchingFleet: a busy machine is cut off/,
  ],
  [
    'a fleet that sleeps for ever',
    (of) => fleetFaults(of, services),
    (of) => without(of, 'IngestWakeAlarm'),
    /IngestFleet: nothing wakes it/,
  ],
  [
    'a fleet that sleeps while work is coming',
    (of) => fleetFaults(of, services),
    (of) =>
      changed(of, 'DownsamplingWakeAlarm', (inputs) =>
        JSON.parse(JSON.stringify(inputs).replaceAll('-stitching"', '-ingest"')),
      ),
    /DownsamplingFleet: does not wake for stitching/,
  ],
  [
    'a fleet that calculates with what is not there',
    (of) => fleetFaults(of, services),
    (of) =>
      changed(of, 'StitchingWakeAlarm', (inputs) =>
        JSON.parse(JSON.stringify(inputs).replace('"id":"waiting2"', '"id":"waiting9"')),
      ),
    /StitchingFleet: calculates with waiting2, which is no metric/,
  ],
  [
    'a backlog that is divided by no machine',
    (of) => fleetFaults(of, services),
    (of) =>
      changed(of, 'IngestBacklog', (inputs) =>
        JSON.parse(JSON.stringify(inputs).replace('FILL(machines, 0) > 0', '1 > 0')),
      ),
    /IngestFleet: divides by none/,
  ],
  [
    'metadata for any program of a machine',
    machineFaults,
    (of) =>
      changed(of, 'IngestTemplate', (inputs) => ({ ...inputs, metadataOptions: { httpTokens: 'optional' } })),
    /IngestTemplate/,
  ],
  [
    'a door',
    openDoors,
    (of) => changed(of, 'Machines', (inputs) => ({ ...inputs, ingress: [{ fromPort: 22 }] })),
    /Machines/,
  ],
  [
    'a graph of a metric that nobody counts',
    (of) => namesOfNothing(of, services),
    (of) =>
      changed(of, 'Dashboard', (inputs) => ({
        dashboardBody: inputs.dashboardBody.replace('TaskSeconds', 'TaskMinutes'),
      })),
    /TaskMinutes/,
  ],
  [
    'a graph of a queue that is not there',
    (of) => namesOfNothing(of, services),
    (of) => without(of, 'DownsamplingQueue'),
    /AWS\/SQS.*downsampling/,
  ],
  [
    'an alarm on lines that nothing counts',
    (of) => namesOfNothing(of, services),
    (of) => ({ resources: of.resources.filter(({ name }) => !name.startsWith('UploadRefusedLines')) }),
    /upload-refused/,
  ],
  ['a log of nobody', logGroupsOfNothing, (of) => without(of, 'Log'), /cloudreg\/cloudreg-example/],
];
