/** The port's suite on Ceph's gateway: `npm run test:s3`, with Debian's packages radosgw, ceph-mon and ceph-osd. */
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../../cloud/servers/endpoint.ts';
import { missingPrograms, startRadosGateway } from '../../../cloud/servers/radosgw.ts';
import { objectStoreSuite } from '../../../ports/object-store.ts';
import { accessTo, BUCKET, emptyStores, storeOn } from './test-store.ts';

const isAsked = process.env.CLOUDREG_TEST_S3 === '1';

describe.skipIf(!isAsked)('on radosgw', () => {
  let server: RunningServer;
  beforeAll(async () => {
    expect(missingPrograms(), 'apt-get install --no-install-recommends radosgw ceph-mon ceph-osd').toEqual(
      [],
    );
    server = await startRadosGateway();
    await accessTo(server).client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  }, 120_000);
  afterAll(() => server.stop());

  objectStoreSuite(
    'S3 on radosgw',
    emptyStores(() => server),
  );

  it('takes long objects in parts, and gives them back whole and in ranges', async () => {
    const store = storeOn(server);
    const long = new Uint8Array(40 * 2 ** 20).map((_, index) => index % 251);
    await store.put('long', long, { encoding: 'gzip', contentType: 'a/b' });
    const read = await store.get('long');
    expect(read?.encoding).toBe('gzip');
    expect(Buffer.compare(read?.bytes ?? new Uint8Array(), long)).toBe(0);
    const [middle] = (await store.getRanges('long', [{ start: 15e6, end: 35e6 }])) ?? [];
    expect(Buffer.compare(middle ?? new Uint8Array(), long.subarray(15e6, 35e6))).toBe(0);
  });
});
