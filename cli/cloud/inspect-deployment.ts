/** What `doctor` says of the deployment: which one, who named it, and whether it can be reached. */
import { AwsError } from '../../shared/adapters/aws/aws-errors.ts';
import { type ChosenDeployment, type DeploymentFlags, findDeployment } from '../deployment.ts';
import { RefusedError } from '../errors.ts';
import type { Finding } from '../inspection.ts';
import { deploymentProblems } from './access.ts';
import { type Cloud, openCloud } from './cloud.ts';

const WHAT = 'deployment';
const NOT_NEEDED = 'Only work on AWS needs it.';

export async function inspectDeployment(
  flags: DeploymentFlags,
  open: (flags: DeploymentFlags) => Promise<Cloud> = openCloud,
): Promise<Finding[]> {
  try {
    const chosen = await findDeployment(flags);
    if (!chosen) return [{ what: WHAT, verdict: 'good', found: 'none named (only work on AWS needs one)' }];
    return [nameFinding(chosen), ...(await reachFindings(await open(flags)))];
  } catch (error) {
    if (!(error instanceof RefusedError || error instanceof AwsError)) throw error;
    return [{ what: WHAT, verdict: 'bad', found: error.message, advice: NOT_NEEDED }];
  }
}

const nameFinding = ({ name, region, saidBy }: ChosenDeployment): Finding => ({
  what: WHAT,
  verdict: 'good',
  found: `${name} (from ${saidBy.name}) in ${region} (from ${saidBy.region})`,
});

async function reachFindings(cloud: Cloud): Promise<Finding[]> {
  const problems = await deploymentProblems(cloud);
  if (problems.length === 0) return [{ what: 'AWS', verdict: 'good', found: 'table and queues are there' }];
  return problems.map((found) => ({ what: 'AWS', verdict: 'bad', found, advice: NOT_NEEDED }));
}
