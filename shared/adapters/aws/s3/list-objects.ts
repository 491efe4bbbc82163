/** Listing the objects below a prefix. */
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { ListedObject } from '../../../engine/ports.ts';
import { isKey } from '../../object-key.ts';
import type { S3Access } from './access.ts';
import { fromS3Error } from './s3-errors.ts';
import { bucketTarget } from './s3-object.ts';
import type { S3Place } from './s3-url.ts';

/** A thousand a request, in the order in which S3 holds keys (their UTF-8 bytes). */
export async function* listObjects(
  access: S3Access,
  place: S3Place,
  prefix: string,
): AsyncGenerator<ListedObject> {
  let token: string | undefined;
  do {
    const page = await listPage(access, place, prefix, token);
    for (const { Key = '', Size = 0 } of page.Contents ?? []) {
      const key = Key.slice(place.prefix.length);
      if (isKey(key)) yield { key, size: Size };
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

async function listPage(access: S3Access, place: S3Place, prefix: string, token: string | undefined) {
  const more = token === undefined ? {} : { ContinuationToken: token };
  const input = { ...bucketTarget(access, place), Prefix: place.prefix + prefix, ...more };
  try {
    return await access.client.send(new ListObjectsV2Command(input));
  } catch (error) {
    throw fromS3Error(error, 'list', `${place.url}/${prefix}`);
  }
}
