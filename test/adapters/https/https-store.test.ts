/** Reading over http: a public bucket of the S3 server, and servers that behave in other ways. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { httpsStore } from '../../../shared/adapters/https/https-store.ts';
import { httpSender } from '../../../shared/adapters/https/request.ts';
import type { ObjectStore } from '../../../shared/engine/ports.ts';
import { type Failure, type S3Request, startS3Server } from '../../cloud/servers/s3-server.ts';
import { keysOf } from '../../ports/object-store.ts';
import { BUCKET, storeOn } from '../aws/s3/test-store.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);
const many = new Uint8Array(300_000).map((_, index) => index % 251);
const quick = { pauseMilliseconds: 1, idleMilliseconds: 300, tries: 3 };

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** The bucket as its owner writes it, and as the web sees it. */
async function publicBucket() {
  const failures: (Failure | undefined)[] = [];
  const log: S3Request[] = [];
  const fail = (request: S3Request) => {
    log.push(request);
    return failures.shift();
  };
  const server = await startS3Server({ buckets: [{ name: BUCKET, access: 'public-read' }], fail });
  stops.push(server.stop);
  const web = httpsStore(`${server.url}/${BUCKET}/brain%201/`, httpSender(quick));
  return { owner: storeOn(server), web, failures, log, url: `${server.url}/${BUCKET}` };
}

async function serverThat(
  answers: RequestListener,
): Promise<{ readonly store: ObjectStore; readonly server: Server }> {
  const server = createServer(answers);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { store: httpsStore(`http://127.0.0.1:${port}/data`, httpSender(quick)), server };
}

describe('a web server as a store', () => {
  it('gives objects as they are stored, with their encoding, whatever their names', async () => {
    const { owner, web } = await publicBucket();
    for (const key of ['info', '40/0-64_0-64_0-64', 'Scanned Cells.txt', 'Gehirn_ä#1%20?+&.tif']) {
      await owner.put(key, bytes(1, 2, 3), { encoding: 'gzip' });
      expect(await web.get(key)).toEqual({ bytes: bytes(1, 2, 3), encoding: 'gzip' });
      expect(await web.head(key)).toEqual({ size: 3, encoding: 'gzip' });
      expect(await web.getRanges(key, [{ start: 1, end: 3 }])).toEqual([bytes(2, 3)]);
    }
    await owner.put('plain', bytes());
    expect(await web.get('plain')).toEqual({ bytes: bytes(), encoding: undefined });
  });

  it('reads ranges and rows, short where the object ends', async () => {
    const { owner, web, log } = await publicBucket();
    await owner.put('plane', many);
    log.splice(0);
    const ranges = [
      { start: 5, end: 9 },
      { start: 299_999, end: 1e12 },
      { start: 400_000, end: 400_001 },
      { start: 7, end: 7 },
    ];
    const parts = await web.getRanges('plane', ranges);
    expect(parts).toEqual([many.slice(5, 9), many.slice(299_999), bytes(), bytes()]);
    const into = new Uint8Array(40);
    expect(await web.getRows('plane', { start: 1, bytes: 2, stride: 1000, count: 20 }, into)).toBe(40);
    expect(into.subarray(2, 4)).toEqual(many.slice(1001, 1003));
    expect(log.at(-1)?.headers).toMatchObject({ range: 'bytes=1-19002', 'accept-encoding': 'identity' });
  });

  it('says undefined for what is not there, and where S3 denies a list', async () => {
    const { web, failures } = await publicBucket();
    for (const failure of [undefined, 403, 410] as const) {
      failures.push(failure, failure, failure, failure);
      expect(await web.get('x')).toBeUndefined();
      expect(await web.head('x')).toBeUndefined();
      expect(await web.getRanges('x', [{ start: 0, end: 1 }])).toBeUndefined();
      const rows = { start: 0, bytes: 1, stride: 1, count: 1 };
      expect(await web.getRows('x', rows, new Uint8Array(1))).toBeUndefined();
    }
  });

  it.each<[string, Failure[]]>([
    ['errors of the server', [500, 429]],
    ['cut connections', ['reset', 'reset']],
    ['answers that break off', ['cut', 'cut']],
    ['answers that stand still', ['stall']],
  ])('bears %s', async (_, failing) => {
    const { owner, web, failures } = await publicBucket();
    await owner.put('a', many);
    failures.push(...failing);
    expect(Buffer.compare((await web.get('a'))!.bytes, many)).toBe(0);
    failures.push(...failing);
    const [part] = (await web.getRanges('a', [{ start: 10, end: 200_000 }]))!;
    expect(Buffer.compare(part!, many.subarray(10, 200_000))).toBe(0);
  });

  it('tells what does not pass as the trouble of the server, with what to do', async () => {
    const { owner, web, failures } = await publicBucket();
    await owner.put('a', many);
    failures.push(503, 503, 503);
    const unavailable = { name: 'StoreError', kind: 'unavailable', transient: true };
    await expect(web.get('a')).rejects.toMatchObject(unavailable);
    failures.push('reset', 'reset', 'reset');
    await expect(web.head('a')).rejects.toThrow(/cannot be reached \(ECONNRESET\)\. Check the URL/);
    failures.push('cut', 'cut', 'cut', 'cut');
    await expect(web.get('a')).rejects.toMatchObject(unavailable);
  });

  it('is read only and has no list, in clear words', async () => {
    const { web } = await publicBucket();
    await expect(web.put('a', bytes(1))).rejects.toMatchObject({ kind: 'readonly' });
    await expect(web.put('a', bytes(1))).rejects.toThrow(/nothing can be written on a web server/);
    await expect(web.delete(['a'])).rejects.toMatchObject({ kind: 'readonly' });
    await expect(keysOf(web)).rejects.toThrow(/does not say which objects it holds\. Give a folder or an s3/);
    await expect(web.get('../a')).rejects.toMatchObject({ kind: 'bad-key' });
  });

  it('follows redirects, never in circles', async () => {
    const { store } = await serverThat((request, response) => {
      const [, hops = ''] = /^\/(?:data|hop)\/?(\d*)$/.exec(request.url ?? '') ?? [];
      const left = request.url === '/data/near' ? 2 : request.url === '/data/far' ? 9 : Number(hops) - 1;
      if (left > 0) response.writeHead(302, { location: `/hop/${left}` }).end();
      else response.end('found');
    });
    expect(new TextDecoder().decode((await store.get('near'))?.bytes)).toBe('found');
    await expect(store.get('far')).rejects.toThrow(/it leads on to .*Give the final URL/);
  });

  it('takes a server that knows no ranges and sends everything', async () => {
    const { store } = await serverThat((_, response) => response.end(many));
    const [part] = (await store.getRanges('a', [{ start: 100, end: 110 }]))!;
    expect(part).toEqual(many.slice(100, 110));
  });

  it('refuses what asks for a login', async () => {
    const { store } = await serverThat((_, response) => response.writeHead(401).end());
    await expect(store.get('a')).rejects.toMatchObject({ kind: 'denied', permanent: true });
  });
});
