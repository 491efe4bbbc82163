/** An object that goes up in parts: it appears when all are there, or never. */
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { writeBehind } from '../../../write-behind.ts';
import { fromS3Error, statusOf } from './s3-errors.ts';
import type { ObjectWords, S3Object } from './s3-object.ts';

/** Together with the part that is being filled they bound the memory of a write. */
const PARTS_AT_ONCE = 4;

/** `UploadId` and what every request about the object says. */
type Upload = S3Object['target'] & { readonly UploadId: string };

/** False: refused by `ifAbsent`. The parts of an upload that fails are removed; the bucket's lifecycle rule gets the rest. */
export async function putParts(
  object: S3Object,
  begun: readonly Uint8Array[],
  rest: AsyncIterable<Uint8Array>,
  words: ObjectWords,
  ifAbsent: boolean,
): Promise<boolean> {
  const upload = await explained(object, create(object, words));
  try {
    const parts = await uploadAll(object, upload, begun, rest);
    return await explained(object, complete(object, upload, parts, ifAbsent));
  } catch (error) {
    await abort(object, upload);
    throw error;
  }
}

async function create({ access, target }: S3Object, words: ObjectWords): Promise<Upload> {
  const input = { ...target, ...words, ChecksumAlgorithm: 'CRC32' } as const;
  const { UploadId } = await access.client.send(new CreateMultipartUploadCommand(input));
  if (UploadId === undefined) throw new Error('the answer names no upload');
  return { ...target, UploadId };
}

async function uploadAll(
  object: S3Object,
  upload: Upload,
  begun: readonly Uint8Array[],
  rest: AsyncIterable<Uint8Array>,
): Promise<CompletedPart[]> {
  const done: CompletedPart[] = [];
  const uploads = writeBehind(PARTS_AT_ONCE);
  const begin = (bytes: Uint8Array, number: number) =>
    uploads.begin(async () => {
      done[number - 1] = await explained(object, uploadPart(object, upload, number, bytes));
    });
  try {
    let number = 0;
    for (const bytes of begun) await begin(bytes, ++number);
    for await (const bytes of rest) await begin(bytes, ++number);
  } finally {
    // A part that arrives after the abort would stay, and be billed.
    await uploads.finish();
  }
  return done;
}

async function uploadPart(
  { access }: S3Object,
  upload: Upload,
  PartNumber: number,
  Body: Uint8Array,
): Promise<CompletedPart> {
  const command = new UploadPartCommand({ ...upload, PartNumber, Body, ChecksumAlgorithm: 'CRC32' });
  const { ETag, ChecksumCRC32 } = await access.client.send(command);
  return { PartNumber, ETag, ...(ChecksumCRC32 === undefined ? {} : { ChecksumCRC32 }) };
}

async function complete(
  object: S3Object,
  upload: Upload,
  Parts: CompletedPart[],
  ifAbsent: boolean,
): Promise<boolean> {
  const condition = ifAbsent ? { IfNoneMatch: '*' } : {};
  try {
    const input = { ...upload, ...condition, MultipartUpload: { Parts } };
    await object.access.client.send(new CompleteMultipartUploadCommand(input));
    return true;
  } catch (error) {
    if (!ifAbsent || statusOf(error) !== 412) throw error;
    await abort(object, upload);
    return false;
  }
}

/** Best effort: what failed before is what the caller must hear of. */
const abort = ({ access }: S3Object, upload: Upload): Promise<unknown> =>
  access.client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);

async function explained<Result>({ url }: S3Object, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw fromS3Error(error, 'write', url);
  }
}
