/** AWS as Pulumi sees it while the graph is made: nothing is asked of anybody, and every resource gets what it asks for. */
import { arnsIn, type Place } from '../names.ts';

/** A deployment that is none: the account number is AWS's own for examples. */
export const EXAMPLE: Place = {
  deployment: { name: 'cloudreg-example', region: 'us-east-1' },
  account: '123456789012',
  partition: 'aws',
  zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
};

export interface GraphResource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** As Pulumi's mocks are given them. */
interface MadeResource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

interface Question {
  readonly token: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

type State = Readonly<Record<string, unknown>>;

/** What AWS would add to a resource, as far as others need it. */
export function madeOf(place: Place, { type, name, inputs }: MadeResource): { id: string; state: State } {
  const given = inputs as Readonly<Record<string, string | undefined>>;
  const own = given.name ?? given.bucket ?? name;
  const state = { ...inputs, ...addedTo(place, type, own) };
  return { id: (given.name ?? given.bucket) ? own : `${name}-id`, state };
}

function addedTo({ account, partition, deployment }: Place, type: string, name: string): State {
  const arn = arnsIn({ account, partition, deployment, zones: [] });
  const { region } = deployment;
  switch (type) {
    case 'aws:s3/bucket:Bucket':
      return { bucket: name, arn: `arn:${partition}:s3:::${name}` };
    case 'aws:sqs/queue:Queue':
      return { name, arn: arn('sqs', name), url: `https://sqs.${region}.amazonaws.com/${account}/${name}` };
    case 'aws:lambda/function:Function':
      return { name, arn: arn('lambda', `function:${name}`) };
    case 'aws:iam/role:Role':
    case 'aws:iam/instanceProfile:InstanceProfile':
      return {
        name,
        arn: `arn:${partition}:iam::${account}:${type.includes('role') ? 'role' : 'instance-profile'}/${name}`,
      };
    case 'aws:sns/topic:Topic':
      return { arn: arn('sns', name) };
    case 'aws:cloudfront/distribution:Distribution':
      return {
        arn: `arn:${partition}:cloudfront::${account}:distribution/${name}`,
        domainName: `${name.toLowerCase()}.cloudfront.net`,
      };
    case 'aws:ec2/launchTemplate:LaunchTemplate':
      return { latestVersion: 1 };
    default:
      return { name, arn: arn(type.split(':')[1]!.split('/')[0]!, `${type.split(':')[2]!}/${name}`) };
  }
}

/** The stacks ask nothing; sst's components ask where they are. */
export function answerTo(
  { account, partition, deployment, zones }: Place,
  { token, inputs }: Question,
): State {
  if (token.includes('getCallerIdentity')) return { accountId: account };
  if (token.includes('getRegion')) return { region: deployment.region, name: deployment.region };
  if (token.includes('getPartition')) return { partition };
  if (token.includes('getAvailabilityZones')) return { names: zones };
  if (token.includes('getPolicyDocument')) return { json: JSON.stringify({ Statement: inputs.statements }) };
  throw new Error(`The stacks ask AWS for ${token}, which has no answer without an account.`);
}
