/** The same volumes from a folder, from S3 and over http: shards are read by ranges there, too. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpsStore } from '../../shared/adapters/https/https-store.ts';
import { httpSender } from '../../shared/adapters/https/request.ts';
import { openStore } from '../../shared/adapters/open-store.ts';
import type { ObjectStore } from '../../shared/engine/ports.ts';
import { volumeBox } from '../../shared/volume/chunk-grid.ts';
import { openVolume } from '../../shared/volume/open-volume.ts';
import { BUCKET, storeOn } from '../adapters/aws/s3/test-store.ts';
import { startS3Server } from '../cloud/servers/s3-server.ts';

const fixtures = fileURLToPath(new URL('../fixtures/precomputed', import.meta.url));
const names = [
  'ngs_img_u8_sharded',
  'seg_u64_shard_cseg_murmur',
  'img_u16_png',
  'img_u16_raw_br_negoffset_mips',
];

let server: Awaited<ReturnType<typeof startS3Server>>;
beforeAll(async () => {
  server = await startS3Server({ buckets: [{ name: BUCKET, access: 'public-read' }] });
});
afterAll(() => server.stop());

async function voxelsOf(store: ObjectStore, folder: string) {
  const volume = await openVolume(store, folder);
  const all = volume.mips.map(async (mip, index) => (await volume.read(index, volumeBox(mip))).data);
  return Promise.all(all);
}

describe('a volume elsewhere', () => {
  it.each(names)('has the same voxels: %s', async (name) => {
    const local = await openStore(fixtures);
    const s3 = storeOn(server);
    for await (const { key } of local.list(`${name}/`)) {
      const { bytes, encoding } = (await local.get(key))!;
      await s3.put(key, bytes, encoding ? { encoding } : {});
    }
    const expected = await voxelsOf(local, name);
    expect(await voxelsOf(s3, name)).toEqual(expected);
    const quick = { pauseMilliseconds: 1, idleMilliseconds: 300, tries: 3 };
    const web = httpsStore(`${server.url}/${BUCKET}/brain%201/`, httpSender(quick));
    expect(await voxelsOf(web, name)).toEqual(expected);
  });
});
