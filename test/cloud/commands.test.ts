/**
 * The commands of a deployment as a user types them, against servers on loopback: the built program, or in this process
 * what is only looked at or refused.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { boxAt } from '../../shared/geometry/box.ts';
import { openVolume } from '../../shared/volume/open-volume.ts';
import { cloudregHere, folderForTests, lastObject } from '../end-to-end/binary.ts';
import { writeSmallAcquisition } from '../end-to-end/small-acquisition.ts';
import { testVolume } from '../export/volumes.ts';
import { runsAll } from '../long.ts';
import { type LocalCloud, startLocalCloud } from './local-cloud.ts';
import { runProgram } from './program.ts';
import { uploadFolder } from './upload-folder.ts';

// Each test starts the program, on machines that are busy.
vi.setConfig({ testTimeout: 120_000 });

const RAW = 's3://raw/brain';
const home = folderForTests();
let cloud: LocalCloud;

beforeAll(async () => {
  cloud = await startLocalCloud({ logFolder: join(home.path, 'logs') });
  writeSmallAcquisition(join(home.path, 'raw'));
  await uploadFolder(join(home.path, 'raw'), cloud.store(RAW));
  for (const [name, value] of Object.entries(cloud.environment)) vi.stubEnv(name, value);
}, 60_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await cloud.stop();
  home.remove();
});

const enqueue = (output: string, ...words: string[]) =>
  cloud.run(['enqueue', RAW, output, ...words, '--json']);

describe('a job is given to a deployment', () => {
  it('and seen, cancelled and resumed by its id or its output', async () => {
    const output = 's3://volumes/one';
    const begun = await enqueue(output);
    expect(begun).toMatchObject({ exitCode: 0, err: '' });
    const { jobId } = lastObject(begun.out) as { jobId: string };
    const status = await cloud.run(['status', output, '--json']);
    expect(lastObject(status.out)).toMatchObject({ jobId, status: 'waiting', deployment: 'cloudreg-local' });
    expect((await cloudregHere('cancel', jobId)).exitCode).toBe(0);
    expect((await cloudregHere('status', jobId)).out).toContain(': cancelled');
    expect((await cloudregHere('resume', jobId)).exitCode).toBe(0);
    const jobs = await cloudregHere('jobs');
    expect(jobs.out).toContain(`${jobId}  waiting`);
    expect(jobs.out).toMatch(/plans +2 waiting, 0 in work/);
    expect((await cloudregHere('logs', jobId)).out).toContain('/cloudreg/cloudreg-local');
  });

  const shape = { dataType: 'uint8', sizeVoxels: [20, 16, 8], chunkSize: [8, 8, 8] } as const;

  it('as a conversion, too', async () => {
    await testVolume(shape, cloud.store('s3://raw/volume'));
    const places = ['s3://raw/volume', 's3://volumes/converted'];
    const begun = await cloud.run(['convert', ...places, '--sharded', '--enqueue', '--json']);
    expect(begun).toMatchObject({ exitCode: 0, err: '' });
    expect(lastObject(begun.out)).toMatchObject({ event: 'enqueued', deployment: 'cloudreg-local' });
    const { jobId } = lastObject(begun.out) as { jobId: string };
    expect((await cloudregHere('status', jobId)).out).toMatch(/ingest\.inspect[\s\S]*ingest\.convert/);
  });

  it.runIf(runsAll)('and a conversion is done by its consumers', async () => {
    const { voxels } = await testVolume(shape, cloud.store('s3://raw/other'));
    const post = (queue: string, ...words: string[]) =>
      cloud.start({ name: queue, script: 'cloudreg', words: ['consume', queue, ...words] });
    const crew = [post('plans'), post('ingest', '--workers', '1')];
    const places = ['s3://raw/other', 's3://volumes/made'];
    const words = ['--sharded', '--chunk-size', '8,8,8', '--enqueue', '--wait', '--json'];
    const { out, exitCode } = await cloud.run(['convert', ...places, ...words]);
    await Promise.all(crew.map((program) => program.end('SIGTERM')));
    expect(lastObject(out)).toMatchObject({ event: 'done', status: 'done' });
    expect(exitCode).toBe(0);
    const volume = await openVolume(cloud.store('s3://volumes/made'));
    expect(volume.mips[0]!.sharding).toBeDefined();
    expect((await volume.read(0, boxAt([0, 0, 0], shape.sizeVoxels))).data).toEqual(voxels[0]);
  });

  it('and refused with a remedy where something is missing', async () => {
    const noBucket = await cloudregHere('enqueue', 's3://nowhere/brain', 's3://volumes/two');
    expect(noBucket).toMatchObject({ exitCode: 2 });
    expect(noBucket.err).toContain('Nothing was begun.');
    expect(noBucket.err).toContain('acquisition: s3://nowhere/brain');
    const noIni = await cloudregHere('enqueue', 's3://raw/empty', 's3://volumes/two');
    expect(noIni).toMatchObject({ exitCode: 2 });
    expect(noIni.err).toContain('not a COLM acquisition');
    const local = ['--illumination', '/data/field.json'];
    const field = await cloudregHere('enqueue', 's3://raw/empty', 's3://volumes/two', ...local);
    expect(field).toMatchObject({ exitCode: 2 });
    expect(field.err).toContain('--illumination file:///data/field.json lies on this machine');
    const other = await cloudregHere('jobs', '--deployment', 'cloudreg-other');
    expect(other).toMatchObject({ exitCode: 2 });
    expect(other.err).toContain('table cloudreg-other-jobs');
    expect(other.err).not.toContain('    at ');
  });

  it('and refused without credentials', async () => {
    const nobody = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_EC2_METADATA_DISABLED: 'true' };
    const files = { AWS_CONFIG_FILE: '/nowhere', AWS_SHARED_CREDENTIALS_FILE: '/nowhere' };
    const region = { AWS_REGION: 'us-east-1', CLOUDREG_DEPLOYMENT: 'cloudreg-local' };
    const { exitCode, err } = await runProgram(['jobs'], { ...nobody, ...files, ...region });
    expect(exitCode).toBe(2);
    expect(err).toContain('no AWS credentials were found');
  });

  it('and doctor says which deployment it is', async () => {
    const { out } = await cloud.run(['doctor', home.path]);
    expect(out).toContain('cloudreg-local (from CLOUDREG_DEPLOYMENT) in us-east-1 (from AWS_REGION)');
    expect(out).toContain('table and queues are there');
  });
});
