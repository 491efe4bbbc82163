/** Objects that come in parts. */
import { type Answer, answer, xmlAnswer } from './answer.ts';
import { type Bucket, md5Of } from './bucket.ts';
import { checkBody } from './checksums.ts';
import { checkWrite, keptHeaders } from './object-operations.ts';
import type { S3Request } from './request.ts';
import { S3Error } from './s3-error.ts';
import { textsOf } from './xml.ts';

/** Of all parts but the last. */
const SMALLEST_PART = 5 * 2 ** 20;

export function createUpload(bucket: Bucket, request: S3Request): Answer {
  const UploadId = bucket.beginUpload(request.key, keptHeaders(request));
  return xmlAnswer('InitiateMultipartUploadResult', { Bucket: request.bucket, Key: request.key, UploadId });
}

const uploadIdOf = ({ query }: S3Request): string => query.get('uploadId') ?? '';

export function uploadPart(bucket: Bucket, request: S3Request, bytes: Buffer): Answer {
  const { parts } = bucket.upload(uploadIdOf(request));
  const crc32 = checkBody(request, bytes);
  const etag = `"${md5Of(bytes).toString('hex')}"`;
  parts.set(Number(request.query.get('partNumber')), { bytes, etag });
  return answer(200, { etag, ...(crc32 === undefined ? {} : { 'x-amz-checksum-crc32': crc32 }) });
}

export function completeUpload(bucket: Bucket, request: S3Request, body: Buffer): Answer {
  const id = uploadIdOf(request);
  const { headers, parts } = bucket.upload(id);
  checkWrite(bucket, request);
  const numbers = textsOf(body.toString(), 'PartNumber').map(Number);
  const etags = textsOf(body.toString(), 'ETag');
  const chosen = numbers.map((number, index) => {
    const part = parts.get(number);
    if (part === undefined || part.etag !== etags[index]) throw new S3Error('InvalidPart', `part ${number}`);
    return part;
  });
  if (chosen.slice(0, -1).some(({ bytes }) => bytes.length < SMALLEST_PART))
    throw new S3Error('EntityTooSmall');
  const digests = Buffer.concat(chosen.map(({ etag }) => Buffer.from(etag.slice(1, -1), 'hex')));
  const etag = `"${md5Of(digests).toString('hex')}-${chosen.length}"`;
  const bytes = Buffer.concat(chosen.map((part) => part.bytes));
  bucket.put(request.key, { bytes, etag, headers, crc32: undefined, modified: new Date() });
  bucket.uploads.delete(id);
  return xmlAnswer('CompleteMultipartUploadResult', { Bucket: request.bucket, Key: request.key, ETag: etag });
}

export function abortUpload(bucket: Bucket, request: S3Request): Answer {
  bucket.upload(uploadIdOf(request));
  bucket.uploads.delete(uploadIdOf(request));
  return answer(204);
}

export const listUploads = ({ uploads }: Bucket): Answer =>
  xmlAnswer('ListMultipartUploadsResult', {
    Upload: [...uploads].map(([UploadId, { key }]) => ({ UploadId, Key: key })),
  });
