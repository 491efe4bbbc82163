/** Permissions to be given to people, as policies that an administrator attaches to their users or groups. */
import { type Cloud, pascal } from './cloud.ts';
import { roleName } from './names.ts';
import { operatorStatements, uploaderStatements } from './permissions.ts';
import { policyText, type Statement } from './policy.ts';

export function makePolicies(cloud: Cloud): void {
  const { place, services } = cloud;
  makePolicy(cloud, 'operator', 'Begins, watches and mends jobs', operatorStatements(place, services));
  makePolicy(cloud, 'uploader', 'Uploads acquisitions and reads volumes', uploaderStatements(place));
}

function makePolicy(
  { aws, place }: Cloud,
  use: string,
  description: string,
  statements: readonly Statement[],
): void {
  new aws.iam.Policy(`${pascal(use)}Policy`, {
    name: roleName(place.deployment, use),
    description,
    policy: policyText(statements),
  });
}
