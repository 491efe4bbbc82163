/** Listing the objects below a prefix. */
import { ListObjectsV2Command, type ListObjectsV2CommandInput } from '@aws-sdk/client-s3';
import type { ListedObject, ListOptions } from '../../../engine/ports.ts';
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
  { isFlat = false }: ListOptions,
): AsyncGenerator<ListedObject> {
  // With it, keys that go on after the next slash come as one common prefix, however many there are.
  const delimiter = isFlat ? { Delimiter: '/' } : {};
  let token: string | undefined;
  do {
    const page = await listPage(access, place, prefix, { ...delimiter, ContinuationToken: token });
    for (const { Key = '', Size = 0 } of page.Contents ?? []) {
      const key = Key.slice(place.prefix.length);
      if (isKey(key)) yield { key, size: Size };
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

type PageOptions = Pick<ListObjectsV2CommandInput, 'Delimiter' | 'ContinuationToken'>;

async function listPage(access: S3Access, place: S3Place, prefix: string, options: PageOptions) {
  const input = { ...bucketTarget(access, place), Prefix: place.prefix + prefix, ...options };
  try {
    return await access.client.send(new ListObjectsV2Command(input));
  } catch (error) {
    throw fromS3Error(error, 'list', `${place.url}/${prefix}`);
  }
}
