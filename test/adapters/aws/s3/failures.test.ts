/** What goes wrong between a client and S3: what is borne, and in what words the rest is told. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { s3Store } from '../../../../shared/adapters/aws/s3/s3-store.ts';
import { StoreError } from '../../../../shared/adapters/store-errors.ts';
import { S3Error } from '../../../cloud/servers/s3/s3-error.ts';
import {
  type Failure,
  type S3Server,
  type S3ServerOptions,
  startS3Server,
} from '../../../cloud/servers/s3-server.ts';
import { keysOf } from '../../../ports/object-store.ts';
import { accessTo, BUCKET, storeOn } from './test-store.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);
const many = new Uint8Array(300_000).map((_, index) => index % 251);

const servers: S3Server[] = [];
// The SDK waits a random part of its delays: none of them.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0));
afterEach(async () => {
  vi.restoreAllMocks();
  for (const server of servers.splice(0)) await server.stop();
});

async function start(options: S3ServerOptions = {}): Promise<S3Server> {
  const server = await startS3Server({ buckets: [BUCKET], ...options });
  servers.push(server);
  return server;
}

/** A store with one object `a`, whose server then does these things to the requests that follow. */
async function failing(...failures: (Failure | undefined)[]) {
  const left: (Failure | undefined)[] = [undefined, ...failures];
  const server = await start({ fail: () => left.shift() });
  const requestHandler = { socketTimeout: 200 };
  const store = storeOn(server, {}, { maxAttempts: 3, requestHandler });
  await store.put('a', many);
  return { server, store };
}

const slowDown = new S3Error('SlowDown', 'Please reduce your request rate.');

describe('what passes by itself', () => {
  it.each<[string, Failure[]]>([
    ['throttling', [slowDown, slowDown]],
    ['errors of the server', [500, 503]],
    ['cut connections', ['reset', 'reset']],
    ['answers that break off', ['cut', 'cut']],
    ['answers that stand still', ['stall']],
    ['bytes that do not match their checksum', ['corrupt']],
  ])('%s: a read is whole in the end', async (_, failures) => {
    const { store } = await failing(...failures);
    expect(Buffer.compare((await store.get('a'))!.bytes, many)).toBe(0);
  });

  it.each<[string, Failure[]]>([
    ['throttling', [slowDown]],
    ['cut connections', ['reset']],
    ['answers that break off', ['cut']],
    ['answers that stand still', ['stall']],
  ])('%s: ranges and rows have their own bytes', async (_, failures) => {
    const { store } = await failing(...failures, ...failures);
    const [part] = (await store.getRanges('a', [{ start: 1000, end: 290_000 }]))!;
    expect(Buffer.compare(part!, many.subarray(1000, 290_000))).toBe(0);
    const into = new Uint8Array(20);
    await store.getRows('a', { start: 5, bytes: 2, stride: 25_000, count: 10 }, into);
    const rows = Array.from({ length: 10 }, (_, row) => many.subarray(5 + row * 25_000, 7 + row * 25_000));
    expect(into).toEqual(Uint8Array.from(rows.flatMap((row) => [...row])));
  });

  it('throttling of writes, lists and deletes', async () => {
    const { store } = await failing(slowDown, 'reset', undefined, 503, undefined, slowDown);
    await store.put('b', bytes(1));
    expect(await keysOf(store)).toEqual(['a', 'b']);
    await store.delete(['a']);
    expect(await keysOf(store)).toEqual(['b']);
  });
});

describe('what does not pass', () => {
  it.each<[string, Failure[], RegExp]>([
    ['throttling', [slowDown, slowDown, slowDown], /S3 answered SlowDown \(503\)\. S3 did not recover/],
    ['errors of the server', [500, 500, 500], /S3 answered .*500/],
    ['cut connections', ['reset', 'reset', 'reset'], /S3 cannot be reached \(ECONNRESET\)/],
    ['answers that break off', ['cut', 'cut', 'cut', 'cut'], /broke off after \d+ bytes/],
    ['wrong bytes', ['corrupt', 'corrupt', 'corrupt', 'corrupt'], /[Cc]hecksum mismatch/],
  ])('%s: is the trouble of the store, not of the task', async (_, failures, words) => {
    const { store } = await failing(...failures);
    const error = await store.get('a').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ kind: 'unavailable', permanent: false, transient: true });
    expect((error as Error).message).toMatch(words);
    expect((error as Error).message).toContain(`s3://${BUCKET}/brain 1/a: cannot read: `);
  });

  it('a server that is not there', async () => {
    const server = await start();
    const store = storeOn(server, {}, { maxAttempts: 2 });
    await server.stop();
    servers.pop();
    await expect(store.get('a')).rejects.toMatchObject({ kind: 'unavailable', transient: true });
    await expect(store.get('a')).rejects.toThrow(/ECONNREFUSED.*AWS_ENDPOINT_URL_S3/);
  });

  it('an access that is denied, with the rights that are needed', async () => {
    const server = await start({ buckets: [{ name: BUCKET, access: 'denied' }] });
    const store = storeOn(server);
    await expect(store.get('a')).rejects.toMatchObject({ kind: 'denied', permanent: true, transient: false });
    await expect(store.get('a')).rejects.toThrow(/Needed is s3:GetObject, and s3:ListBucket/);
    await expect(store.head('a')).rejects.toMatchObject({ kind: 'denied' });
    await expect(store.put('a', bytes(1))).rejects.toThrow(/cannot write: access denied.*s3:PutObject/);
    await expect(keysOf(store)).rejects.toThrow(/cannot list: access denied.*s3:ListBucket/);
    await expect(store.delete(['a'])).rejects.toThrow(/cannot delete: access denied.*s3:DeleteObject/);
  });

  it('a bucket that is not there', async () => {
    const store = storeOn(await start({ buckets: [] }));
    const calls = [
      () => store.get('a'),
      () => store.put('a', bytes(1)),
      () => keysOf(store),
      () => store.delete(['a']),
    ];
    for (const call of calls)
      await expect(call()).rejects.toMatchObject({ kind: 'no-bucket', permanent: true });
    await expect(store.get('a')).rejects.toThrow('there is no such bucket. Check its name, or create it.');
  });

  it('a bucket in another region, which is named', async () => {
    const server = await start({ buckets: [{ name: BUCKET, region: 'eu-west-1' }] });
    const store = storeOn(server);
    const calls = [
      () => store.get('a'),
      () => store.head('a'),
      () => keysOf(store),
      () => store.put('a', bytes(1)),
    ];
    for (const call of calls) {
      const error = await (call() as Promise<unknown>).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ kind: 'region', permanent: true });
      expect((error as Error).message).toMatch(/the bucket is in eu-west-1.*Set AWS_REGION=eu-west-1; or/);
    }
    const malformed = new S3Error('AuthorizationHeaderMalformed', 'wrong', {
      elements: { Region: 'eu-north-1' },
    });
    const { store: elsewhere } = await failing(malformed);
    await expect(elsewhere.get('a')).rejects.toThrow(/the bucket is in eu-north-1/);
    const crossing = storeOn(server, { CLOUDREG_S3_CROSS_REGION: '1' });
    expect(await crossing.get('a')).toBeUndefined();
  });

  it('a clock that differs, unless the SDK can allow for it', async () => {
    let isLate = true;
    const now = () => Date.now() + (isLate ? 3_600_000 : 0);
    const server = await start({ now });
    const store = storeOn(server, {}, { maxAttempts: 1 });
    await expect(store.get('a')).rejects.toMatchObject({ kind: 'clock', permanent: false });
    await expect(store.get('a')).rejects.toThrow(/clock differs from S3's by more than 15 minutes/);
    isLate = false;
    expect(await store.get('a')).toBeUndefined();
  });

  it('no credentials, and expired ones', async () => {
    const server = await start();
    const none = async () => {
      throw Object.assign(new Error('Could not load credentials from any providers'), {
        name: 'CredentialsProviderError',
      });
    };
    const store = s3Store(`s3://${BUCKET}`, accessTo(server, {}, { credentials: none, maxAttempts: 1 }));
    await expect(store.get('a')).rejects.toMatchObject({ kind: 'credentials', permanent: false });
    await expect(store.get('a')).rejects.toThrow(/no AWS credentials were found.*AWS_PROFILE/);
    const { store: expired } = await failing(new S3Error('ExpiredToken'));
    await expect(expired.get('a')).rejects.toThrow(/the credentials have expired/);
  });

  it('an encoding that no reader here knows', async () => {
    const { server, store } = await failing();
    const access = accessTo(server);
    const { PutObjectCommand } = await import('@aws-sdk/client-s3');
    const input = { Bucket: BUCKET, Key: 'brain 1/z', Body: bytes(1), ContentEncoding: 'compress' };
    await access.client.send(new PutObjectCommand(input));
    await expect(store.get('z')).rejects.toThrow(/Content-Encoding is "compress"/);
    await access.client.send(new PutObjectCommand({ ...input, ContentEncoding: 'aws-chunked,gzip' }));
    expect(await store.get('z')).toEqual({ bytes: bytes(1), encoding: 'gzip' });
  });

  it.each(['s3://', 's3://b', 's3:///a', 's3://bucket/../a', 's3://bucket/a//b', 's3://buc_ket'])(
    'the URL %s',
    async (url) => {
      const access = accessTo(await start());
      expect(() => s3Store(url, access)).toThrow(/s3:\/\/bucket\/folder/);
    },
  );
});
