/** One object: put, get, head, delete. */
import { type Answer, answer } from './answer.ts';
import { type Bucket, type KeptObject, md5Of } from './bucket.ts';
import { checkBody, crc32Of } from './checksums.ts';
import type { S3Request } from './request.ts';
import { S3Error } from './s3-error.ts';

const KEPT = /^(content-type|content-encoding|content-disposition|cache-control|x-amz-meta-.*)$/;

export const keptHeaders = ({ headers }: S3Request): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (KEPT.test(name) ? [[name, String(value)]] : [])),
  );

export function putObject(bucket: Bucket, request: S3Request, bytes: Buffer): Answer {
  const promised = checkBody(request, bytes);
  checkWrite(bucket, request);
  const etag = `"${md5Of(bytes).toString('hex')}"`;
  const crc32 = promised ?? crc32Of(bytes);
  bucket.put(request.key, { bytes, etag, headers: keptHeaders(request), crc32, modified: new Date() });
  return answer(200, { etag, 'x-amz-checksum-crc32': crc32 });
}

/** `If-None-Match: *` and `If-Match` of a write. */
export function checkWrite(bucket: Bucket, { key, headers }: S3Request): void {
  const there = bucket.get(key);
  const refuse = (): never => {
    throw new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
  };
  if (headers['if-none-match'] === '*' && there !== undefined) refuse();
  if (headers['if-match'] !== undefined && headers['if-match'] !== there?.etag) refuse();
}

export function getObject(bucket: Bucket, request: S3Request): Answer {
  const object = find(bucket, request);
  const { headers } = request;
  if (headers['if-match'] !== undefined && headers['if-match'] !== object.etag)
    throw new S3Error('PreconditionFailed');
  if (headers['if-none-match'] === object.etag) return answer(304, { etag: object.etag });
  const range = headers.range === undefined ? undefined : parseRange(headers.range, object.bytes.length);
  if (range === undefined)
    return answer(200, { ...describe(object), ...checksum(object, request) }, object.bytes);
  const { start, end } = range;
  const contentRange = `bytes ${start}-${end - 1}/${object.bytes.length}`;
  return answer(
    206,
    { ...describe(object), 'content-range': contentRange },
    object.bytes.subarray(start, end),
  );
}

export function headObject(bucket: Bucket, request: S3Request): Answer {
  const object = find(bucket, request);
  return answer(200, { ...describe(object), 'content-length': String(object.bytes.length) });
}

export function deleteObject(bucket: Bucket, { key }: S3Request): Answer {
  bucket.delete(key);
  return answer(204);
}

function find(bucket: Bucket, { key }: S3Request): KeptObject {
  const found = bucket.get(key);
  if (found) return found;
  throw new S3Error('NoSuchKey', 'The specified key does not exist.', { elements: { Key: key } });
}

const describe = ({ headers, etag, modified }: KeptObject): Record<string, string> => ({
  'content-type': 'binary/octet-stream',
  ...headers,
  etag,
  'last-modified': modified.toUTCString(),
  'accept-ranges': 'bytes',
});

const checksum = ({ crc32 }: KeptObject, { headers }: S3Request): Record<string, string> =>
  headers['x-amz-checksum-mode'] === 'ENABLED' && crc32 !== undefined
    ? { 'x-amz-checksum-crc32': crc32 }
    : {};

/** `bytes=a-b`, `bytes=a-` and `bytes=-n`; undefined for what S3 ignores. */
function parseRange(
  text: string,
  size: number,
): { readonly start: number; readonly end: number } | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(text) ?? [];
  if (first === undefined || last === undefined || first + last === '') return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  if (start < end) return { start, end };
  throw new S3Error('InvalidRange', 'The requested range is not satisfiable', {
    headers: { 'content-range': `bytes */${size}` },
  });
}
