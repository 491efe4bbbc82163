/** Who could reach more of a graph than it needs; nobody, if all is well. */
import { allStatements, type Graph, type GraphStatement, ofType } from './graph.ts';

const BLOCKS = ['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets'];

export function openBuckets(graph: Graph): readonly string[] {
  const blocks = ofType(graph, 's3/bucketPublicAccessBlock');
  const policies = ofType(graph, 's3/bucketPolicy');
  return ofType(graph, 's3/bucket').flatMap(({ name, inputs }) => {
    const block = blocks.find((one) => one.inputs.bucket === inputs.bucket);
    const policy = policies.find((one) => one.inputs.bucket === inputs.bucket);
    const statements = allStatements({ resources: policy ? [policy] : [] });
    return [
      ...(BLOCKS.every((one) => block?.inputs[one] === true) ? [] : [`${name}: may be made public`]),
      ...(statements.some(refusesPlainText) ? [] : [`${name}: answers without TLS`]),
      ...(inputs.acl?.startsWith('public') ? [`${name}: public by its list`] : []),
    ];
  });
}

const refusesPlainText = ({ Effect, Condition }: GraphStatement): boolean =>
  Effect === 'Deny' && JSON.stringify(Condition) === '{"Bool":{"aws:SecureTransport":"false"}}';

/** Nobody of the whole world is allowed anything, by any policy. */
export const strangers = (graph: Graph): readonly string[] =>
  allowances(graph)
    .filter(({ Principal }) => JSON.stringify(Principal ?? '').includes('"*"'))
    .map(({ of, Action }) => `${of}: anybody may ${Action.join(', ')}`);

export const wildcardActions = (graph: Graph): readonly string[] =>
  allowances(graph).flatMap(({ of, Action }) =>
    Action.filter((action) => action.includes('*')).map((action) => `${of}: ${action}`),
  );

/** Session Manager's channels belong to no resource; a key's own policy speaks of that key. */
const NAMELESS = /^ssmmessages:/;

export function wideResources(graph: Graph, deployment: string): readonly string[] {
  const keys = ofType(graph, 'kms/key').map(({ name }) => name);
  return allowances(graph)
    .filter(({ of, Action }) => !keys.includes(of) && !Action.every((action) => NAMELESS.test(action)))
    .filter(({ Action }) => !Action.includes('sts:AssumeRole'))
    .flatMap(({ of, Action, Resource }) =>
      Resource.length === 0
        ? [`${of}: ${Action} on nothing`]
        : Resource.filter(isWide(deployment)).map((arn) => `${of}: ${Action} on ${arn}`),
    );
}

/** Of this deployment by name; machines have none, and are of this account and region. */
const isWide =
  (deployment: string) =>
  (arn: string): boolean =>
    !arn.includes(deployment) && !/^arn:aws:ec2:[a-z0-9-]+:\d{12}:instance\/\*$/.test(arn);

const allowances = (graph: Graph): readonly GraphStatement[] =>
  allStatements(graph).filter(({ Effect }) => Effect === 'Allow');

export const attachedPolicies = ({ resources }: Graph): readonly string[] =>
  resources
    .filter(({ type, inputs }) => type.includes('Attachment:') || inputs.managedPolicyArns?.length > 0)
    .map(({ name }) => `${name}: permissions from outside`);
