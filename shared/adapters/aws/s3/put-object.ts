/** Writing one object of S3, whole or not at all. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { PutOptions } from '../../../engine/ports.ts';
import { putParts } from './multipart-upload.ts';
import { cutIntoParts, partsOf } from './parts.ts';
import { attemptsOf, fromS3Error, statusOf } from './s3-errors.ts';
import type { ObjectWords, S3Object } from './s3-object.ts';

export type Body = Uint8Array | AsyncIterable<Uint8Array>;

/** Longer ones go up in parts, several at once; a lost connection then costs one part. */
const LARGEST_PUT = 32 * 2 ** 20;
/** Two writers raced: one of them is told to come again. */
const CONFLICT_TRIES = 8;
const CONFLICT_MILLISECONDS = 50;

/** False: refused by `ifAbsent`. Errors of a stream that is written pass as they are. */
export async function putObject(object: S3Object, body: Body, options: PutOptions): Promise<boolean> {
  const isShort = body instanceof Uint8Array && body.length <= LARGEST_PUT;
  if (isShort) return write(object, body, options);
  const parts = cutIntoParts(body instanceof Uint8Array ? partsOf(body) : body);
  const { value: first } = await parts.next();
  const second = await parts.next();
  if (second.done) return write(object, first ?? new Uint8Array(), options);
  return putParts(object, [first!, second.value], parts, wordsOf(options), options.ifAbsent ?? false);
}

async function write(object: S3Object, bytes: Uint8Array, options: PutOptions): Promise<boolean> {
  try {
    if (options.ifAbsent) return await putIfAbsent(object, bytes, wordsOf(options));
    await put(object, bytes, wordsOf(options), {});
    return true;
  } catch (error) {
    throw fromS3Error(error, 'write', object.url);
  }
}

function wordsOf({ encoding, contentType, cacheControl }: PutOptions): ObjectWords {
  return {
    ...(encoding === undefined ? {} : { ContentEncoding: encoding }),
    ...(contentType === undefined ? {} : { ContentType: contentType }),
    ...(cacheControl === undefined ? {} : { CacheControl: cacheControl }),
  };
}

const put = ({ access, target }: S3Object, Body: Uint8Array, words: ObjectWords, condition: Condition) =>
  access.client.send(new PutObjectCommand({ ...target, ...words, ...condition, Body }));

interface Condition {
  readonly IfNoneMatch?: '*';
}

/**
 * A request whose answer was lost is sent again, and is then refused because of itself. The writer's mark on the object
 * tells that apart from being too late.
 */
async function putIfAbsent(object: S3Object, bytes: Uint8Array, words: ObjectWords): Promise<boolean> {
  const writer = randomUUID();
  const marked = { ...words, Metadata: { 'cloudreg-writer': writer } };
  for (let tried = 1; ; tried++) {
    try {
      await put(object, bytes, marked, { IfNoneMatch: '*' });
      return true;
    } catch (error) {
      if (statusOf(error) === 412) return attemptsOf(error) > 1 && (await isWrittenBy(object, writer));
      if (statusOf(error) !== 409 || tried === CONFLICT_TRIES) throw error;
      await sleep(Math.random() * CONFLICT_MILLISECONDS * 2 ** tried);
    }
  }
}

async function isWrittenBy({ access, target }: S3Object, writer: string): Promise<boolean> {
  const { Metadata } = await access.client.send(new HeadObjectCommand(target));
  return Metadata?.['cloudreg-writer'] === writer;
}
