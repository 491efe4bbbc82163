import { get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyVolume } from '../../../cli/hosting/copy-volume.ts';
import { folderStore } from '../../../shared/adapters/local/folder-store.ts';
import { memoryStore } from '../../../shared/adapters/memory/store.ts';
import { writeOmeZarr } from '../../../shared/export/ome-zarr/write-ome-zarr.ts';
import { openVolume } from '../../../shared/volume/open-volume.ts';
import { verifyVolume } from '../../../shared/volume/verify-volume.ts';
import { BUCKET, storeOn } from '../../adapters/aws/s3/test-store.ts';
import { type S3Server, startS3Server } from '../../cloud/servers/s3-server.ts';

const source = folderStore(
  fileURLToPath(new URL('../../fixtures/precomputed/img_u8_raw_gz_black_deleted', import.meta.url)),
);
const OPTIONS = { cacheControl: 'public, max-age=60', onlyMissing: false };

describe('a volume copied to a bucket', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3Server({ buckets: [{ name: BUCKET, access: 'public-read' }] });
  });
  afterAll(() => server.stop());

  /** As a browser gets it, without unpacking. */
  const headersOf = (key: string): Promise<Record<string, unknown>> =>
    new Promise((resolve, reject) => {
      get(`${server.url}/${BUCKET}/brain%201/${key}`, (answer) => {
        answer.resume();
        resolve({ status: answer.statusCode, ...answer.headers });
      }).on('error', reject);
    });

  it('has the headers that a browser needs, and no suffixes', async () => {
    const target = storeOn(server);
    const { objects, skipped } = await copyVolume(source, target, '', OPTIONS);
    expect([objects, skipped]).toEqual([7, 0]);
    expect(await headersOf('info')).toMatchObject({
      status: 200,
      'content-type': 'application/json',
      'cache-control': 'no-cache',
    });
    expect(await headersOf('4_4_40/32-48_32-48_0-8')).toMatchObject({
      status: 200,
      'content-type': 'application/octet-stream',
      'content-encoding': 'gzip',
      'cache-control': 'public, max-age=60',
    });
    // Chunks of the fixture that were never written are absent on both sides.
    const problems = async (store: Parameters<typeof verifyVolume>[0]) =>
      (await verifyVolume(store, '')).problems.map(({ chunk }) => chunk);
    expect(await problems(target)).toEqual(await problems(source));
  });

  it('goes on where it stopped, and is seen only once it is whole', async () => {
    const target = memoryStore();
    const order: string[] = [];
    const watched = {
      ...target,
      put: (key: string, ...rest: [Uint8Array]) => {
        order.push(key);
        return target.put(key, ...rest);
      },
    };
    let left = 3;
    const failing = {
      ...watched,
      put: async (key: string, ...rest: [Uint8Array]) =>
        left-- > 0 ? watched.put(key, ...rest) : Promise.reject(new Error('cut')),
    };
    await expect(copyVolume(source, failing as typeof target, '', OPTIONS)).rejects.toThrow('cut');
    expect(await target.head('info')).toBeUndefined();
    const goOn = { ...OPTIONS, onlyMissing: true };
    const { objects, skipped } = await copyVolume(source, watched as typeof target, '', goOn);
    expect([objects, skipped, order.at(-1)]).toEqual([7, 3, 'info']);
  });

  it.each(['0.4', '0.5'] as const)(
    'keeps OME-Zarr %s whole, and writes what makes it an image last',
    async (ngff) => {
      const [from, target] = [memoryStore(), memoryStore()];
      const wishes = { name: 'brain', ngff, sharded: false, onChunk: () => {} };
      await writeOmeZarr(await openVolume(source), from, wishes);
      await from.put('.cloudreg/job.json', Buffer.from('{}'));
      const order: string[] = [];
      const watched: typeof target = {
        ...target,
        put: (key, body, options) => {
          order.push(key);
          const isJson = /zarr\.json$|\.z\w+$/.test(key);
          expect([key, options?.encoding, options?.cacheControl]).toEqual([
            key,
            undefined,
            isJson ? 'no-cache' : OPTIONS.cacheControl,
          ]);
          return target.put(key, body, options);
        },
      };
      await copyVolume(from, watched, '', OPTIONS);
      expect(order.at(-1)).toBe(ngff === '0.4' ? '.zattrs' : 'zarr.json');
      expect(order).not.toContain('.cloudreg/job.json');
      expect((await verifyVolume(target, '')).problems).toEqual([]);
    },
  );

  it('writes chunks again that have changed and kept their length', async () => {
    const [from, to] = [memoryStore(), memoryStore()];
    await from.put('info', Buffer.from('{}'));
    await from.put('s/0-1_0-1_0-1', Buffer.from([1]));
    await copyVolume(from, to, '', OPTIONS);
    await from.put('s/0-1_0-1_0-1', Buffer.from([2]));
    await copyVolume(from, to, '', OPTIONS);
    expect([...(await to.get('s/0-1_0-1_0-1'))!.bytes]).toEqual([2]);
  });
});
