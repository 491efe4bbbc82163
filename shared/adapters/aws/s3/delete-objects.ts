/** Deleting many objects, a thousand a request. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteObjectsCommand } from '@aws-sdk/client-s3';
import { inParallel } from '../../../in-parallel.ts';
import { checkKey } from '../../object-key.ts';
import type { S3Access } from './access.ts';
import { fromS3Code, fromS3Error, isThrottle } from './s3-errors.ts';
import { bucketTarget } from './s3-object.ts';
import type { S3Place } from './s3-url.ts';

const KEYS_A_REQUEST = 1000;
const REQUESTS_AT_ONCE = 4;
/** Of keys that S3 was too busy for, each time after a longer pause. */
const TRIES = 6;
const PAUSE_MILLISECONDS = 200;

/** Nothing is deleted where one of the keys is none. Throws for the first key that could not be deleted. */
export async function deleteObjects(
  access: S3Access,
  place: S3Place,
  keys: readonly string[],
): Promise<void> {
  for (const key of keys) checkKey(place.url, key);
  const count = Math.ceil(keys.length / KEYS_A_REQUEST);
  const batches = Array.from({ length: count }, (_, batch) =>
    keys.slice(batch * KEYS_A_REQUEST, (batch + 1) * KEYS_A_REQUEST),
  );
  await inParallel(batches, REQUESTS_AT_ONCE, (batch) => deleteBatch(access, place, batch));
}

async function deleteBatch(access: S3Access, place: S3Place, keys: readonly string[]): Promise<void> {
  let left = keys;
  for (let tried = 1; left.length > 0; tried++) {
    const errors = await deleteOnce(access, place, left);
    const lasting = errors.find(({ code }) => tried === TRIES || !isThrottle(code));
    if (lasting) throw fromS3Code(lasting.code, lasting.message, 'delete', `${place.url}/${lasting.key}`);
    left = errors.map(({ key }) => key);
    if (left.length > 0) await sleep(Math.random() * PAUSE_MILLISECONDS * 2 ** tried);
  }
}

interface KeyError {
  readonly key: string;
  readonly code: string;
  readonly message: string;
}

async function deleteOnce(access: S3Access, place: S3Place, keys: readonly string[]): Promise<KeyError[]> {
  const Objects = keys.map((key) => ({ Key: place.prefix + key }));
  const input = { ...bucketTarget(access, place), Delete: { Objects, Quiet: true } };
  try {
    const { Errors = [] } = await access.client.send(new DeleteObjectsCommand(input));
    return Errors.map(({ Key = '', Code = 'unknown', Message = '' }) => ({
      key: Key.slice(place.prefix.length),
      code: Code,
      message: Message,
    }));
  } catch (error) {
    throw fromS3Error(error, 'delete', place.url);
  }
}
