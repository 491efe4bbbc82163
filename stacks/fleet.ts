/** The machines of a service: a launch template, and a group that starts spot machines of whatever type is to be had. */
import { type Cloud, pascal } from './cloud.ts';
import { machineTypesFor } from './machine-types.ts';
import { DEPLOYMENT_TAG, DRAIN_HOOK, fleetName } from './names.ts';
import type { Network } from './network.ts';
import { fleetStatements } from './permissions.ts';
import { machineStart } from './program-bundle.ts';
import { makeMachineProfile } from './roles.ts';
import { scaleFleet } from './scaling.ts';
import { longestSeconds, type Service } from './services.ts';

/** Amazon Linux 2023, as AWS last published it: looked up when a machine starts. */
const IMAGE = 'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
/** System, program and logs; pixels stream through memory, or lie on the local disk where there is one. */
const DISK_GIB = 20;
/** From start to its first message. */
const WARMUP_SECONDS = 120;
/** A machine that leaves ends its tasks first: the hook must outlast the longest, and AWS takes at most two hours. */
const TIMES_LONGEST_TASK = 4;
const SHORTEST_DRAIN_SECONDS = 900;
const LONGEST_DRAIN_SECONDS = 7200;

export const drainSeconds = (service: Service): number =>
  Math.min(
    LONGEST_DRAIN_SECONDS,
    Math.max(SHORTEST_DRAIN_SECONDS, Math.ceil(TIMES_LONGEST_TASK * longestSeconds(service))),
  );

export function makeFleet(cloud: Cloud, service: Service, network: Network): void {
  const { aws, place, settings } = cloud;
  const name = fleetName(place.deployment, service.name);
  const template = makeTemplate(cloud, service, network);
  const group = new aws.autoscaling.Group(
    `${pascal(service.name)}Fleet`,
    {
      name,
      minSize: 0,
      maxSize: settings.mostMachines,
      vpcZoneIdentifiers: [...network.subnetIds],
      capacityRebalance: true,
      defaultInstanceWarmup: WARMUP_SECONDS,
      healthCheckType: 'EC2',
      // Nothing waits for machines while the stacks are made: there is no work yet.
      waitForCapacityTimeout: '0',
      metricsGranularity: '1Minute',
      enabledMetrics: ['GroupDesiredCapacity', 'GroupInServiceInstances'],
      mixedInstancesPolicy: {
        instancesDistribution: {
          onDemandBaseCapacity: 0,
          onDemandPercentageAboveBaseCapacity: 0,
          spotAllocationStrategy: 'price-capacity-optimized',
        },
        launchTemplate: {
          launchTemplateSpecification: {
            launchTemplateId: template.id,
            version: template.latestVersion.apply(String),
          },
          overrides: machineTypesFor(service).types.map((instanceType) => ({ instanceType })),
        },
      },
      // Made with the group, so that no machine ever leaves without it.
      initialLifecycleHooks: [
        {
          name: DRAIN_HOOK,
          lifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
          heartbeatTimeout: drainSeconds(service),
          defaultResult: 'CONTINUE',
        },
      ],
      tags: [
        { key: 'Name', value: name, propagateAtLaunch: true },
        { key: DEPLOYMENT_TAG, value: place.deployment.name, propagateAtLaunch: true },
      ],
    },
    // Its own policies change it.
    { ignoreChanges: ['desiredCapacity'] },
  );
  scaleFleet(cloud, service, group.name);
}

function makeTemplate(cloud: Cloud, service: Service, network: Network) {
  const { aws, place } = cloud;
  const name = fleetName(place.deployment, service.name);
  const tags = { Name: name, [DEPLOYMENT_TAG]: place.deployment.name };
  return new aws.ec2.LaunchTemplate(`${pascal(service.name)}Template`, {
    name,
    imageId: IMAGE,
    updateDefaultVersion: true,
    // The program shuts its machine down when its work has ended.
    instanceInitiatedShutdownBehavior: 'terminate',
    // No key: nobody logs in by SSH.
    iamInstanceProfile: {
      arn: makeMachineProfile(cloud, service.name, fleetStatements(place, service)),
    },
    metadataOptions: {
      httpEndpoint: 'enabled',
      httpTokens: 'required',
      httpPutResponseHopLimit: 1,
      instanceMetadataTags: 'disabled',
    },
    networkInterfaces: [
      {
        associatePublicIpAddress: 'true',
        deleteOnTermination: 'true',
        securityGroups: [network.securityGroupId],
      },
    ],
    blockDeviceMappings: [
      {
        deviceName: '/dev/xvda',
        ebs: {
          volumeType: 'gp3',
          volumeSize: DISK_GIB,
          encrypted: 'true',
          deleteOnTermination: 'true',
        },
      },
    ],
    monitoring: { enabled: false },
    tagSpecifications: ['instance', 'volume', 'network-interface'].map((resourceType) => ({
      resourceType,
      tags,
    })),
    userData: Buffer.from(machineStart(cloud, service.name)).toString('base64'),
  });
}
