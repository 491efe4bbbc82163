/** Reading one object of S3: whole, a range, or its head. Absent objects are undefined. */
import type { Readable } from 'node:stream';
import { GetObjectCommand, type GetObjectCommandOutput, HeadObjectCommand } from '@aws-sdk/client-s3';
import type { ByteRange, ObjectHead, StoredObject } from '../../../engine/ports.ts';
import { BodyError, receive, receiveAll, withWholeBody } from '../../remote-body.ts';
import { encodingOf } from '../../remote-encoding.ts';
import type { RemoteBytes, RemoteObject, TakeBytes } from '../../remote-ranges.ts';
import { StoreError } from '../../store-errors.ts';
import { fromS3Error, headerOf, isAbsent, statusOf } from './s3-errors.ts';
import type { S3Object } from './s3-object.ts';

/** The SDK checks the bytes against the checksum that S3 keeps of the whole object, where there is one. */
export const getObject = (object: S3Object): Promise<StoredObject | undefined> =>
  reading(object, async () => {
    const answer = await send(object, {});
    if (answer === undefined) return undefined;
    const encoding = encodingOf(answer.ContentEncoding, object.url);
    return { bytes: await receiveAll(answer.Body as Readable, answer.ContentLength), encoding };
  });

export async function headObject(object: S3Object): Promise<ObjectHead | undefined> {
  const { access, target, url } = object;
  try {
    const { ContentLength = 0, ContentEncoding } = await access.client.send(new HeadObjectCommand(target));
    return { size: ContentLength, encoding: encodingOf(ContentEncoding, url) };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw fromS3Error(error, 'read', url);
  }
}

export const remoteObject = (object: S3Object): RemoteObject => ({
  url: object.url,
  readRange: (range, take) => reading(object, () => readRange(object, range, take)),
  size: async () => (await headObject(object))?.size,
});

async function readRange(
  object: S3Object,
  { start, end }: ByteRange,
  take: TakeBytes,
): Promise<RemoteBytes | undefined> {
  const answer = await send(object, { Range: `bytes=${start}-${end - 1}` }).catch(beyondTheEnd(start));
  if (answer === undefined || 'size' in answer) return answer;
  const body = answer.Body as Readable;
  const place = placeOf(answer);
  await receive(body, answer.ContentLength, (part, at) => take(part, place.start + at));
  return { size: place.size, version: answer.ETag };
}

/** `bytes 0-99/1000`; without it the server ignored the range and sent the whole object. */
function placeOf({ ContentRange, ContentLength = 0 }: GetObjectCommandOutput) {
  const [, start, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(ContentRange ?? '') ?? [];
  return { start: Number(start ?? 0), size: Number(size ?? ContentLength) };
}

/** 416: the object is there and ends before the range begins. */
const beyondTheEnd =
  (start: number) =>
  (error: unknown): RemoteBytes => {
    if (statusOf(error) !== 416) throw error;
    const [, size] = /^bytes \*\/(\d+)$/.exec(headerOf(error, 'content-range') ?? '') ?? [];
    return { size: Number(size ?? start), version: undefined };
  };

async function send(
  { access, target }: S3Object,
  input: { readonly Range?: string },
): Promise<GetObjectCommandOutput | undefined> {
  try {
    return await access.client.send(new GetObjectCommand({ ...target, ...input }));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

async function reading<Result>({ url }: S3Object, read: () => Promise<Result>): Promise<Result> {
  try {
    return await withWholeBody(read);
  } catch (error) {
    if (!(error instanceof BodyError)) throw fromS3Error(error, 'read', url);
    const advice = 'Check the network, then go on with the same command.';
    throw new StoreError('unavailable', url, `cannot read: the answer ${error.message}`, advice, error);
  }
}
