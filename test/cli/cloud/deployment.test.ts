import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findDeployment, requireDeployment } from '../../../cli/deployment.ts';
import { inFolder } from '../../end-to-end/binary.ts';

/** An environment whose user has no deployment file. */
const NOBODY = { XDG_CONFIG_HOME: '/nowhere' };

const withFile = <T>(value: unknown, test: (environment: Record<string, string>) => Promise<T>) =>
  inFolder((folder) => {
    const file = join(folder, 'deployment.json');
    writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value));
    return test({ ...NOBODY, CLOUDREG_DEPLOYMENT_FILE: file });
  });

describe('which deployment is meant', () => {
  it('is nobody, where nobody names one', async () => {
    expect(await findDeployment({}, { ...NOBODY, AWS_REGION: 'us-east-1' })).toBeUndefined();
    await expect(requireDeployment({}, NOBODY)).rejects.toThrow('Use --deployment and --region');
  });

  it('is said by flags before the environment, by the environment before the file', () =>
    withFile({ name: 'of-file', region: 'of-file-1' }, async (file) => {
      expect(await findDeployment({}, file)).toMatchObject({ name: 'of-file', region: 'of-file-1' });
      const both = { ...file, CLOUDREG_DEPLOYMENT: 'of-environment', AWS_REGION: 'us-west-2' };
      expect(await findDeployment({}, both)).toMatchObject({
        name: 'of-environment',
        saidBy: { name: 'CLOUDREG_DEPLOYMENT', region: 'AWS_REGION' },
      });
      expect(await findDeployment({ deployment: 'of-flag' }, both)).toEqual({
        name: 'of-flag',
        region: 'us-west-2',
        saidBy: { name: '--deployment', region: 'AWS_REGION' },
      });
    }));

  it('lies in the file of the user', () =>
    inFolder(async (folder) => {
      const { mkdirSync } = await import('node:fs');
      mkdirSync(join(folder, 'cloudreg'));
      const path = join(folder, 'cloudreg', 'deployment.json');
      writeFileSync(path, '{"name": "cloudreg-dev", "region": "us-east-1"}');
      const found = await findDeployment({}, { XDG_CONFIG_HOME: folder });
      expect(found).toMatchObject({ name: 'cloudreg-dev', saidBy: { name: path } });
    }));

  it.each([
    ['{', 'is not JSON'],
    [{ name: 'Cloud Reg', region: 'us-east-1' }, '"name" in'],
    [{ name: 'cloudreg-dev', regoin: 'us-east-1' }, 'regoin'],
    [{ name: 'cloudreg-dev' }, 'has no region. Use --region'],
  ])('refuses a file that holds %j', (value, why) =>
    withFile(value, async (environment) => {
      await expect(findDeployment({}, environment)).rejects.toThrow(why);
    }),
  );

  it('refuses a name that no queue could have, and says who gave it', async () => {
    const flags = { deployment: 'Dev!', region: 'us-east-1' };
    await expect(findDeployment(flags, NOBODY)).rejects.toThrow(
      'The deployment "Dev!" (--deployment) cannot be one',
    );
  });

  it('refuses a named file that is not there', async () => {
    const environment = { ...NOBODY, CLOUDREG_DEPLOYMENT_FILE: '/nowhere/deployment.json' };
    await expect(findDeployment({}, environment)).rejects.toThrow('CLOUDREG_DEPLOYMENT_FILE cannot be read');
  });
});
