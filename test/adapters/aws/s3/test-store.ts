/** Stores on servers of the tests. */
import { randomBytes } from 'node:crypto';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { s3Access } from '../../../../shared/adapters/aws/s3/access.ts';
import { s3Store } from '../../../../shared/adapters/aws/s3/s3-store.ts';
import type { ObjectStore } from '../../../../shared/engine/ports.ts';
import type { Endpoint } from '../../../cloud/servers/endpoint.ts';

type Environment = Readonly<Record<string, string>>;

export const BUCKET = 'brains';

/** Access with the settings of a server; retries come at once unless `overrides` say otherwise. */
export const accessTo = (
  { client }: Pick<Endpoint, 'client'>,
  environment: Environment = {},
  overrides: S3ClientConfig = {},
) => s3Access(environment, { region: 'us-east-1', forcePathStyle: true, ...client, ...overrides });

export const storeOn = (
  server: Pick<Endpoint, 'client'>,
  environment: Environment = {},
  overrides: S3ClientConfig = {},
): ObjectStore => s3Store(`s3://${BUCKET}/brain 1`, accessTo(server, environment, overrides));

/** Each time another, empty prefix of one bucket. */
export function emptyStores(server: () => Pick<Endpoint, 'client'>): () => Promise<ObjectStore> {
  let access: ReturnType<typeof accessTo> | undefined;
  return async () => {
    access ??= accessTo(server());
    return s3Store(`s3://${BUCKET}/${randomBytes(6).toString('hex')}/a b+c`, access);
  };
}
