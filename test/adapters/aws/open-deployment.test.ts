import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { AwsError, fromAwsError } from '../../../shared/adapters/aws/aws-errors.ts';
import { openDeployment } from '../../../shared/adapters/aws/open-deployment.ts';
import { createDeployment } from '../../cloud/create-deployment.ts';
import { startDynamoServer } from '../../cloud/servers/dynamodb-server.ts';
import type { RunningServer } from '../../cloud/servers/endpoint.ts';
import { startSqsServer } from '../../cloud/servers/sqs-server.ts';

const deployment = { name: 'cloudreg-test', region: 'eu-west-1' };
let sqs: RunningServer;
let dynamodb: RunningServer;
beforeAll(async () => {
  [sqs, dynamodb] = await Promise.all([startSqsServer(), startDynamoServer()]);
  await createDeployment(deployment, ['plans', 'stitching'], { sqs: sqs.client, dynamodb: dynamodb.client });
});
afterAll(() => Promise.all([sqs.stop(), dynamodb.stop()]));
afterEach(() => void vi.unstubAllEnvs());

const open = (queues: string[], other = deployment) =>
  openDeployment(other, { queues, sqs: sqs.client, dynamodb: dynamodb.client });

describe('opening a deployment', () => {
  it('finds its servers by the environment alone', async () => {
    for (const [name, value] of Object.entries({ ...sqs.environment, ...dynamodb.environment })) {
      vi.stubEnv(name, value);
    }
    const opened = await openDeployment(deployment, { queues: ['plans'] });
    await opened.queues.queue('plans').send([{ body: 'hello', group: 'job' }]);
    expect(await opened.queues.queue('plans').depth()).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
    expect(await opened.queues.dead('plans').depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    expect(await opened.table.listJobs()).toEqual([]);
    opened.close();
  });

  it('names the table, the deployment and the region where there is no table', async () => {
    await expect(open(['plans'], { ...deployment, name: 'cloudreg-tset' })).rejects.toThrow(
      /^(table|queue) cloudreg-tset-(jobs|plans) \(deployment cloudreg-tset, eu-west-1\): .*does not exist/,
    );
    await expect(open([], { ...deployment, name: 'cloudreg-tset' })).rejects.toMatchObject({
      kind: 'missing',
      resource: { name: 'table cloudreg-tset-jobs', deployment: 'cloudreg-tset', region: 'eu-west-1' },
    });
  });

  it('names a queue that is not there', async () => {
    (await open(['plans', 'stitching'])).close();
    await expect(open(['plans', 'ingest'])).rejects.toThrow(
      /queue cloudreg-test-ingest(-dead)? \(deployment/,
    );
  });

  it('says how to give credentials where there are none', async () => {
    const home = await mkdtemp(join(tmpdir(), 'cloudreg-'));
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) vi.stubEnv(name, '');
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_CONFIG_FILE', join(home, 'config'));
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(home, 'credentials'));
    const failure = await openDeployment(deployment).catch((error) => error);
    expect(failure).toMatchObject({ kind: 'credentials', permanent: true });
    expect(failure.message).toMatch(/table cloudreg-test-jobs.*no AWS credentials were found.*AWS_PROFILE/);
    await rm(home, { recursive: true });
  });

  it('says that nobody answers where nobody does', async () => {
    const nowhere = { ...sqs.client, endpoint: 'http://127.0.0.1:9', maxAttempts: 1 };
    const failure = await openDeployment(deployment, { sqs: nowhere, dynamodb: nowhere }).catch(
      (error) => error,
    );
    expect(failure).toMatchObject({ kind: 'unreachable', permanent: false });
    expect(failure.message).toMatch(/cannot be reached.*AWS_ENDPOINT_URL/);
  });
});

describe('an error of AWS', () => {
  const resource = { name: 'bucket brains', region: 'us-east-1' };
  const named = (name: string, message = 'no') => Object.assign(new Error(message), { name });

  it.each([
    ['RequestTimeTooSkewed', 'clock', /clock of this machine/],
    ['NoSuchBucket', 'missing', /bucket brains \(us-east-1\)/],
    ['PermanentRedirect', 'region', /another region/],
    ['SlowDown', 'throttled', /at this rate/],
    ['Nonsense', 'other', /Nonsense: no/],
  ])('%s is %s', (name, kind, text) => {
    const error = fromAwsError(named(name), 'read an object', resource);
    expect(error.kind).toBe(kind);
    expect(error.message).toMatch(text);
    expect(fromAwsError(error, 'do it', resource)).toBe(error);
  });

  it('tells a wrong clock from a wrong key by its text', () => {
    const wrongKey = named('InvalidSignatureException', 'does not match the signature you provided');
    expect(fromAwsError(wrongKey, 'send', resource).kind).toBe('credentials');
    const wrongClock = named('InvalidSignatureException', 'Signature expired: 2026 is now earlier than 2027');
    expect(fromAwsError(wrongClock, 'send', resource).kind).toBe('clock');
  });

  it('is kept as the cause, also where it is no error at all', () => {
    expect(fromAwsError('odd', 'send', resource)).toMatchObject({ kind: 'other', cause: 'odd' });
    expect(new AwsError('denied', resource, 'a', 'b').permanent).toBe(true);
  });
});
