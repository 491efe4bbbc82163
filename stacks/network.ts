/**
 * Where machines run: subnets that reach the internet and that nothing reaches. S3 and DynamoDB are reached through
 * gateways that cost nothing; through a NAT gateway a terabyte would cost $45 each way.
 */
import type { Output } from '@pulumi/pulumi';
import type { Cloud } from './cloud.ts';

export interface Network {
  readonly subnetIds: readonly Output<string>[];
  readonly securityGroupId: Output<string>;
}

const BLOCK = '10.42.0.0/16';
/** 4,000 machines in each zone. */
const subnetBlock = (zone: number): string => `10.42.${zone * 16}.0/20`;
const HTTPS = 443;

export function makeNetwork(cloud: Cloud): Network {
  const { aws, place } = cloud;
  const { name } = place.deployment;
  const vpc = new aws.ec2.Vpc('Network', {
    cidrBlock: BLOCK,
    enableDnsSupport: true,
    enableDnsHostnames: true,
    tags: { Name: name },
  });
  const gateway = new aws.ec2.InternetGateway('Internet', { vpcId: vpc.id });
  const routes = new aws.ec2.RouteTable('Routes', {
    vpcId: vpc.id,
    routes: [{ cidrBlock: '0.0.0.0/0', gatewayId: gateway.id }],
  });
  const subnetIds = place.zones.map((availabilityZone, zone) => {
    const subnet = new aws.ec2.Subnet(`Zone${zone}`, {
      vpcId: vpc.id,
      availabilityZone,
      cidrBlock: subnetBlock(zone),
    });
    new aws.ec2.RouteTableAssociation(`Zone${zone}Routes`, { subnetId: subnet.id, routeTableId: routes.id });
    return subnet.id;
  });
  for (const [title, service] of [
    ['S3', 's3'],
    ['DynamoDb', 'dynamodb'],
  ] as const)
    new aws.ec2.VpcEndpoint(`${title}Gateway`, {
      vpcId: vpc.id,
      serviceName: `com.amazonaws.${place.deployment.region}.${service}`,
      vpcEndpointType: 'Gateway',
      routeTableIds: [routes.id],
    });
  return { subnetIds, securityGroupId: makeSecurityGroup(cloud, vpc.id) };
}

/** Nothing comes in: people use Session Manager, which a machine calls itself. */
function makeSecurityGroup({ aws, place }: Cloud, vpcId: Output<string>): Output<string> {
  const group = new aws.ec2.SecurityGroup('Machines', {
    vpcId,
    description: `Machines of ${place.deployment.name}: nothing in, HTTPS out`,
    ingress: [],
    egress: [{ protocol: 'tcp', fromPort: HTTPS, toPort: HTTPS, cidrBlocks: ['0.0.0.0/0'] }],
  });
  return group.id;
}
