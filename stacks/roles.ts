/** A role for each program, with its permissions written into it: nothing is shared, nothing is attached from outside. */
import type { Output } from '@pulumi/pulumi';
import { type Cloud, pascal } from './cloud.ts';
import { roleName } from './names.ts';
import { policyText, type Statement, trustOf } from './policy.ts';

/** ARN of a function's role. */
export const makeFunctionRole = (
  cloud: Cloud,
  use: string,
  statements: readonly Statement[],
): Output<string> => makeRole(cloud, `${use}-function`, 'lambda.amazonaws.com', statements).arn;

/** ARN of the instance profile of a service's machines. */
export function makeMachineProfile(
  cloud: Cloud,
  service: string,
  statements: readonly Statement[],
): Output<string> {
  const role = makeRole(cloud, service, 'ec2.amazonaws.com', statements);
  const profile = new cloud.aws.iam.InstanceProfile(`${pascal(service)}Machine`, {
    name: roleName(cloud.place.deployment, service),
    role: role.name,
  });
  return profile.arn;
}

function makeRole(
  { aws, place }: Cloud,
  use: string,
  service: Parameters<typeof trustOf>[0],
  statements: readonly Statement[],
) {
  return new aws.iam.Role(`${pascal(use)}Role`, {
    name: roleName(place.deployment, use),
    assumeRolePolicy: trustOf(service),
    inlinePolicies: [{ name: 'work', policy: policyText(statements) }],
  });
}
