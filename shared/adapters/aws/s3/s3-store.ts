/** Objects below a prefix of a bucket. How an object is compressed is its `Content-Encoding`; its key carries no suffix. */
import type { ObjectStore } from '../../../engine/ports.ts';
import { lazily } from '../../lazily.ts';
import { checkPrefix } from '../../object-key.ts';
import { getRemoteRanges, getRemoteRows } from '../../remote-ranges.ts';
import { type S3Access, s3Access } from './access.ts';
import { deleteObjects } from './delete-objects.ts';
import { listObjects } from './list-objects.ts';
import { putObject } from './put-object.ts';
import { getObject, headObject, remoteObject } from './read-object.ts';
import { objectIn } from './s3-object.ts';
import { parseS3Url } from './s3-url.ts';

/** Every failure is a `StoreError`, after retries with full jitter where S3 is throttling, out of order or away. */
export function s3Store(url: string, access: S3Access): ObjectStore {
  const place = parseS3Url(url);
  const objectOf = (key: string) => objectIn(access, place, key);
  return {
    url: place.url,
    get: async (key) => getObject(objectOf(key)),
    getRanges: async (key, ranges) => getRemoteRanges(remoteObject(objectOf(key)), ranges),
    getRows: async (key, rows, into) => getRemoteRows(remoteObject(objectOf(key)), rows, into),
    head: async (key) => headObject(objectOf(key)),
    put: async (key, body, options = {}) => putObject(objectOf(key), body, options),
    async *list(prefix, options = {}) {
      checkPrefix(place.url, prefix);
      yield* listObjects(access, place, prefix, options);
    },
    delete: async (keys) => deleteObjects(access, place, keys),
  };
}

/** All of a thread share one client, its sockets and its credentials. */
export const openS3Store = (url: string): ObjectStore => s3Store(url, sharedAccess());

const sharedAccess = lazily(() => s3Access(process.env));
