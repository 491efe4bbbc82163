import { describe, expect, it } from 'vitest';
import { inspectDeployment } from '../../../cli/cloud/inspect-deployment.ts';
import { AwsError } from '../../../shared/adapters/aws/aws-errors.ts';
import { memoryCloud } from './memory-cloud.ts';

const flags = { deployment: 'cloudreg-test', region: 'eu-central-1' };

describe('what doctor says of a deployment', () => {
  it('is which one it is, who named it, and that it can be reached', async () => {
    const findings = await inspectDeployment(flags, async () => memoryCloud());
    expect(findings).toMatchObject([
      { found: 'cloudreg-test (from --deployment) in eu-central-1 (from --region)', verdict: 'good' },
      { what: 'AWS', verdict: 'good' },
    ]);
  });

  it('is what cannot be reached', async () => {
    const cloud = memoryCloud();
    const table = {
      ...cloud.engine.table,
      getJob: () => Promise.reject(new Error('no such table. Deploy.')),
    };
    const broken = { ...cloud, engine: { ...cloud.engine, table } };
    const [, aws] = await inspectDeployment(flags, async () => broken);
    expect(aws).toMatchObject({ verdict: 'bad', found: 'table: no such table. Deploy.' });
  });

  it('is what AWS refuses, and names that cannot be', async () => {
    const resource = { name: 'table x', region: 'eu-central-1' };
    const refuse = () => Promise.reject(new AwsError('denied', resource, 'access denied', 'Ask.'));
    expect(await inspectDeployment(flags, refuse)).toMatchObject([{ verdict: 'bad' }]);
    expect(await inspectDeployment({ deployment: 'X', region: 'y' })).toMatchObject([{ verdict: 'bad' }]);
  });
});
