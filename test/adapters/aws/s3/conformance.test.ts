/** The port's suite over the wire, on two servers. */
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { startFauxqs } from 'fauxqs';
import { afterAll, beforeAll } from 'vitest';
import { endpointOn, type RunningServer } from '../../../cloud/servers/endpoint.ts';
import { type S3Server, startS3Server } from '../../../cloud/servers/s3-server.ts';
import { objectStoreSuite } from '../../../ports/object-store.ts';
import { accessTo, BUCKET, emptyStores } from './test-store.ts';

let own: S3Server;
let fauxqs: RunningServer;
beforeAll(async () => {
  own = await startS3Server({ buckets: [BUCKET] });
  const server = await startFauxqs({ port: 0, logger: false });
  fauxqs = { ...endpointOn(server.port, 'S3'), stop: () => server.stop() };
  await accessTo(fauxqs).client.send(new CreateBucketCommand({ Bucket: BUCKET }));
});
afterAll(() => Promise.all([own.stop(), fauxqs.stop()]));

objectStoreSuite(
  'S3 on the server of these tests',
  emptyStores(() => own),
);
objectStoreSuite(
  'S3 on fauxqs',
  emptyStores(() => fauxqs),
  ['conditional-writes', 'content-encoding', 'order-of-keys'],
);
