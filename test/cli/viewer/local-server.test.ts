import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalServer, startLocalServer } from '../../../cli/viewer/server/local-server.ts';
import { folderStore } from '../../../shared/adapters/local/folder-store.ts';

const TEXT = Buffer.from('0123456789abcdef');
const LARGE = Buffer.alloc(17 * 2 ** 20, 'large');

let folder: string;
let server: LocalServer;
const seen: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'viewer-'));
  const volume = join(folder, 'volume');
  await mkdir(join(volume, '8_8_8'), { recursive: true });
  await mkdir(join(folder, 'client'));
  await writeFile(join(folder, 'client', 'index.html'), '<!doctype html>');
  await writeFile(join(folder, 'secret'), 'secret');
  await writeFile(join(volume, 'info'), '{}');
  await writeFile(join(volume, '.hidden'), 'hidden');
  await writeFile(join(volume, '.zattrs'), '{}');
  await writeFile(join(volume, '8_8_8', 'plain'), TEXT);
  await writeFile(join(volume, '8_8_8', 'large'), LARGE);
  await writeFile(join(volume, '8_8_8', 'packed.gz'), gzipSync(TEXT));
  // `ab`, by zstd 1.5.
  await writeFile(join(volume, '8_8_8', 'small.zstd'), Buffer.from('KLUv/QRYEQAAYWJhStCS', 'base64'));
  await writeFile(join(volume, '42:0'), TEXT);
  await symlink(join(folder, 'secret'), join(volume, 'link'));
  server = await startLocalServer({
    client: join(folder, 'client'),
    stores: [folderStore(volume)],
    port: 0,
    onAnswer: ({ path }, status) => seen.push(`${status} ${path}`),
  });
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** As a browser would ask, but nothing is decoded and no path is tidied. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Got> {
  const { hostname, port, pathname } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path: pathname + path, headers, method }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () =>
        resolve({ status: answer.statusCode!, headers: answer.headers, body: Buffer.concat(parts) }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('the local server', () => {
  it('listens on the loopback interface, below a token that no one can guess', async () => {
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{16}\/$/);
    const { origin } = new URL(server.url);
    expect((await fetch(`${origin}/`)).status).toBe(404);
    expect((await fetch(`${origin}/data/0/info`)).status).toBe(404);
  });

  it('serves the page', async () => {
    const { status, headers } = await ask('');
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect((await ask('../secret')).status).toBe(404);
  });

  it('answers with CORS headers, also where nothing is found', async () => {
    for (const path of ['data/0/info', 'data/0/nothing', 'data/7/info']) {
      const { headers } = await ask(path);
      expect(headers['access-control-allow-origin']).toBe('*');
      expect(headers['access-control-expose-headers']).toContain('Content-Range');
    }
    const preflight = await ask('data/0/info', {}, 'OPTIONS');
    expect(preflight.status).toBe(204);
    expect(preflight.headers['access-control-allow-methods']).toContain('HEAD');
  });

  it.each([
    ['bytes=2-5', 206, '2345', 'bytes 2-5/16'],
    ['bytes=12-', 206, 'cdef', 'bytes 12-15/16'],
    ['bytes=-3', 206, 'def', 'bytes 13-15/16'],
    ['bytes=14-99', 206, 'ef', 'bytes 14-15/16'],
    ['bytes=16-20', 416, '', 'bytes */16'],
  ])(
    'answers %s with %i, of plain and of compressed files alike',
    async (range, status, text, contentRange) => {
      for (const name of ['plain', 'packed']) {
        const got = await ask(`data/0/8_8_8/${name}`, { range, 'accept-encoding': 'gzip' });
        expect([got.status, got.body.toString(), got.headers['content-range']]).toEqual([
          status,
          text,
          contentRange,
        ]);
        expect(got.headers['content-encoding']).toBeUndefined();
      }
    },
  );

  it('sends a file that exists only as .gz as it is stored, to those who can read it', async () => {
    const packed = await ask('data/0/8_8_8/packed', { 'accept-encoding': 'gzip, br' });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(packed.body).toEqual(gzipSync(TEXT));
    expect(packed.headers['content-length']).toBe(String(gzipSync(TEXT).length));
    const plain = await ask('data/0/8_8_8/packed');
    expect([plain.headers['content-encoding'], plain.body.toString()]).toEqual([undefined, TEXT.toString()]);
  });

  it('unpacks a file that exists only as .zstd, which not every browser takes', async () => {
    const { headers, body } = await ask('data/0/8_8_8/small', { 'accept-encoding': 'gzip, br, zstd' });
    expect([headers['content-encoding'], body.toString()]).toEqual([undefined, 'ab']);
  });

  it('answers HEAD with the length and nothing else', async () => {
    const { status, headers, body } = await ask('data/0/8_8_8/plain', {}, 'HEAD');
    expect([status, headers['content-length'], body.length]).toEqual([200, '16', 0]);
  });

  it('sends large files piece by piece', async () => {
    const { status, body } = await ask('data/0/8_8_8/large');
    expect([status, body.equals(LARGE)]).toEqual([200, true]);
  });

  it('spares the bytes that the browser holds', async () => {
    const first = await ask('data/0/8_8_8/plain');
    const again = await ask('data/0/8_8_8/plain', { 'if-none-match': String(first.headers.etag) });
    expect([again.status, again.body.length]).toEqual([304, 0]);
  });

  it.each([
    'data/0/../secret',
    'data/0/%2e%2e/secret',
    'data/0/link',
    'data/0/.hidden',
    'data/0/',
    'data/0/8_8_8',
    'data/0/%zz',
  ])('does not lead out of the volume: %s', async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  it('serves what describes zarr 2, whose names begin with a dot', async () => {
    expect((await ask('data/0/.zattrs')).body.toString()).toBe('{}');
  });

  it('knows names with colons', async () => {
    expect((await ask('data/0/42%3A0')).body.toString()).toBe(TEXT.toString());
  });

  it('tells what it answered', () => {
    expect(seen).toContain('206 data/0/8_8_8/plain');
  });

  it('names a port in use', async () => {
    const { port } = new URL(server.url);
    const again = startLocalServer({ client: folder, stores: [], port: Number(port) });
    await expect(again).rejects.toThrow(
      `Port ${port} is in use: give another --port, or none for a free one.`,
    );
  });
});
