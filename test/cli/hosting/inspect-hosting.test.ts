import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { inspectHosting } from '../../../cli/hosting/inspect-hosting.ts';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import { writeOmeZarr } from '../../../shared/export/ome-zarr/write-ome-zarr.ts';
import { testVolume } from '../../export/volumes.ts';

const INFO = JSON.stringify({
  type: 'image',
  data_type: 'uint8',
  num_channels: 1,
  scales: [{ key: 's', size: [4, 4, 2], resolution: [1, 1, 1], chunk_sizes: [[4, 4, 2]], encoding: 'raw' }],
});
const CHUNK = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Content-Range, Content-Encoding, Content-Length',
};

let server: Server | undefined;
afterEach(() => server?.close());

async function hosted(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/brain`;
}

/** A host that does everything right, but for what a test changes. */
const host =
  (
    change: {
      cors?: Record<string, string>;
      absent?: number;
      options?: number;
      ranges?: boolean;
      chunk?: Buffer;
      info?: number;
      server?: string;
    } = {},
  ): RequestListener =>
  ({ method, url, headers }, response) => {
    const {
      cors = CORS,
      absent = 404,
      options = 204,
      ranges = true,
      chunk = CHUNK,
      info = 200,
      server: name = 'other',
    } = change;
    const always = { ...cors, server: name };
    if (method === 'OPTIONS') return void response.writeHead(options, always).end();
    if (url === '/brain/info') return void response.writeHead(info, always).end(info === 200 ? INFO : '');
    if (url !== '/brain/s/0-4_0-4_0-2') return void response.writeHead(absent, always).end();
    if (headers.range && ranges)
      return void response
        .writeHead(206, { ...always, 'content-range': 'bytes 0-0/32' })
        .end(chunk.subarray(0, 1));
    response.writeHead(200, always).end(chunk);
  };

const verdicts = async (listener: RequestListener): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await inspectHosting(await hosted(listener))).map(({ what, verdict }) => [what, verdict]),
  );

const finding = async (listener: RequestListener, what: string) =>
  (await inspectHosting(await hosted(listener))).find((one) => one.what === what);

describe('doctor of a hosted volume', () => {
  it('finds nothing wrong with a sound host', async () => {
    expect(new Set(Object.values(await verdicts(host())))).toEqual(new Set(['good']));
  });

  /** An OME-Zarr image of one chunk, which the host serves as it is or unpacked. */
  const zarrHost = async (unpacks: boolean): Promise<RequestListener> => {
    const store = memoryStore();
    const { volume } = await testVolume({ dataType: 'uint8', sizeVoxels: [4, 4, 2] });
    await writeOmeZarr(volume, store, { name: 'x', ngff: '0.5', sharded: false, onChunk: () => {} });
    return ({ method, url = '', headers }, response) => {
      if (method === 'OPTIONS') return void response.writeHead(204, CORS).end();
      void store.get(url.replace('/brain/', '')).then((found) => {
        if (found === undefined) return response.writeHead(404, CORS).end();
        const encoding = unpacks && url.includes('/c/') ? { 'content-encoding': 'gzip' } : {};
        if (!headers.range) return response.writeHead(200, { ...CORS, ...encoding }).end(found.bytes);
        const range = { 'content-range': `bytes 0-0/${found.bytes.length}` };
        return response.writeHead(206, { ...CORS, ...range }).end(found.bytes.subarray(0, 1));
      });
    };
  };

  it('finds nothing wrong with OME-Zarr, unless its gzip is taken off on the way', async () => {
    expect(await verdicts(await zarrHost(false))).toEqual({
      ...{ 'zarr.json': 'good', CORS: 'good', preflight: 'good', HEAD: 'good' },
      ...{ 'absent files': 'good', encoding: 'good', ranges: 'good' },
    });
    server!.close();
    expect(await finding(await zarrHost(true), 'encoding')).toMatchObject({
      verdict: 'bad',
      advice: expect.stringContaining('without Content-Encoding'),
    });
  });

  it('misses CORS headers, and says how to add them to each kind of server', async () => {
    for (const [name, words] of [
      ['AmazonS3', 'aws s3api put-bucket-cors'],
      ['nginx/1.22', 'add_header Access-Control-Allow-Origin * always;'],
    ] as const) {
      const found = await finding(host({ cors: {}, server: name }), 'CORS');
      expect([found?.verdict, found?.advice]).toEqual(['bad', expect.stringContaining(words)]);
      server!.close();
    }
  });

  it('makes a real preflight', async () => {
    expect(await finding(host({ options: 403 }), 'preflight')).toMatchObject({
      verdict: 'bad',
      found: expect.stringContaining('OPTIONS answers 403'),
    });
  });

  it('tells a forbidden volume from an absent one', async () => {
    const forbidden = await finding(host({ info: 403, server: 'AmazonS3' }), 'info');
    expect([forbidden?.found, forbidden?.advice]).toEqual([
      expect.stringContaining('403'),
      expect.stringContaining('s3:GetObject'),
    ]);
    server!.close();
    const absent = await finding(host({ info: 404 }), 'info');
    expect([absent?.found, absent?.advice]).toEqual([
      'status 404',
      expect.stringContaining('Check the path'),
    ]);
  });

  it('warns where absent files are forbidden: a wrong policy would look like an empty volume', async () => {
    const found = await finding(host({ absent: 403, server: 'AmazonS3' }), 'absent files');
    expect([found?.verdict, found?.advice]).toEqual(['warning', expect.stringContaining('s3:ListBucket')]);
  });

  it('refuses a page that is served for everything', async () => {
    expect((await finding(host({ absent: 200 }), 'absent files'))?.verdict).toBe('bad');
  });

  it('sees ranges that are ignored', async () => {
    expect((await finding(host({ ranges: false, server: 'nginx' }), 'ranges'))?.advice).toContain(
      'gzip_static',
    );
  });

  it('sees compressed bytes that are not declared', async () => {
    const packed = Buffer.concat([Buffer.from([0x1f, 0x8b]), CHUNK]);
    expect((await finding(host({ chunk: packed }), 'encoding'))?.found).toContain('without Content-Encoding');
  });

  it('names a host that does not answer', async () => {
    await expect(inspectHosting('http://127.0.0.1:9/brain')).rejects.toThrow(
      'http://127.0.0.1:9/brain/info cannot be reached',
    );
  });
});
