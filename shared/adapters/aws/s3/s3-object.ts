/** One object of a store: how it is reached, and what every request about it says. */
import { checkKey } from '../../object-key.ts';
import type { S3Access } from './access.ts';
import type { S3Place } from './s3-url.ts';

/** What every request to a bucket says. */
export interface BucketTarget {
  readonly Bucket: string;
  readonly RequestPayer?: 'requester';
}

export interface S3Object {
  readonly access: S3Access;
  readonly target: BucketTarget & { readonly Key: string };
  /** For messages. */
  readonly url: string;
}

/** What a write says of the object. */
export interface ObjectWords {
  readonly ContentEncoding?: string;
  readonly ContentType?: string;
  readonly CacheControl?: string;
  readonly Metadata?: Record<string, string>;
}

export const bucketTarget = ({ requesterPays }: S3Access, { bucket }: S3Place): BucketTarget => ({
  Bucket: bucket,
  ...(requesterPays ? { RequestPayer: 'requester' } : {}),
});

/** Throws unless the key is one (`checkKey`). */
export function objectIn(access: S3Access, place: S3Place, key: string): S3Object {
  checkKey(place.url, key);
  const target = { ...bucketTarget(access, place), Key: place.prefix + key };
  return { access, target, url: `${place.url}/${key}` };
}
