/** What is sent to S3, header by header, and how often. */
import { afterEach, describe, expect, it } from 'vitest';
import { s3Store } from '../../../../shared/adapters/aws/s3/s3-store.ts';
import type { ObjectStore } from '../../../../shared/engine/ports.ts';
import {
  type BucketOptions,
  type Failure,
  type S3Request,
  type S3Server,
  startS3Server,
} from '../../../cloud/servers/s3-server.ts';
import { keysOf } from '../../../ports/object-store.ts';
import { accessTo, BUCKET, storeOn } from './test-store.ts';

const MIB = 2 ** 20;
const bytes = (...values: number[]) => Uint8Array.from(values);
/** 0 to 250, again and again. */
const pattern = (length: number): Uint8Array =>
  new Uint8Array(
    Buffer.alloc(
      length,
      Uint8Array.from({ length: 251 }, (_, index) => index),
    ),
  );

interface Scene {
  readonly server: S3Server;
  readonly store: ObjectStore;
  /** Since the last call. */
  sent(): S3Request[];
  /** What happens to the next requests of an operation, one after the other. */
  readonly failures: Map<string, Failure[]>;
}

const servers: S3Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function scene(
  bucket: Partial<BucketOptions> = {},
  environment: Record<string, string> = {},
  overrides = {},
): Promise<Scene> {
  const failures = new Map<string, Failure[]>();
  const log: S3Request[] = [];
  const fail = (request: S3Request): Failure | undefined => {
    log.push(request);
    return failures.get(request.operation)?.shift();
  };
  const server = await startS3Server({ buckets: [{ name: BUCKET, ...bucket }], fail });
  servers.push(server);
  return { server, store: storeOn(server, environment, overrides), sent: () => log.splice(0), failures };
}

const operations = (requests: readonly S3Request[]): string[] => requests.map(({ operation }) => operation);

describe('a put', () => {
  it('is one request with its checksum, encoding, type and caching, below the prefix', async () => {
    const { store, sent } = await scene();
    const options = {
      encoding: 'gzip',
      contentType: 'application/octet-stream',
      cacheControl: 'no-cache',
    } as const;
    await store.put('CHN00/40/0-64_0-64_0-64', bytes(1, 2, 3), options);
    const [request, ...more] = sent();
    expect(more).toEqual([]);
    expect(request).toMatchObject({
      operation: 'PutObject',
      bucket: BUCKET,
      key: 'brain 1/CHN00/40/0-64_0-64_0-64',
    });
    expect(request?.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': 'application/octet-stream',
      'cache-control': 'no-cache',
      'content-length': '3',
      'x-amz-checksum-crc32': 'VbyAHQ==',
    });
    expect(request?.headers['if-none-match']).toBeUndefined();
    expect(request?.headers['x-amz-request-payer']).toBeUndefined();
  });

  it('with ifAbsent asks S3 to refuse it where there is an object', async () => {
    const { store, sent } = await scene();
    expect(await store.put('job.json', bytes(1), { ifAbsent: true })).toBe(true);
    expect(await store.put('job.json', bytes(2), { ifAbsent: true })).toBe(false);
    for (const { headers } of sent()) expect(headers['if-none-match']).toBe('*');
  });

  it('with ifAbsent comes again where two writers raced', async () => {
    const { store, failures, sent } = await scene();
    failures.set('PutObject', [409, 409]);
    expect(await store.put('a', bytes(1), { ifAbsent: true })).toBe(true);
    expect(sent()).toHaveLength(3);
  });

  it('with ifAbsent knows its own object again when the answer was lost', async () => {
    const { store, failures } = await scene();
    failures.set('PutObject', ['lost']);
    expect(await store.put('a', bytes(1), { ifAbsent: true })).toBe(true);
    failures.set('PutObject', ['lost']);
    expect(await store.put('a', bytes(2), { ifAbsent: true })).toBe(false);
    expect((await store.get('a'))?.bytes).toEqual(bytes(1));
  });

  it('of a long stream goes up in parts with checksums, all but the last of 16 MiB', async () => {
    const { store, sent, server } = await scene();
    const all = pattern(35 * MIB);
    async function* stream() {
      for (let start = 0; start < all.length; start += 100_000) yield all.subarray(start, start + 100_000);
    }
    expect(await store.put('long', stream(), { encoding: 'br', contentType: 'a/b' })).toBe(true);
    const requests = sent();
    expect(operations(requests).sort()).toEqual([
      'CompleteMultipartUpload',
      'CreateMultipartUpload',
      ...Array(3).fill('UploadPart'),
    ]);
    const [create] = requests;
    expect(create?.headers).toMatchObject({ 'content-encoding': 'br', 'content-type': 'a/b' });
    const parts = requests.filter(({ operation }) => operation === 'UploadPart');
    for (const { headers } of parts) expect(headers['x-amz-checksum-crc32']).toMatch(/^[\w+/]{6}==$/);
    const read = await store.get('long');
    expect(read?.encoding).toBe('br');
    expect(Buffer.compare(read?.bytes ?? bytes(), all)).toBe(0);
    expect(server.requests.get('AbortMultipartUpload')).toBeUndefined();
  });

  it('of many bytes goes up in parts, too', async () => {
    const { store, sent } = await scene();
    const all = pattern(33 * MIB);
    await store.put('long', all);
    expect(operations(sent()).filter((operation) => operation === 'UploadPart')).toHaveLength(3);
    expect(Buffer.compare((await store.get('long'))?.bytes ?? bytes(), all)).toBe(0);
  });

  it('in parts that fails takes the parts away, and no object is seen', async () => {
    const { store, sent, failures } = await scene();
    failures.set('UploadPart', [403]);
    await expect(store.put('long', pattern(40 * MIB))).rejects.toMatchObject({ kind: 'denied' });
    expect(operations(sent()).at(-1)).toBe('AbortMultipartUpload');
    async function* dying() {
      yield pattern(17 * MIB);
      yield pattern(17 * MIB);
      yield pattern(17 * MIB);
      throw new Error('the reader died');
    }
    await expect(store.put('long', dying())).rejects.toThrow('the reader died');
    expect(operations(sent()).at(-1)).toBe('AbortMultipartUpload');
    expect(await keysOf(store)).toEqual([]);
  });

  it('in parts with ifAbsent is refused at its end where there is an object', async () => {
    const { store, sent } = await scene();
    await store.put('long', bytes(1));
    expect(await store.put('long', pattern(33 * MIB), { ifAbsent: true })).toBe(false);
    const requests = sent();
    expect(requests.at(-1)?.operation).toBe('AbortMultipartUpload');
    expect(requests.at(-2)?.headers['if-none-match']).toBe('*');
    expect((await store.get('long'))?.bytes).toEqual(bytes(1));
  });
});

describe('a read of ranges', () => {
  it('joins what is near, and asks for what is far by itself', async () => {
    const { store, sent } = await scene();
    await store.put('plane', pattern(5 * MIB));
    sent();
    const ranges = [0, 1000, 2 * MIB, 2 * MIB + 500_000].map((start) => ({ start, end: start + 10 }));
    await store.getRanges('plane', ranges);
    expect(sent().map(({ headers }) => headers.range)).toEqual([
      'bytes=0-1009',
      `bytes=${2 * MIB}-${2 * MIB + 500_009}`,
    ]);
  });

  it('reads the rows of a region with one request, not one a row', async () => {
    const { store, sent } = await scene();
    const plane = pattern(2048 * 512);
    await store.put('plane', plane);
    sent();
    const into = new Uint8Array(100 * 500);
    expect(await store.getRows('plane', { start: 8 + 300, bytes: 100, stride: 2048, count: 500 }, into)).toBe(
      50_000,
    );
    expect(sent()).toHaveLength(1);
    for (let row = 0; row < 500; row++) {
      const start = 308 + row * 2048;
      expect(into.subarray(row * 100, row * 100 + 100)).toEqual(plane.subarray(start, start + 100));
    }
  });

  it('cuts what is long into requests of 8 to 16 MiB', async () => {
    const { store, sent } = await scene();
    const all = pattern(40 * MIB);
    await store.put('long', all);
    sent();
    const [part] = (await store.getRanges('long', [{ start: 7, end: 40 * MIB - 5 }])) ?? [];
    expect(sent()).toHaveLength(3);
    expect(Buffer.compare(part ?? bytes(), all.subarray(7, 40 * MIB - 5))).toBe(0);
  });

  it('never mixes two versions of an object', async () => {
    let isWritten: () => void = () => {};
    const written = new Promise<undefined>((resolve) => {
      isWritten = () => resolve(undefined);
    });
    let reads = 0;
    const wait = ({ operation }: S3Request) =>
      operation === 'GetObject' && ++reads === 2 ? written : undefined;
    const server = await startS3Server({ buckets: [BUCKET], fail: wait });
    servers.push(server);
    const store = storeOn(server);
    await store.put('long', new Uint8Array(20 * MIB).fill(1));
    const reading = store.getRanges('long', [{ start: 0, end: 20 * MIB }]);
    while (reads < 2) await new Promise((resolve) => setImmediate(resolve));
    await store.put('long', new Uint8Array(20 * MIB).fill(2));
    isWritten();
    const [part] = (await reading) ?? [];
    expect(new Set(part)).toEqual(new Set([2]));
  });
});

describe('a list', () => {
  it('asks page after page, and leaves out what is no key', async () => {
    const { store, sent, server } = await scene();
    const keys = Array.from({ length: 1001 }, (_, index) => `k${String(index).padStart(4, '0')}`);
    for (const path of [...keys, 'folder/', 'a//b']) {
      const url = `${server.url}/${BUCKET}/brain%201/${path}`;
      const headers = {
        authorization: 'Credential=a/20260101/us-east-1/s3/aws4',
        'x-amz-date': nowInHeader(),
      };
      expect((await fetch(url, { method: 'PUT', headers })).status).toBe(200);
    }
    sent();
    expect(await keysOf(store)).toEqual(keys);
    expect(operations(sent())).toEqual(['ListObjectsV2', 'ListObjectsV2']);
  });
});

describe('a flat list', () => {
  it('leaves it to S3 to pass over what lies deeper', async () => {
    const { store, sent } = await scene();
    for (const key of ['8_8_8/0', '8_8_8/1', 'a/b/c', 'info', 'z/0', 'zarr.json'])
      await store.put(key, bytes(1));
    sent();
    const found: string[] = [];
    for await (const { key } of store.list('', { isFlat: true })) found.push(key);
    expect(found).toEqual(['info', 'zarr.json']);
    expect(operations(sent())).toEqual(['ListObjectsV2']);
  });
});

const nowInHeader = (): string => new Date().toISOString().replace(/[-:]|\.\d+/g, '');

describe('a delete', () => {
  it('takes a thousand keys a request', async () => {
    const { store, sent } = await scene();
    await store.delete(Array.from({ length: 1001 }, (_, index) => `k${index}`));
    const requests = sent();
    expect(operations(requests)).toEqual(['DeleteObjects', 'DeleteObjects']);
    for (const { headers } of requests) expect(headers['x-amz-checksum-crc32']).toBeDefined();
  });
});

describe('a reader who pays', () => {
  it('says so with every request', async () => {
    const { store, sent } = await scene({ requesterPays: true }, { CLOUDREG_S3_REQUESTER_PAYS: '1' });
    await store.put('a', bytes(1));
    await store.put('long', pattern(33 * MIB));
    await store.get('a');
    await store.head('a');
    await store.getRanges('a', [{ start: 0, end: 1 }]);
    await keysOf(store);
    await store.delete(['a']);
    const requests = sent();
    expect(new Set(operations(requests)).size).toBe(8);
    for (const { operation, headers } of requests)
      expect(headers['x-amz-request-payer'], operation).toBe('requester');
  });

  it('is told of the setting where it is missing', async () => {
    const { store } = await scene({ requesterPays: true });
    await expect(store.get('a')).rejects.toThrow(/access denied.*CLOUDREG_S3_REQUESTER_PAYS=1/);
  });
});

describe('reading without a name', () => {
  it('signs nothing, and needs no credentials', async () => {
    const { server, sent } = await scene({ access: 'public-read' });
    const overrides = { credentials: async () => Promise.reject(new Error('nobody asks')) };
    const access = accessTo(server, { CLOUDREG_S3_ANONYMOUS: '1' }, overrides);
    const store = s3Store(`s3://${BUCKET}`, access);
    expect(await store.get('a')).toBeUndefined();
    expect(await keysOf(store)).toEqual([]);
    for (const { headers } of sent()) expect(headers.authorization).toBeUndefined();
  });
});
